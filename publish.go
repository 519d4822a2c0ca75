package dictrack

import (
	"hash/maphash"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/dictrack/dictrack/tracker"
)

// On calls listen for every event of that kind, after its change is committed; off ends it. The events
// of one group come in their order and one at a time, those of different groups at the same time.
//
// A listener has run when the call that caused the event returns, unless another goroutine is just
// telling events of the same group, which then runs it soon. It may use the Manager. One that panics is
// logged, and stops neither the others nor the call. Events of a change whose outcome was ErrUnknown are
// not told.
func (m *Manager) On(kind tracker.EventKind, listen func(Event)) (off func()) {
	return m.publisher.add(func(e Event) {
		if e.Kind == kind {
			listen(e)
		}
	})
}

// OnAll calls listen for every event, like On.
func (m *Manager) OnAll(listen func(Event)) (off func()) { return m.publisher.add(listen) }

// publisher tells listeners what was committed.
type publisher struct {
	logger *slog.Logger

	mu        sync.Mutex // held while listeners change
	listeners atomic.Pointer[[]*func(Event)]

	lanes [64]lane
	late  sync.WaitGroup // deliveries for calls whose callers left
}

// lane is the queue of the groups that hash to it; its order is that of their commits.
type lane struct {
	mu      sync.Mutex // protects all below
	queue   []telling
	telling bool // a goroutine is telling
}

// telling is the events of one change.
type telling struct {
	occasion
	events []tracker.Event
}

var laneSeed = maphash.MakeSeed()

func (p *publisher) lane(group string) *lane {
	return &p.lanes[maphash.String(laneSeed, group)%uint64(len(p.lanes))]
}

func (p *publisher) add(listen func(Event)) (off func()) {
	one := &listen
	p.change(func(all []*func(Event)) []*func(Event) { return append(all, one) })
	return func() {
		p.change(func(all []*func(Event)) []*func(Event) {
			return slices.DeleteFunc(all, func(l *func(Event)) bool { return l == one })
		})
	}
}

func (p *publisher) change(by func([]*func(Event)) []*func(Event)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	next := by(slices.Clone(p.current()))
	p.listeners.Store(&next)
}

func (p *publisher) current() []*func(Event) {
	if all := p.listeners.Load(); all != nil {
		return *all
	}
	return nil
}

// enqueue takes over the events of a committed change; deliver tells them.
func (p *publisher) enqueue(t telling) {
	if len(t.events) == 0 || len(p.current()) == 0 {
		return
	}
	l := p.lane(t.group)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.queue = append(l.queue, t)
}

// deliver tells what is in the lane of a group, unless somebody is at it.
func (p *publisher) deliver(group string) {
	if len(p.current()) > 0 {
		p.drain(p.lane(group))
	}
}

// deliverAll tells what is left; nothing is enqueued any more.
func (p *publisher) deliverAll() {
	p.late.Wait()
	for i := range p.lanes {
		p.drain(&p.lanes[i])
	}
}

func (p *publisher) drain(l *lane) {
	for {
		t, ok := l.next()
		if !ok {
			return
		}
		for i := range t.events {
			p.tell(t.event(i, &t.events[i]))
		}
		l.told()
	}
}

// next takes the first telling, unless somebody is telling.
func (l *lane) next() (telling, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.telling || len(l.queue) == 0 {
		return telling{}, false
	}
	t := l.queue[0]
	l.queue = l.queue[1:]
	l.telling = true
	return t, true
}

func (l *lane) told() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.telling = false
}

func (p *publisher) tell(e Event) {
	for _, listen := range p.current() {
		p.call(*listen, e)
	}
}

func (p *publisher) call(listen func(Event), e Event) {
	defer func() {
		if r := recover(); r != nil {
			p.logger.Error("listener panicked", "event", e.Kind, "id", e.ID(), "panic", r)
		}
	}()
	listen(e)
}
