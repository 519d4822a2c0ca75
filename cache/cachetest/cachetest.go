// Package cachetest holds every cache.Cache to its contract. An adapter's own test is one call of Run,
// and one of Benchmark:
//
//	func TestCache(t *testing.T) {
//		cachetest.Run(t, func() cache.Cache { return mycache.New() }, cachetest.Features{Keeps: true})
//	}
//
// The groups come from a Backing of the suite, which can be slow, fail, and lose answers.
package cachetest

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/dictrack/dictrack/cache"
)

// Features is what a cache can do beyond what every one must.
type Features struct {
	// Keeps: without a Backing, the cache itself is where groups live.
	Keeps bool
	// Joins: the changes of many groups that come together reach the Backing in few commits.
	Joins bool
	// Ahead: calls are settled before the Backing has what they did. The cache is a cache.Ahead.
	Ahead bool
	// Shared opens another cache, on the hot state of one that is open. Nil: hot state is not shared.
	Shared func(cache.Cache) cache.Cache
	// Backing is what keeps the groups, new and empty, for as long as a test. Nil: the suite keeps them in
	// memory. Either way the suite stands in between.
	Backing func(t *testing.T) Emptied
	// Time is how long tests may begin; those that would later are skipped, and topics come in random order.
	// Zero: all begin.
	Time time.Duration
}

// Emptied is a cache.Backing that can be emptied: new groups then start above all versions so far.
type Emptied interface {
	cache.BackingStore
	Empty() error
}

// Run tests caches made by open, each new and empty. The suite closes them.
func Run(t *testing.T, open func() cache.Cache, f Features) {
	s := &suite{open: open, features: f}
	topics := []struct {
		name string
		run  func(*testing.T)
	}{
		{"order", s.order},
		{"ids", s.ids},
		{"load", s.load},
		{"commit", s.commit},
		{"failure", s.failure},
		{"conflict", s.conflict},
		{"leave", s.leave},
		{"flush", s.flush},
		{"close", s.close},
		{"names", s.names},
		{"storm", s.storm},
		{"ahead", s.ahead},
		{"shared", s.shared},
	}
	if f.Time > 0 {
		s.end = time.Now().Add(f.Time)
		rand.Shuffle(len(topics), func(i, j int) { topics[i], topics[j] = topics[j], topics[i] }) // #nosec G404 -- chance, no secret
	}
	for _, topic := range topics {
		t.Run(topic.name, topic.run)
	}
	if len(s.left) > 0 {
		t.Logf("left out, since %v are over: %q", f.Time, s.left)
	}
}

// suite is the tests of one adapter.
type suite struct {
	open     func() cache.Cache
	features Features
	end      time.Time // zero for none
	left     []string  // tests that would have begun later
}

// rig is a cache under test, and what its calls share.
type rig struct {
	*testing.T
	cache cache.Cache
	disk  *disk // the backing; nil: the cache keeps its groups itself
	ahead bool  // of the backing
	watch watch
}

// kept makes a rig whose groups come from a disk.
func (s *suite) kept(t *testing.T) *rig {
	d := newDisk()
	s.hurry(t)
	if s.features.Backing != nil {
		d.real = s.features.Backing(t)
	}
	return s.start(t, d)
}

// alone makes a rig whose cache keeps its groups itself.
func (s *suite) alone(t *testing.T) *rig {
	s.hurry(t)
	return s.start(t, nil)
}

// hurry skips a test for which there is no time.
func (s *suite) hurry(t *testing.T) {
	t.Helper()
	if !s.end.IsZero() && time.Now().After(s.end) {
		s.left = append(s.left, t.Name())
		t.Skip("no time left")
	}
}

func (s *suite) start(t *testing.T, d *disk) *rig {
	return s.startOn(t, s.open(), d)
}

// startOn makes a rig of a cache.
func (s *suite) startOn(t *testing.T, c cache.Cache, d *disk) *rig {
	r := &rig{T: t, cache: c, disk: d, ahead: s.features.Ahead}
	t.Cleanup(r.close)
	if d == nil {
		start(t, r.cache, nil)
	} else {
		start(t, r.cache, d)
	}
	return r
}

// through runs a test where calls are settled when the Backing has what they did.
func (s *suite) through(t *testing.T, name string, test func(*testing.T)) {
	if !s.features.Ahead {
		t.Run(name, test)
	}
}

// start makes a cache ready.
func start(tb testing.TB, c cache.Cache, b cache.BackingStore) {
	tb.Helper()
	h := cache.Deps{BackingStore: b, Definitions: shared{}, Logger: slog.New(slog.DiscardHandler)}
	if err := c.Start(context.Background(), h); err != nil {
		tb.Fatalf("Start: %v", err)
	}
}

// each runs a test with a Backing, and without one where the cache can do without.
func (s *suite) each(t *testing.T, test func(r *rig)) {
	t.Run("backing", func(t *testing.T) { test(s.kept(t)) })
	if s.features.Keeps {
		t.Run("alone", func(t *testing.T) { test(s.alone(t)) })
	}
}

// drain brings everything to the disk.
func (r *rig) drain() {
	r.Helper()
	if r.ahead && r.disk != nil {
		if err := r.cache.(cache.WriteBehind).Sync(context.Background()); err != nil {
			r.Fatalf("Drain: %v", err)
		}
	}
}

// close ends the cache when its test is over.
func (r *rig) close() {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if err := r.cache.Close(ctx); err != nil {
		r.Errorf("close: %v", err)
	}
	r.watch.report(r.T)
	if r.disk != nil {
		r.disk.report(r.T)
	}
}

// patience is how long a test waits for what should happen at once.
const patience = 20 * time.Second

// await waits for something to happen, and fails the test when it does not.
func (r *rig) await(what string, happened <-chan struct{}) {
	r.Helper()
	select {
	case <-happened:
	case <-time.After(patience):
		r.Fatalf("%s: still waiting after %v", what, patience)
	}
}

// begin runs something in a goroutine; the channel is closed when it is over.
func begin(run func()) <-chan struct{} {
	over := make(chan struct{})
	go func() {
		defer close(over)
		run()
	}()
	return over
}
