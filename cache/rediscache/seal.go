package rediscache

import (
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"hash/crc32"
	"strconv"
	"strings"
	"unsafe"

	"github.com/redis/rueidis"
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// checkSize is the length of the checksum behind every value.
const checkSize = crc32.Size

// seal puts a checksum behind a value, which it takes over. The checksum is over the key and field too, so that a value
// that ended up elsewhere is noticed.
func seal(key, field string, value []byte) string {
	sum := checksum(rueidis.BinaryString(value), key, field)
	return rueidis.BinaryString(binary.LittleEndian.AppendUint32(value, sum))
}

// checksum is that of texts one after the other.
func checksum(texts ...string) (sum uint32) {
	for _, text := range texts {
		sum = crc32.Update(sum, castagnoli, unsafe.Slice(unsafe.StringData(text), len(text))) // #nosec G103 -- only read
	}
	return sum
}

// unseal is what was sealed.
func unseal(key, field, sealed string) (string, error) {
	end := len(sealed) - checkSize
	if end < 0 {
		return "", fmt.Errorf("%s: %d bytes are too few", field, len(sealed))
	}
	var sum [checkSize]byte
	value := sealed[:end]
	binary.LittleEndian.PutUint32(sum[:], checksum(value, key, field))
	if sealed[end:] != string(sum[:]) {
		return "", fmt.Errorf("%s: the checksum does not match", field)
	}
	return value, nil
}

// appendHex appends a number in 16 digits, which sort as it does: scripts compare them as text, since numbers lose
// digits there.
func appendHex(dst []byte, n uint64) []byte {
	var b [8]byte
	binary.BigEndian.PutUint64(b[:], n)
	return hex.AppendEncode(dst, b[:])
}

// appendCount appends a number of places in 8 digits.
func appendCount(dst []byte, n int) []byte {
	var b [4]byte
	binary.BigEndian.PutUint32(b[:], uint32(n))
	return hex.AppendEncode(dst, b[:])
}

// appendTime appends a moment so that it sorts.
func appendTime(dst []byte, t int64) []byte { return appendHex(dst, uint64(t)^1<<63) }

var errNumber = errors.New("a number is not one")

// cutHex takes a number of digits off the front.
func cutHex(s string, digits int) (n uint64, rest string, err error) {
	if len(s) < digits {
		return 0, "", errNumber
	}
	if n, err = strconv.ParseUint(s[:digits], 16, 64); err != nil || strings.ToLower(s[:digits]) != s[:digits] {
		return 0, "", errNumber
	}
	return n, s[digits:], nil
}
