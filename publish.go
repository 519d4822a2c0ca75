package dictrack

import (
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

// OnAll calls listen for every event, like On. What happens before it is called is not told; see Options.OnEvent.
func (m *Manager) OnAll(listen func(Event)) (off func()) { return m.publisher.add(listen) }

// publisher tells listeners what was committed.
type publisher struct {
	logger *slog.Logger
	queues queues

	mu        sync.Mutex // held while listeners change
	listeners atomic.Pointer[[]*func(Event)]
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
	if len(p.current()) > 0 {
		p.queues.add(t)
	}
}

// deliver tells what waits for a group, unless somebody is at it.
func (p *publisher) deliver(group string) {
	for p.queues.waiting.Load() > 0 {
		t, ok := p.queues.next(group)
		if !ok {
			return
		}
		for i := range t.events {
			p.tell(t.event(i, &t.events[i]))
		}
		p.queues.told(group)
	}
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
