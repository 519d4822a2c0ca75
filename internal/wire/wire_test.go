package wire_test

import (
	"encoding/binary"
	"math"
	"slices"
	"testing"

	"github.com/dictrack/dictrack/internal/wire"
	"github.com/dictrack/dictrack/record"
	"github.com/dictrack/dictrack/tracker"
)

func TestChunks(t *testing.T) {
	for trackers, want := range map[int]int{0: 0, 1: 1, record.ChunkSize: 1, record.ChunkSize + 1: 2} {
		if got := wire.Chunks(trackers); got != want {
			t.Errorf("%d trackers take %d chunks, want %d", trackers, got, want)
		}
	}
}

func TestLayout(t *testing.T) {
	layout := []tracker.ID{{1}, {2, 3}}
	bytes := wire.AppendLayout([]byte("front"), layout)[len("front"):]
	got, err := wire.ParseLayout(layout[:1:1], bytes, 2)
	if err != nil || !slices.Equal(got, []tracker.ID{{1}, {1}, {2, 3}}) {
		t.Errorf("got %v, %v", got, err)
	}
	for _, want := range []int{0, 1, 3} {
		if _, err := wire.ParseLayout(nil, bytes, want); err == nil {
			t.Errorf("2 IDs were taken for %d", want)
		}
	}
	if _, err := wire.ParseLayout(nil, bytes[1:], 1); err == nil {
		t.Error("a part of an ID was passed over")
	}
}

func TestReader(t *testing.T) {
	bytes := binary.AppendVarint(binary.AppendUvarint([]byte{7, 'a', 'b'}, math.MaxUint64), math.MinInt64)
	r := wire.Reader{Buf: bytes}
	if r.Byte() != 7 || string(r.Bytes(2)) != "ab" || r.Uvarint() != math.MaxUint64 || r.Varint() != math.MinInt64 || r.Failed || len(r.Buf) > 0 {
		t.Errorf("not what was written; left: %+v", r)
	}
	for size := range bytes {
		r := wire.Reader{Buf: bytes[:size]}
		r.Byte()
		r.Bytes(2)
		r.Uvarint()
		if last := r.Varint(); !r.Failed || last != 0 || r.Byte() != 0 || r.Bytes(math.MaxUint64) != nil {
			t.Errorf("cut after %d bytes: %+v", size, r)
		}
	}
}
