package pgstore

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"strings"

	"github.com/dictrack/dictrack/store"
)

// format is the version of what bytea columns hold, in front of every value.
const format = 1

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// seal makes a value of payload: the format, the payload, and a checksum over those and the key. The key
// is all else that the row says, so that a value in the wrong row, or beside a column that somebody
// changed, is noticed too.
func seal(key, payload []byte) []byte {
	value := make([]byte, 0, 1+len(payload)+crc32.Size)
	value = append(append(value, format), payload...)
	return binary.BigEndian.AppendUint32(value, checksum(key, value))
}

func checksum(key, sealed []byte) uint32 {
	return crc32.Update(crc32.Checksum(key, castagnoli), castagnoli, sealed)
}

// unseal returns the payload of a value, which it looks into. The error says what is wrong.
func unseal(key, value []byte) ([]byte, error) {
	end := len(value) - crc32.Size
	switch {
	case end < 1:
		return nil, fmt.Errorf("%d bytes are too few", len(value))
	case binary.BigEndian.Uint32(value[end:]) != checksum(key, value[:end]):
		return nil, errors.New("the checksum does not match")
	case value[0] != format:
		return nil, fmt.Errorf("it has format %d, want %d", value[0], format)
	}
	return value[1:end], nil
}

// Keys begin with a letter for their table; names, which have no NUL, end with one.

func floorKey(version int64) []byte {
	return binary.BigEndian.AppendUint64([]byte{'F'}, uint64(version))
}

func headKey(name string, version int64, fed bool, due int64, places int32) []byte {
	key := nameKey('g', name)
	key = binary.BigEndian.AppendUint64(key, uint64(version))
	key = binary.BigEndian.AppendUint64(key, uint64(due))
	key = binary.BigEndian.AppendUint32(key, uint32(places))
	if fed {
		return append(key, 1)
	}
	return append(key, 0)
}

// partKey is for states, 'c', and layouts, 'l'.
func partKey(kind byte, name string, part int) []byte {
	return binary.BigEndian.AppendUint32(nameKey(kind, name), uint32(part))
}

func seenKey(name, id string, version, expires int64) []byte {
	key := append(nameKey('i', name), id...)
	key = binary.BigEndian.AppendUint64(key, uint64(version))
	return binary.BigEndian.AppendUint64(key, uint64(expires))
}

func nameKey(kind byte, name string) []byte {
	key := make([]byte, 0, len(name)+32)
	return append(append(append(key, kind), name...), 0)
}

// What an index of PostgreSQL can hold ends at 2,704 bytes; one has a name and an id.
const (
	maxName = 2048
	maxID   = 512
)

// checkName refuses what no group is called.
func checkName(name string) error {
	switch {
	case name == "" || strings.ContainsRune(name, 0):
		return fmt.Errorf("group %q: want a name that is not empty and has no NUL", name)
	case len(name) > maxName:
		return fmt.Errorf("group %.40q...: the name has %d bytes, want at most %d in PostgreSQL", name, len(name), maxName)
	}
	return nil
}

// damaged names the record whose bytes are wrong.
func damaged(what string, err error) error {
	return &store.CorruptError{Record: what, Reason: err.Error()}
}

var errMissing = errors.New("it is missing")
