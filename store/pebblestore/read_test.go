package pebblestore

import (
	"bytes"
	"fmt"
	"sync"
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/dictrack/dictrack/record"
)

// TestLoadIsOfOneVersion: a group of many records is read as it was at one moment, however fast commits
// follow each other. All trackers move at once, so they must all stand where the version says.
func TestLoadIsOfOneVersion(t *testing.T) {
	o := smallOptions(vfs.NewMem())
	o.NoSync, o.MemTableBytes = true, 4<<20
	s := mustOpen(t, "data", o)
	defer mustClose(t, s)
	p := newExpectedGroup("player 0", 8*record.ChunkSize)
	done := make(chan struct{})
	var readers sync.WaitGroup
	for range 2 {
		readers.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
				}
				r, err := s.Load(t.Context(), p.group.Name())
				if err == nil {
					err = checkEqualStates(r)
				}
				if err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	for range 1000 / share {
		if err := p.commit(t.Context(), s); err != nil {
			t.Error(err)
			break
		}
	}
	close(done)
	readers.Wait()
}

// checkEqualStates checks that all states are the same.
func checkEqualStates(r *record.Group) error {
	if len(r.Layout) == 0 {
		return nil
	}
	size := len(r.States) / len(r.Layout)
	for part := r.States; len(part) > 0; part = part[size:] {
		if len(part) < size || !bytes.Equal(part[:size], r.States[:size]) {
			return fmt.Errorf("torn: a state of version %d is %x, another %x", r.Version, r.States[:size], part[:min(size, len(part))])
		}
	}
	return nil
}
