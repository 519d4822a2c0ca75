package dictrack

import (
	"github.com/dictrack/dictrack/internal/notify"
	"github.com/dictrack/dictrack/tracker"
)

// On calls listen for every event of that kind, after its change is committed; off ends it. The events
// of one group come in their order and one at a time, those of different groups at the same time.
//
// A listener has run when the call that caused the event returns, unless another goroutine is just
// telling events of the same group, which then runs it soon. It may use the Manager. One that panics is
// logged, and stops neither the others nor the call. One that ends its goroutine (runtime.Goexit, as FailNow of a test
// does) is logged too and stops no other listener, but ends the call that it runs in. Events of a change whose outcome
// was ErrUnknown are not told.
func (m *Manager) On(kind tracker.EventKind, listen func(Event)) (off func()) {
	handle := handler(listen)
	return m.publisher.Subscribe(func(c *notify.Commit, index int) {
		if c.Events[index].Kind == kind {
			handle(c, index)
		}
	})
}

// OnAll calls listen for every event, like On. What happens before it is called is not told; see Options.OnEvent.
func (m *Manager) OnAll(listen func(Event)) (off func()) {
	return m.publisher.Subscribe(handler(listen))
}
