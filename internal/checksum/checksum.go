// Package checksum protects stored values with a CRC-32C (Castagnoli) checksum over the value and its key, so that
// a value that was altered, or that ended up under another key, is detected when it is read.
package checksum

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
)

// Size is the length of a checksum in bytes.
const Size = crc32.Size

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// Append appends the little-endian checksum of key and value to value.
func Append(key, value []byte) []byte {
	return binary.LittleEndian.AppendUint32(value, of(key, value))
}

// Cut returns value without the checksum that Append put behind it. The result aliases value; its capacity ends
// where the checksum began.
func Cut(key, value []byte) ([]byte, error) {
	end := len(value) - Size
	switch {
	case end < 0:
		return nil, fmt.Errorf("%d bytes are too few", len(value))
	case binary.LittleEndian.Uint32(value[end:]) != of(key, value[:end]):
		return nil, errors.New("the checksum does not match")
	}
	return value[:end:end], nil
}

// of is the checksum of a value stored under key.
func of(key, value []byte) uint32 {
	return crc32.Update(crc32.Checksum(key, castagnoli), castagnoli, value)
}

// Seal returns a stored value: the version of its format, the payload and the checksum.
func Seal(key []byte, format byte, payload []byte) []byte {
	value := make([]byte, 0, 1+len(payload)+Size)
	return Append(key, append(append(value, format), payload...))
}

// Unseal returns the payload of a value that Seal made with this format. The payload aliases value.
func Unseal(key []byte, format byte, value []byte) ([]byte, error) {
	if len(value) < 1+Size {
		return nil, fmt.Errorf("%d bytes are too few", len(value))
	}
	value, err := Cut(key, value)
	if err != nil {
		return nil, err
	}
	if value[0] != format {
		return nil, fmt.Errorf("it has format %d, want %d", value[0], format)
	}
	return value[1:], nil
}
