package notify

import (
	"context"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
)

// Publisher delivers the events of commits to its handlers. Its methods may be called from any goroutine, and from
// handlers.
type Publisher struct {
	logger *slog.Logger
	queues queues

	mu       sync.Mutex // held while handlers changes
	handlers atomic.Pointer[[]*Handler]
}

// New returns a Publisher without handlers. What goes wrong in a handler is logged.
func New(logger *slog.Logger) *Publisher { return &Publisher{logger: logger} }

// Subscribe calls handle for each event that is published from now on, until cancel is called. Handlers run in the order
// of their subscriptions.
//
// A handler that panics is logged, and stops neither other handlers nor the delivery. The same holds for one that ends
// its goroutine (runtime.Goexit): the delivery then continues on another goroutine.
func (p *Publisher) Subscribe(handle Handler) (cancel func()) {
	one := &handle
	p.change(func(all []*Handler) []*Handler { return append(all, one) })
	return func() {
		p.change(func(all []*Handler) []*Handler {
			return slices.DeleteFunc(all, func(h *Handler) bool { return h == one })
		})
	}
}

func (p *Publisher) change(by func([]*Handler) []*Handler) {
	p.mu.Lock()
	defer p.mu.Unlock()
	next := by(slices.Clone(p.current()))
	p.handlers.Store(&next)
}

func (p *Publisher) current() []*Handler {
	if all := p.handlers.Load(); all != nil {
		return *all
	}
	return nil
}

// Enqueue puts the events of a commit into the queue of its group, in the order of the group's commits. Deliver must
// follow. Without handlers it does nothing. The Publisher owns c.Events from now on.
func (p *Publisher) Enqueue(c Commit) {
	if len(p.current()) > 0 {
		p.queues.push(c)
	}
}

// Deliver calls the handlers for what is in the queue of a group, on the calling goroutine. It returns at once when
// another goroutine is delivering that queue, which then goes on to its end.
func (p *Publisher) Deliver(group string) {
	for p.queues.pending.Load() > 0 {
		d, ok := p.queues.pop(group)
		if !ok {
			return
		}
		p.run(d)
	}
}

// DeliverEach is Deliver for n groups, whose names come from group. When a handler ends the goroutine, the rest is
// delivered on another one, which calls group too.
func (p *Publisher) DeliverEach(n int, group func(i int) string) { p.deliverFrom(0, n, group) }

func (p *Publisher) deliverFrom(i, n int, group func(i int) string) {
	defer func() {
		if i < n { // a handler ended this goroutine
			go p.deliverFrom(i+1, n, group)
		}
	}()
	for ; i < n; i++ {
		p.Deliver(group(i))
	}
}

// DeliverAll delivers all queues, on a goroutine of its own. Wait returns when that is done.
func (p *Publisher) DeliverAll() {
	names := p.queues.groups()
	go p.DeliverEach(len(names), func(i int) string { return names[i] })
}

// Wait returns nil once everything that was enqueued is delivered, or the error of ctx if that ends first.
func (p *Publisher) Wait(ctx context.Context) error { return p.queues.wait(ctx) }

// run delivers what is left of a commit.
func (p *Publisher) run(d *delivery) {
	ended := false
	defer func() {
		if !ended { // a handler ended this goroutine
			p.logger.Error("a handler of events ended its goroutine", d.attributes()...)
			group := d.commit.Group
			go func() {
				p.run(d)
				p.Deliver(group)
			}()
		}
	}()
	for d.event < len(d.commit.Events) {
		if d.handlers == nil {
			d.handlers = p.current()
		}
		for d.next < len(d.handlers) {
			d.next++
			p.call(*d.handlers[d.next-1], d)
		}
		d.event, d.handlers, d.next = d.event+1, nil, 0
	}
	ended = true
	p.queues.delivered(d.commit.Group)
}

// call runs a handler, and logs a panic.
func (p *Publisher) call(handle Handler, d *delivery) {
	defer func() {
		if r := recover(); r != nil {
			p.logger.Error("a handler of events panicked", append(d.attributes(), "panic", r)...)
		}
	}()
	handle(&d.commit, d.event)
}

// attributes are what a log entry says of the current event.
func (d *delivery) attributes() []any {
	return []any{"event", d.commit.Events[d.event].Kind, "id", d.commit.EventID(d.event)}
}
