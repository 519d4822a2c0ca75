package pebblestore

import (
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/dictrack/dictrack/group"
	"github.com/dictrack/dictrack/internal/wire"
)

// format is the version of keys and values, in the mark of the directory and in front of every value.
const format = 1

// groupValue is the record of a group. That of most groups holds their only chunk too.
type groupValue struct {
	version uint64
	due     int64 // limiter.Never for none
	fed     bool
	inline  bool // the first chunk is in here, and not a record of its own
	count   int  // places
	firstChunk   []byte
}

const (
	flagInitialized = 1 << iota
	flagInline
	allFlags = flagInitialized | flagInline
)

func (h *groupValue) append(dst []byte) []byte {
	var flags byte
	if h.fed {
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

// parseGroup reads what append wrote. The head looks into payload.
func parseGroup(payload []byte) (groupValue, error) {
	r := wire.Reader{Buf: payload}
	flags := r.Byte()
	h := groupValue{fed: flags&flagInitialized != 0, inline: flags&flagInline != 0}
	h.version, h.due = r.Uvarint(), r.Varint()
	count := r.Uvarint()
	switch {
	case r.Failed:
		return groupValue{}, errors.New("it is cut short")
	case flags&^allFlags != 0 || count > maxCount:
		return groupValue{}, errors.New("it is not the head of a group")
	case len(r.Buf) > 0 && (!h.inline || count == 0):
		return groupValue{}, fmt.Errorf("%d bytes are too many", len(r.Buf))
	}
	h.count, h.firstChunk = int(count), r.Buf // #nosec G115 -- at most maxCount
	return h, nil
}

func appendMessageID(dst []byte, s *group.Seen) []byte {
	dst = append(dst, s.Hash[:]...)
	dst = binary.AppendUvarint(dst, s.Version)
	return binary.AppendVarint(dst, s.Expires)
}

// parseMessageID reads what appendSeen wrote about an id.
func parseMessageID(id string, payload []byte) (group.Seen, error) {
	s := group.Seen{ID: id}
	r := wire.Reader{Buf: payload}
	copy(s.Hash[:], r.Bytes(uint64(len(s.Hash))))
	s.Version, s.Expires = r.Uvarint(), r.Varint()
	if r.Failed || len(r.Buf) > 0 {
		return group.Seen{}, fmt.Errorf("%d bytes are not what is remembered of an id", len(payload))
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
