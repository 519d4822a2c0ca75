package mongostore

import (
	"encoding/binary"
	"errors"

	"github.com/dictrack/dictrack/internal/checksum"
	"github.com/dictrack/dictrack/internal/wire"
	"github.com/dictrack/dictrack/record"
)

// format is the version of the documents.
const format = 1

// The kinds of binary values.
const (
	kindLayout = 'l' // IDs of a chunk's definitions
	kindStates = 's' // states of a chunk
	kindIDs    = 'i' // message ids of a commit
)

// seal appends to payload a checksum over it and over where it is stored.
func seal(key string, kind byte, index int, payload []byte) []byte {
	return checksum.Append(valueKey(key, kind, index), payload)
}

// unseal returns the payload of a value that seal made, which it aliases.
func unseal(key string, kind byte, index int, value []byte) ([]byte, error) {
	return checksum.Cut(valueKey(key, kind, index), value)
}

// valueKey is where a value is stored: the key of the group, what the value is, and which of them.
func valueKey(key string, kind byte, index int) []byte {
	buf := make([]byte, 0, len(key)+9)
	buf = append(append(buf, key...), kind)
	return binary.BigEndian.AppendUint64(buf, uint64(index))
}

// appendID encodes a message id.
func appendID(dst []byte, s *record.MessageID) []byte {
	dst = binary.AppendUvarint(dst, uint64(len(s.ID)))
	dst = append(append(dst, s.ID...), s.Hash[:]...)
	dst = binary.AppendUvarint(dst, s.Version)
	return binary.AppendVarint(dst, s.Expires)
}

// parseIDs decodes all that appendID encoded.
func parseIDs(payload []byte) ([]record.MessageID, error) {
	var all []record.MessageID
	for r := (wire.Reader{Buf: payload}); len(r.Buf) > 0; {
		s := record.MessageID{ID: string(r.Bytes(r.Uvarint()))}
		copy(s.Hash[:], r.Bytes(uint64(len(s.Hash))))
		s.Version, s.Expires = r.Uvarint(), r.Varint()
		if r.Failed {
			return nil, errors.New("the ids are cut short")
		}
		all = append(all, s)
	}
	return all, nil
}
