package pebblestore

import (
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"
	"go.uber.org/goleak"
)

// These tests stand in a file whose name sorts before those that leave stores behind on disks that failed: Pebble goes on
// retrying there, on goroutines that would be counted.

// TestCloseLeavesNothing: no goroutine outlives its Store.
func TestCloseLeavesNothing(t *testing.T) {
	before := goleak.IgnoreCurrent()
	s := mustOpen(t, "data", smallOptions(vfs.NewMem()))
	p := newExpectedGroup("player 0", 129)
	for range 50 {
		if err := p.commit(t.Context(), s); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := p.committedRange().check(s); err != nil {
		t.Error(err)
	}
	mustClose(t, s)
	goleak.VerifyNone(t, before)
}
