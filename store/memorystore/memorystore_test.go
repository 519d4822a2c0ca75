package memorystore_test

import (
	"testing"

	"github.com/dictrack/dictrack/store"
	"github.com/dictrack/dictrack/store/memorystore"
	"github.com/dictrack/dictrack/store/storetest"
)

func open(testing.TB) (store.Store, func() store.Store) { return memorystore.New(), nil }

func TestStore(t *testing.T) { storetest.Run(t, storetest.Features{}, open) }

func BenchmarkStore(b *testing.B) { storetest.Benchmark(b, open) }
