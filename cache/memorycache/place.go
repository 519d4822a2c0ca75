package memorycache

import (
	"fmt"
	"hash/maphash"
	"maps"
	"runtime"
	"slices"
	"sync"
	"time"

	"github.com/dictrack/dictrack/cache"
	"github.com/dictrack/dictrack/group"
)

// place is where one group stands in a cache that writes behind.
type place struct {
	name string

	mu sync.Mutex // protects all below
	stay
	group *group.Group // nil until it is loaded; what it records is what no flight took
	lost  *OtherWriterError

	loading   *loading               // a look into the Backing that is under way
	waiting   int                    // visits that come again
	questions map[*question]struct{} // of visits that wait for an answer, or for more after it

	kept   uint64         // the version that the Backing has
	calls  int            // settled and recorded
	since  time.Time      // when the first of them was settled
	ids    map[string]int // of what is recorded: where they are in its Seen
	flight *flight        // what is on its way

	// Protected by the flusher.
	due   time.Time // when it is to be handed over
	alone bool      // it failed by itself: it goes in no company
}

// TryLock implements guest.
func (p *place) TryLock() bool { return p.mu.TryLock() }

// Unlock implements guest.
func (p *place) Unlock() { p.mu.Unlock() }

// idle tells whether nobody uses the group, and the Backing has it as it is.
func (p *place) idle() bool {
	return p.group != nil && p.waiting == 0 && p.loading == nil && len(p.questions) == 0 && !p.ahead()
}

func (p *place) stays() *stay { return &p.stay }

// loading is one load that all who need the group wait for.
type loading struct {
	done chan struct{} // closed when it is over
	err  error
}

// remembered is what is not in the Backing yet of an id; nil for nothing.
func (p *place) remembered(id string) *group.Seen {
	if i, ok := p.ids[id]; ok {
		seen := p.group.Recorded().Seen[i]
		return &seen
	}
	if p.flight != nil {
		return p.flight.seen(id)
	}
	return nil
}

// remember notes an id together with what is recorded.
func (p *place) remember(seen group.Seen) {
	change := p.group.Recorded()
	if p.ids == nil {
		p.ids = map[string]int{}
	}
	p.ids[seen.ID] = len(change.Seen)
	change.See(seen)
}

// ahead tells whether the Backing does not have all yet.
func (p *place) ahead() bool { return p.calls > 0 || p.flight != nil }

// unwritten is how many settled calls the Backing does not have.
func (p *place) unwritten() int {
	if p.flight == nil {
		return p.calls
	}
	return p.calls + p.flight.calls
}

// placeSet finds groups by their names.
type placeSet struct {
	seed  maphash.Seed
	held  held
	parts [shardCount]part
}

// part is some of the places, by the hash of their names.
type part struct {
	mu sync.Mutex // protects of; may be locked by who has locked a place, and not the other way round
	of map[string]*place
	_  [64]byte // keeps the locks of two parts off one cache line
}

func (s *placeSet) part(name string) *part { return &s.parts[maphash.String(s.seed, name)%shardCount] }

// locked returns the place of a group, made if need be, and locked by the caller from now on.
func (s *placeSet) locked(name string) *place {
	for {
		p := s.part(name).place(name)
		p.mu.Lock()
		if !p.dead {
			return p
		}
		p.mu.Unlock()
	}
}

func (t *part) place(name string) *place {
	t.mu.Lock()
	defer t.mu.Unlock()
	p := t.of[name]
	if p == nil {
		p = &place{name: name}
		t.of[name] = p
	}
	return p
}

// remove ends a place, which the caller has locked.
func (s *placeSet) remove(p *place) {
	p.dead = true
	s.held.drop(p)
	t := s.part(p.name)
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.of, p.name)
}

// vacate removes a place that holds nothing worth keeping, and notes another. The caller has locked it.
func (s *placeSet) vacate(p *place) {
	known := p.lost != nil || p.loading != nil || p.ahead() || p.group != nil && p.group.Known()
	switch {
	case p.waiting == 0 && !known && !p.dead:
		s.remove(p)
	case known && p.group != nil && s.held.active() && !p.dead:
		s.held.note(p, p.group.Size())
	}
}

// evict lets groups go until the bound is kept.
func (s *placeSet) evict() { s.held.evict(s.leave) }

func (s *placeSet) leave(g guest) { s.remove(g.(*place)) }

func (s *placeSet) all() []*place {
	var all []*place
	for i := range s.parts {
		t := &s.parts[i]
		t.mu.Lock()
		all = slices.AppendSeq(all, maps.Values(t.of))
		t.mu.Unlock()
	}
	return all
}

// split deals tasks to the cores, all of one group to the same and in their order.
func (s *placeSet) split(tasks []cache.Task) [][]cache.Task {
	hands := make([][]cache.Task, min(runtime.GOMAXPROCS(0), shardCount))
	for _, t := range tasks {
		i := maphash.String(s.seed, t.Group()) / shardCount % uint64(len(hands))
		hands[i] = append(hands[i], t)
	}
	return hands
}

// load returns when the group of a place is loaded; only the first who asks loads it.
func (c *WriteBehind) load(p *place) *loading {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.loading == nil && p.group == nil && !p.dead {
		p.loading = &loading{done: make(chan struct{})}
		go c.fetch(p, p.loading)
	}
	return p.loading
}

func (c *WriteBehind) fetch(p *place, l *loading) {
	g, err := c.host.Backing.Load(c.life, p.name)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.loading = nil
	if err != nil {
		l.err = fmt.Errorf("load group %q: %w", p.name, err)
	} else {
		p.group, p.kept = g, g.Version()
	}
	close(l.done)
	c.places.vacate(p)
}
