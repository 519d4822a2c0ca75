package pebblestore

import (
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/dictrack/dictrack/internal/wire"
	"github.com/dictrack/dictrack/record"
)

// format is the version of keys and values, which is in the directory's marker and at the beginning of
// every value.
const format = 1

// groupValue is the value of a group. For most groups it includes their only chunk.
type groupValue struct {
	version     uint64
	due         int64 // limiter.Never for none
	initialized bool
	inline      bool // firstChunk is in this record, and not in one of its own
	count       int  // trackers, with removed ones
	firstChunk  []byte
}

const (
	flagInitialized = 1 << iota
	flagInline
	allFlags = flagInitialized | flagInline
)

func (h *groupValue) append(dst []byte) []byte {
	var flags byte
	if h.initialized {
		flags |= flagInitialized
	}
	if h.inline {
		flags |= flagInline
	}
	dst = append(dst, flags)
	dst = binary.AppendUvarint(dst, h.version)
	dst = binary.AppendVarint(dst, h.due)
	dst = binary.AppendUvarint(dst, uint64(h.count)) // #nosec G115 -- a length
	return append(dst, h.firstChunk...)
}

// maxCount is more trackers than a group can have.
const maxCount = 1 << 31

// parseGroup decodes what append encoded. The result aliases payload.
func parseGroup(payload []byte) (groupValue, error) {
	r := wire.Reader{Buf: payload}
	flags := r.Byte()
	h := groupValue{initialized: flags&flagInitialized != 0, inline: flags&flagInline != 0}
	h.version, h.due = r.Uvarint(), r.Varint()
	count := r.Uvarint()
	switch {
	case r.Failed:
		return groupValue{}, errors.New("it is cut short")
	case flags&^allFlags != 0 || count > maxCount:
		return groupValue{}, errors.New("it is not a group")
	case len(r.Buf) > 0 && (!h.inline || count == 0):
		return groupValue{}, fmt.Errorf("%d bytes are too many", len(r.Buf))
	}
	h.count, h.firstChunk = int(count), r.Buf // #nosec G115 -- at most maxCount
	return h, nil
}

func appendMessageID(dst []byte, s *record.MessageID) []byte {
	dst = append(dst, s.Hash[:]...)
	dst = binary.AppendUvarint(dst, s.Version)
	return binary.AppendVarint(dst, s.Expires)
}

// parseMessageID decodes what appendMessageID encoded.
func parseMessageID(id string, payload []byte) (record.MessageID, error) {
	s := record.MessageID{ID: id}
	r := wire.Reader{Buf: payload}
	copy(s.Hash[:], r.Bytes(uint64(len(s.Hash))))
	s.Version, s.Expires = r.Uvarint(), r.Varint()
	if r.Failed || len(r.Buf) > 0 {
		return record.MessageID{}, fmt.Errorf("%d bytes are not what is remembered of an id", len(payload))
	}
	return s, nil
}

func parseFirstVersion(payload []byte) (uint64, error) {
	r := wire.Reader{Buf: payload}
	floor := r.Uvarint()
	if r.Failed || len(r.Buf) > 0 {
		return 0, fmt.Errorf("%d bytes are not a version", len(payload))
	}
	return floor, nil
}
