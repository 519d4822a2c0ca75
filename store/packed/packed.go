// Package packed is the bytes in which more than one store keeps things.
package packed

import (
	"fmt"

	"github.com/dictrack/dictrack/group"
	"github.com/dictrack/dictrack/tracker"
)

// Chunks is how many chunks n places take.
func Chunks(n int) int { return (n + group.ChunkSize - 1) / group.ChunkSize }

const idSize = len(tracker.ID{})

// AppendLayout writes the IDs of a chunk's definitions, one after the other.
func AppendLayout(dst []byte, layout []tracker.ID) []byte {
	for i := range layout {
		dst = append(dst, layout[i][:]...)
	}
	return dst
}

// ParseLayout appends to layout what AppendLayout wrote of want IDs. The error says what is wrong.
func ParseLayout(layout []tracker.ID, payload []byte, want int) ([]tracker.ID, error) {
	if len(payload)/idSize != want || len(payload)%idSize != 0 {
		return layout, fmt.Errorf("%d bytes are not %d IDs", len(payload), want)
	}
	for ; len(payload) > 0; payload = payload[idSize:] {
		layout = append(layout, tracker.ID(payload[:idSize]))
	}
	return layout, nil
}
