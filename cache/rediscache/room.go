package rediscache

import (
	"encoding/binary"

	"github.com/redis/rueidis"
)

// room is memory that rounds use again.
type room struct {
	write      write
	keys, args []string
	chunks     []string
	text       []byte // of small arguments
}

// from is what was appended to the text from there on. It stays as it is while the text grows, until the room is cleared.
func (in *room) from(at int) string { return rueidis.BinaryString(in.text[at:]) }

// seal puts a checksum behind what was appended to the text from there on.
func (in *room) seal(key, field string, at int) string {
	in.text = binary.LittleEndian.AppendUint32(in.text, checksum(in.from(at), key, field))
	return in.from(at)
}

// roomy is how many arguments a usual commit has at most, and roomyText how many bytes of small ones. The memory of larger
// ones is given back.
const (
	roomy     = 128
	roomyText = 4096
)

// cleared is the round without anything but its memory.
func (r *round) cleared() *round {
	kept := r.room
	if kept.text = kept.text[:0]; !r.trouble.IsZero() || cap(kept.text) > roomyText {
		kept.text = nil // or what was not answered, and may still be sent, would change
	}
	*r = round{}
	if cap(kept.args) > roomy || cap(kept.chunks) > roomy {
		return r
	}
	kept.write = write{}
	for _, texts := range [][]string{kept.keys, kept.args, kept.chunks} {
		clear(texts[:cap(texts)])
	}
	r.room = kept
	return r
}
