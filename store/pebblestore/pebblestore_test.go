package pebblestore_test

import (
	"context"
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/dictrack/dictrack/store"
	"github.com/dictrack/dictrack/store/pebblestore"
	"github.com/dictrack/dictrack/store/storetest"
)

// open opens a store on a real disk.
func open(tb testing.TB) (store.Store, func() store.Store) {
	dir := tb.TempDir()
	reopen := func() store.Store {
		s, err := pebblestore.Open(context.Background(), dir, pebblestore.Options{})
		if err != nil {
			tb.Fatal(err)
		}
		return s
	}
	return reopen(), reopen
}

// openSmall opens a store in memory that is flushed and compacted all the time.
func openSmall(tb testing.TB) (store.Store, func() store.Store) {
	o := pebblestore.Options{FS: vfs.NewMem(), MemTableBytes: 16 << 10}
	reopen := func() store.Store {
		s, err := pebblestore.Open(context.Background(), "data", o)
		if err != nil {
			tb.Fatal(err)
		}
		return s
	}
	return reopen(), reopen
}

func TestStore(t *testing.T) { storetest.Run(t, storetest.Features{Reopens: true}, open) }

func TestSmallStore(t *testing.T) { storetest.Run(t, storetest.Features{Reopens: true}, openSmall) }

func BenchmarkStore(b *testing.B) { storetest.Benchmark(b, open) }
