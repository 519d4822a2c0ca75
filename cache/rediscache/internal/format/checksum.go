package format

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"unsafe"

	"github.com/redis/rueidis"
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// checksumSize is the length of the checksum at the end of every value.
const checksumSize = crc32.Size

// WithChecksum returns a value with its checksum appended. It takes ownership of value. The CRC-32C is over value, key
// and field, so that a value that was stored under another name is detected.
func WithChecksum(key, field string, value []byte) string {
	return rueidis.BinaryString(AppendChecksum(value, 0, key, field))
}

// AppendChecksum appends the checksum of text[from:], which is the value of a field.
func AppendChecksum(text []byte, from int, key, field string) []byte {
	return binary.LittleEndian.AppendUint32(text, checksum(rueidis.BinaryString(text[from:]), key, field))
}

// checksum is the CRC-32C of texts one after the other.
func checksum(texts ...string) (sum uint32) {
	for _, text := range texts {
		sum = crc32.Update(sum, castagnoli, unsafe.Slice(unsafe.StringData(text), len(text))) // #nosec G103 -- only read
	}
	return sum
}

// CheckedValue verifies the checksum of a stored value and returns the value without it.
func CheckedValue(key, field, stored string) (string, error) {
	end := len(stored) - checksumSize
	if end < 0 {
		return "", fmt.Errorf("%s: %d bytes are too few", field, len(stored))
	}
	value := stored[:end]
	var sum [checksumSize]byte
	binary.LittleEndian.PutUint32(sum[:], checksum(value, key, field))
	if stored[end:] != string(sum[:]) {
		return "", fmt.Errorf("%s: %w", field, errChecksum)
	}
	return value, nil
}

var errChecksum = errors.New("the checksum does not match")
