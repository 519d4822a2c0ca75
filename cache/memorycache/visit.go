package memorycache

import (
	"context"
	"sync"
	"time"

	"github.com/dictrack/dictrack/cache"
	"github.com/dictrack/dictrack/group"
)

// visit is a task on its way through a cache that writes behind. What it has to wait for all comes before its step, so
// whoever gives up waiting has done nothing.
type visit struct {
	task     cache.Task
	at       *place      // where it waits
	need     need        // what it waits for
	question *question   // about its id
	seen     *group.Seen // what is remembered of its id
	room     bool        // it has room
	tried    bool        // it was tried on a copy, which it changes
}

// need is what a visit waits for.
type need uint8

const (
	nothing  need = iota // it is over
	aGroup               // to be loaded
	anAnswer             // about its id
	someRoom
	calm // after a Flush
)

// visit does a task, waiting for what it needs.
func (c *WriteBehind) visit(ctx context.Context, v *visit) {
	err := ctx.Err()
	for err == nil && c.try(v) != nothing {
		err = c.meet(ctx, v)
	}
	if err != nil {
		c.leave(v, err)
	}
}

// maxLines is how many groups of one call wait for something at the same time.
const maxLines = 64

// visitAll does tasks in their order. One that has to wait does so beside the others, with all that come after it on
// its group.
func (c *WriteBehind) visitAll(ctx context.Context, tasks []cache.Task) {
	var lines map[string][]visit
	for _, t := range tasks {
		v := visit{task: t}
		line, late := lines[t.Group()]
		if !late && ctx.Err() == nil && c.try(&v) == nothing {
			continue
		}
		if lines == nil {
			lines = map[string][]visit{}
		}
		lines[t.Group()] = append(line, v)
	}
	var under sync.WaitGroup
	free := make(chan struct{}, maxLines)
	for _, line := range lines {
		free <- struct{}{}
		under.Go(func() {
			for i := range line {
				c.visit(ctx, &line[i])
			}
			<-free
		})
	}
	under.Wait()
}

// try does the task, unless it has to wait for something.
func (c *WriteBehind) try(v *visit) need {
	defer c.places.evict()
	p := c.places.locked(v.task.Group())
	defer p.mu.Unlock()
	v.comeBack(p)
	v.need = nothing
	switch {
	case c.calm.Load() != nil:
		v.need = calm
	case p.lost != nil:
		c.settle(v, p.lost)
	case p.group == nil:
		v.need = aGroup
	case !v.informed(p):
		v.need = anAnswer
	case v.room || c.room.take():
		v.room = true
		c.apply(p, v)
	case v.tried || v.wouldChange(p):
		v.need = someRoom
	default: // the copy has said it
		c.settle(v, nil)
	}
	if v.need == nothing {
		v.drop(p)
		c.places.vacate(p)
	} else {
		v.at = p
		p.waiting++
	}
	return v.need
}

// comeBack ends the wait at a place, unless a Flush took it away.
func (v *visit) comeBack(p *place) {
	if v.at == p {
		p.waiting--
	}
	v.at = nil
}

// apply does the step.
func (c *WriteBehind) apply(p *place, v *visit) {
	if p.group.Recorded() == nil {
		p.group.Record()
	}
	before := p.group.Version()
	remember := v.task.Apply(p.group, v.seen)
	if p.group.Version() == before {
		c.settle(v, nil)
		return
	}
	if remember != nil {
		p.remember(*remember)
	}
	if p.calls++; p.calls == 1 {
		p.since = time.Now()
		if p.flight == nil {
			c.flusher.put(p, p.since.Add(c.bound.Every/2))
		}
	}
	if c.room.tight() {
		c.flusher.hurry()
	}
	v.room = false // the call keeps it until it is written
	c.settle(v, nil)
}

// wouldChange tries the task on a copy of the group. One that changes nothing needs no room, and has its answer.
func (v *visit) wouldChange(p *place) bool {
	g := p.group.Clone()
	g.Record()
	v.task.Apply(g, v.seen)
	v.tried = g.Version() != p.group.Version()
	return v.tried
}

// settle ends a visit, and gives back the room that it did not use.
func (c *WriteBehind) settle(v *visit, err error) {
	if v.room {
		c.room.give(1)
		v.room = false
	}
	v.task.Settled(err)
}
