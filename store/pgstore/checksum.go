package pgstore

import (
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/dictrack/dictrack/field"
	"github.com/dictrack/dictrack/internal/checksum"
	"github.com/dictrack/dictrack/record"
	"github.com/dictrack/dictrack/store"
)

// format is the version of bytea columns, at the beginning of every value.
const format = 1

// seal returns the stored form of payload. The key is everything else that the row says, so that a value in the
// wrong row, or beside a column that somebody changed, is noticed.
func seal(key, payload []byte) []byte { return checksum.Seal(key, format, payload) }

// unseal returns the payload of a stored value, which it aliases.
func unseal(key, value []byte) ([]byte, error) { return checksum.Unseal(key, format, value) }

// Keys begin with a letter for their table; names, which have no NUL, end with one.

func firstVersionKey(version int64) []byte {
	return binary.BigEndian.AppendUint64([]byte{'F'}, uint64(version))
}

func groupKey(name string, version int64, initialized bool, due int64, count int32) []byte {
	key := nameKey('g', name)
	key = binary.BigEndian.AppendUint64(key, uint64(version))
	key = binary.BigEndian.AppendUint64(key, uint64(due))
	key = binary.BigEndian.AppendUint32(key, uint32(count))
	if initialized {
		return append(key, 1)
	}
	return append(key, 0)
}

// chunkKey is for states ('c') and layouts ('l').
func chunkKey(kind byte, name string, part int) []byte {
	return binary.BigEndian.AppendUint32(nameKey(kind, name), uint32(part))
}

func messageIDKey(name, id string, version, expires int64) []byte {
	key := append(nameKey('i', name), id...)
	key = binary.BigEndian.AppendUint64(key, uint64(version))
	return binary.BigEndian.AppendUint64(key, uint64(expires))
}

func nameKey(kind byte, name string) []byte {
	key := make([]byte, 0, len(name)+32)
	return append(append(append(key, kind), name...), 0)
}

// An index entry of PostgreSQL can hold 2,704 bytes; one holds a name and a message id.
const (
	maxName = 2048
	maxID   = 512
)

// checkName returns an error unless name can be the name of a group.
func checkName(name string) error {
	if len(name) > maxName {
		return &field.Error{Path: "group", Value: name, Want: fmt.Sprintf("has %d bytes, want at most %d in PostgreSQL", len(name), maxName)}
	}
	return store.CheckGroupName(name)
}

// corrupt names a record whose bytes are invalid.
func corrupt(what string, err error) error {
	return &record.CorruptError{Record: what, Reason: err.Error()}
}

var errMissing = errors.New("it is missing")
