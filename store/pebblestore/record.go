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

// head is the record of a group. That of most groups holds their only chunk too.
type head struct {
	version uint64
	due     int64 // limiter.Never for none
	fed     bool
	inline  bool // the first chunk is in here, and not a record of its own
	count   int  // places
	first   []byte
}

const (
	headFed = 1 << iota
	headInline
	headKnown = headFed | headInline
)

func (h *head) append(dst []byte) []byte {
	var flags byte
	if h.fed {
		flags |= headFed
	}
	if h.inline {
		flags |= headInline
	}
	dst = append(dst, flags)
	dst = binary.AppendUvarint(dst, h.version)
	dst = binary.AppendVarint(dst, h.due)
	dst = binary.AppendUvarint(dst, uint64(h.count)) // #nosec G115 -- a length
	return append(dst, h.first...)
}

// maxCount is more trackers than a group can have.
const maxCount = 1 << 31

// parseHead reads what append wrote. The head looks into payload.
func parseHead(payload []byte) (head, error) {
	r := wire.Reader{Buf: payload}
	flags := r.Byte()
	h := head{fed: flags&headFed != 0, inline: flags&headInline != 0}
	h.version, h.due = r.Uvarint(), r.Varint()
	count := r.Uvarint()
	switch {
	case r.Failed:
		return head{}, errors.New("it is cut short")
	case flags&^headKnown != 0 || count > maxCount:
		return head{}, errors.New("it is not the head of a group")
	case len(r.Buf) > 0 && (!h.inline || count == 0):
		return head{}, fmt.Errorf("%d bytes are too many", len(r.Buf))
	}
	h.count, h.first = int(count), r.Buf // #nosec G115 -- at most maxCount
	return h, nil
}

func appendSeen(dst []byte, s *group.Seen) []byte {
	dst = append(dst, s.Hash[:]...)
	dst = binary.AppendUvarint(dst, s.Version)
	return binary.AppendVarint(dst, s.Expires)
}

// parseSeen reads what appendSeen wrote about an id.
func parseSeen(id string, payload []byte) (group.Seen, error) {
	s := group.Seen{ID: id}
	r := wire.Reader{Buf: payload}
	copy(s.Hash[:], r.Bytes(uint64(len(s.Hash))))
	s.Version, s.Expires = r.Uvarint(), r.Varint()
	if r.Failed || len(r.Buf) > 0 {
		return group.Seen{}, fmt.Errorf("%d bytes are not what is remembered of an id", len(payload))
	}
	return s, nil
}

func parseFloor(payload []byte) (uint64, error) {
	r := wire.Reader{Buf: payload}
	floor := r.Uvarint()
	if r.Failed || len(r.Buf) > 0 {
		return 0, fmt.Errorf("%d bytes are not a version", len(payload))
	}
	return floor, nil
}
