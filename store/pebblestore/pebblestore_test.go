package pebblestore_test

import (
	"context"
	"testing"

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

func TestStore(t *testing.T) { storetest.Run(t, storetest.Features{Reopens: true}, open) }

func BenchmarkStore(b *testing.B) { storetest.Benchmark(b, open) }
