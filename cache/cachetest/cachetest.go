// Package cachetest is the conformance suite for implementations of cache.Cache. An adapter's own test is one call of Run,
// and one of Benchmark:
//
//	func TestCache(t *testing.T) {
//		cachetest.Run(t, func() cache.Cache { return mycache.New() }, cachetest.Features{MemoryOnly: true})
//	}
//
// The groups come from a store of the suite, which can be slow, fail, and lose replies.
package cachetest

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/dictrack/dictrack/cache"
)

// Run tests caches made by open, each new and empty. The suite closes them.
func Run(t *testing.T, open func() cache.Cache, f Features) {
	s := &suite{open: open, features: f}
	tests := []struct {
		name string
		run  func(*testing.T)
	}{
		{"order", s.order},
		{"ids", s.ids},
		{"load", s.load},
		{"commit", s.commit},
		{"failure", s.failure},
		{"conflict", s.conflict},
		{"cancel", s.cancel},
		{"flush", s.flush},
		{"close", s.close},
		{"names", s.names},
		{"stress", s.stress},
		{"write-behind", s.writeBehind},
		{"shared", s.shared},
	}
	if f.StartWithin > 0 {
		s.deadline = time.Now().Add(f.StartWithin)
		rand.Shuffle(len(tests), func(i, j int) { tests[i], tests[j] = tests[j], tests[i] }) // #nosec G404 -- chance, no secret
	}
	for _, test := range tests {
		t.Run(test.name, test.run)
	}
	if len(s.skipped) > 0 {
		t.Logf("skipped, because %v have passed: %q", f.StartWithin, s.skipped)
	}
}
