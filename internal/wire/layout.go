// Package wire is the binary encoding that several stores share.
package wire

import (
	"fmt"

	"github.com/dictrack/dictrack/record"
	"github.com/dictrack/dictrack/tracker"
)

// Chunks returns how many chunks a group of n trackers has.
func Chunks(n int) int { return (n + record.ChunkSize - 1) / record.ChunkSize }

const idSize = len(tracker.ID{})

// AppendLayout appends the IDs of a chunk's definitions, one after the other.
func AppendLayout(dst []byte, layout []tracker.ID) []byte {
	for i := range layout {
		dst = append(dst, layout[i][:]...)
	}
	return dst
}

// ParseLayout appends to layout the want IDs that AppendLayout wrote into payload. Any other length of payload is
// an error.
func ParseLayout(layout []tracker.ID, payload []byte, want int) ([]tracker.ID, error) {
	if len(payload)/idSize != want || len(payload)%idSize != 0 {
		return layout, fmt.Errorf("%d bytes are not %d IDs", len(payload), want)
	}
	for ; len(payload) > 0; payload = payload[idSize:] {
		layout = append(layout, tracker.ID(payload[:idSize]))
	}
	return layout, nil
}
