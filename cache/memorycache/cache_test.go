package memorycache_test

import (
	"testing"

	"go.uber.org/goleak"

	"github.com/dictrack/dictrack/cache"
	"github.com/dictrack/dictrack/cache/cachetest"
	"github.com/dictrack/dictrack/cache/memorycache"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var features = cachetest.Features{MemoryOnly: true, GroupCommits: true}

func open() cache.Cache { return memorycache.New(memorycache.Options{}) }

func TestCache(t *testing.T) { cachetest.Run(t, open, features) }

func BenchmarkCache(b *testing.B) { cachetest.Benchmark(b, open, features) }
