package mongostore

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"

	"github.com/dictrack/dictrack/group"
	"github.com/dictrack/dictrack/store/packed"
)

// format is the version of the documents.
const format = 1

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// What a binary value is.
const (
	kindLayout = 'l' // the IDs of a chunk's definitions
	kindStates = 's' // a chunk's states
	kindSeen   = 'i' // ids that a commit brought
)

// seal appends a checksum over the payload and whose it is, so that a value in the wrong place, or one that
// somebody changed, is noticed.
func seal(key string, kind byte, index int, payload []byte) []byte {
	return binary.BigEndian.AppendUint32(payload, checksum(key, kind, index, payload))
}

func checksum(key string, kind byte, index int, payload []byte) uint32 {
	place := make([]byte, 0, len(key)+9)
	place = append(append(place, key...), kind)
	place = binary.BigEndian.AppendUint64(place, uint64(index))
	return crc32.Update(crc32.Checksum(place, castagnoli), castagnoli, payload)
}

// unseal returns the payload of a value, which it looks into. The error says what is wrong.
func unseal(key string, kind byte, index int, value []byte) ([]byte, error) {
	end := len(value) - crc32.Size
	switch {
	case end < 0:
		return nil, fmt.Errorf("%d bytes are too few", len(value))
	case binary.BigEndian.Uint32(value[end:]) != checksum(key, kind, index, value[:end]):
		return nil, errors.New("the checksum does not match")
	}
	return value[:end:end], nil
}

// appendSeen writes an id and what is remembered of it.
func appendSeen(dst []byte, s *group.Seen) []byte {
	dst = binary.AppendUvarint(dst, uint64(len(s.ID)))
	dst = append(append(dst, s.ID...), s.Hash[:]...)
	dst = binary.AppendUvarint(dst, s.Version)
	return binary.AppendVarint(dst, s.Expires)
}

// parseSeen reads all that appendSeen wrote.
func parseSeen(payload []byte) ([]group.Seen, error) {
	var all []group.Seen
	for r := (packed.Reader{Rest: payload}); len(r.Rest) > 0; {
		s := group.Seen{ID: string(r.Bytes(r.Uvarint()))}
		copy(s.Hash[:], r.Bytes(uint64(len(s.Hash))))
		s.Version, s.Expires = r.Uvarint(), r.Varint()
		if r.Failed {
			return nil, errors.New("the ids are cut short")
		}
		all = append(all, s)
	}
	return all, nil
}
