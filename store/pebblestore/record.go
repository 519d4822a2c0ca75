package pebblestore

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"

	"github.com/dictrack/dictrack/group"
	"github.com/dictrack/dictrack/tracker"
)

// format is the version of keys and values, in the mark of the directory and in front of every value.
const format = 1

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// checkSize is the length of the checksum behind every value.
const checkSize = crc32.Size

// seal makes a value: the format, the payload, and a checksum over those and the key, so that a record
// that ended up under another key is noticed too.
func seal(key, payload []byte) []byte {
	value := make([]byte, 0, 1+len(payload)+checkSize)
	return addCheck(key, append(append(value, format), payload...))
}

// addCheck completes a value that has the format and the payload.
func addCheck(key, value []byte) []byte {
	return binary.LittleEndian.AppendUint32(value, checksum(key, value))
}

func checksum(key, sealed []byte) uint32 {
	return crc32.Update(crc32.Checksum(key, castagnoli), castagnoli, sealed)
}

// unseal returns the payload of a value, which it looks into. The error says what is wrong.
func unseal(key, value []byte) ([]byte, error) {
	end := len(value) - checkSize
	switch {
	case end < 1:
		return nil, fmt.Errorf("%d bytes are too few", len(value))
	case binary.LittleEndian.Uint32(value[end:]) != checksum(key, value[:end]):
		return nil, errors.New("the checksum does not match")
	case value[0] != format:
		return nil, fmt.Errorf("it has format %d, want %d", value[0], format)
	}
	return value[1:end], nil
}

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
	r := reader{rest: payload}
	flags := r.byte()
	h := head{fed: flags&headFed != 0, inline: flags&headInline != 0}
	h.version, h.due = r.uvarint(), r.varint()
	count := r.uvarint()
	switch {
	case r.failed:
		return head{}, errors.New("it is cut short")
	case flags&^headKnown != 0 || count > maxCount:
		return head{}, errors.New("it is not the head of a group")
	case len(r.rest) > 0 && (!h.inline || count == 0):
		return head{}, fmt.Errorf("%d bytes are too many", len(r.rest))
	}
	h.count, h.first = int(count), r.rest // #nosec G115 -- at most maxCount
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
	r := reader{rest: payload}
	copy(s.Hash[:], r.bytes(len(s.Hash)))
	s.Version, s.Expires = r.uvarint(), r.varint()
	if r.failed || len(r.rest) > 0 {
		return group.Seen{}, fmt.Errorf("%d bytes are not what is remembered of an id", len(payload))
	}
	return s, nil
}

func appendLayout(dst []byte, layout []tracker.ID) []byte {
	for i := range layout {
		dst = append(dst, layout[i][:]...)
	}
	return dst
}

// parseLayout appends to layout what appendLayout wrote of want IDs.
func parseLayout(layout []tracker.ID, payload []byte, want int) ([]tracker.ID, error) {
	const size = len(tracker.ID{})
	if len(payload)/size != want || len(payload)%size != 0 {
		return layout, fmt.Errorf("%d bytes are not %d IDs", len(payload), want)
	}
	for ; len(payload) > 0; payload = payload[size:] {
		layout = append(layout, tracker.ID(payload[:size]))
	}
	return layout, nil
}

func parseFloor(payload []byte) (uint64, error) {
	r := reader{rest: payload}
	floor := r.uvarint()
	if r.failed || len(r.rest) > 0 {
		return 0, fmt.Errorf("%d bytes are not a version", len(payload))
	}
	return floor, nil
}

// reader takes values off the front of rest; once failed it returns zeros.
type reader struct {
	rest   []byte
	failed bool
}

func (r *reader) bytes(n int) []byte {
	if n > len(r.rest) {
		r.failed = true
	}
	if r.failed {
		return nil
	}
	b := r.rest[:n]
	r.rest = r.rest[n:]
	return b
}

func (r *reader) byte() byte {
	if b := r.bytes(1); b != nil {
		return b[0]
	}
	return 0
}

func (r *reader) uvarint() uint64 {
	n, size := binary.Uvarint(r.rest)
	return took(r, n, size)
}

func (r *reader) varint() int64 {
	n, size := binary.Varint(r.rest)
	return took(r, n, size)
}

func took[T int64 | uint64](r *reader, n T, size int) T {
	if r.failed = r.failed || size <= 0; r.failed {
		return 0
	}
	r.rest = r.rest[size:]
	return n
}
