package memorycache

import (
	"errors"

	"github.com/dictrack/dictrack/cache"
	"github.com/dictrack/dictrack/group"
)

// flight is the joined change of a group on its way to the Backing. It is the same change until it has landed, however
// often it has to be brought.
type flight struct {
	place  *place
	change *group.Change
	ids    map[string]int // where they are in the change's Seen
	calls  int
	unsure bool // it was brought before, and nobody said what became of it
	tries  int
}

func (f *flight) seen(id string) *group.Seen {
	if i, ok := f.ids[id]; ok {
		seen := f.change.Seen[i]
		return &seen
	}
	return nil
}

// depart takes what was recorded, unless a flight is under way, which goes on. It returns nil when there is nothing.
func (p *place) depart() *flight {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.flight == nil && p.calls > 0 {
		change := p.group.Take()
		change.Detach()
		p.flight = &flight{place: p, change: change, ids: p.ids, calls: p.calls}
		p.ids, p.calls = nil, 0
	}
	return p.flight
}

// fate is what became of a flight.
type fate uint8

const (
	landed   fate = iota
	aloft         // it must be brought again
	overtook      // somebody else has written the group
)

// fate says what the answer to a Persist means for one of its flights. After an answer that was lost, the change may
// be there already: then bringing it again is a conflict, and the version tells.
func (c *WriteBehind) fate(f *flight, answer error) (fate, error) {
	var conflict cache.Conflict
	switch {
	case answer == nil:
		return landed, nil
	case !errors.As(answer, &conflict):
		f.unsure = true
		return aloft, answer
	case !conflict.Conflicted(f.change.Group):
		return landed, nil
	}
	g, err := c.host.Backing.Load(c.life, f.change.Group)
	switch {
	case err != nil:
		return aloft, err
	case g.Version() == f.change.Base:
		return aloft, answer
	case g.Version() == f.change.Version && f.unsure:
		return landed, nil
	}
	return overtook, answer
}

// land ends a flight whose change is kept.
func (c *WriteBehind) land(f *flight) {
	p := f.place
	p.mu.Lock()
	defer p.mu.Unlock()
	p.kept, p.flight = f.change.Version, nil
	for q := range p.questions {
		if seen := f.seen(q.id); seen != nil {
			q.seen = seen
		}
	}
	c.room.give(f.calls)
	if p.calls > 0 {
		c.flusher.put(p, p.since.Add(c.bound.Every/2))
	} else {
		c.flusher.clean(p)
	}
}

// lose gives up a group that somebody else has written.
func (c *WriteBehind) lose(f *flight) {
	p := f.place
	p.mu.Lock()
	defer p.mu.Unlock()
	calls := p.unwritten()
	p.group, p.flight, p.ids, p.calls = nil, nil, nil, 0
	p.lost = &OtherWriterError{Group: p.name, Calls: calls}
	c.room.give(calls)
	c.flusher.lose(p)
	c.host.Logger.Error("calls are lost: another process has written their group, and a cache that writes behind must be the only writer",
		"group", p.name, "calls", calls, "base", f.change.Base, "version", f.change.Version)
}
