package dictrack

import (
	"context"
	"fmt"
	"log/slog"
	"slices"

	"github.com/dictrack/dictrack/field"
	"github.com/dictrack/dictrack/internal/notify"
	"github.com/dictrack/dictrack/tracker"
)

// Subscription says which events a Handler gets.
type Subscription struct {
	// Kinds are the kinds of events; none: all kinds.
	Kinds []EventKind
	// Group is the only group whose events are delivered; empty: all groups.
	Group string
	// Tracker is the name of the only tracker whose events are delivered, in any group; empty: all trackers.
	Tracker string
	// Handler gets the events, after their change was committed. Required.
	Handler Handler
}

// Handler handles one event. The context ends when the Manager is closed. An error, a panic and runtime.Goexit are
// logged, and stop neither other handlers nor the call that caused the event.
type Handler func(ctx context.Context, e Event) error

// Subscribe calls the Handler for every event of the [Subscription] that is committed from now on, until cancel is called;
// a handler that is running then ends in its own time. Events of one group come in the order of its commits and one at a
// time, those of different groups at the same time. A Subscription that is not allowed is an [ErrInvalid].
//
// The handler has run when the call that caused the event returns, unless another goroutine is delivering events of the
// same group, which then runs it soon. It runs on that goroutine, so it should be quick; it may use the Manager. Events
// are delivered by the process that committed them, and once. Events of a change whose outcome was [ErrUnknown] are not
// delivered.
//
// To get also what happens while [Open] runs, such as trackers that expired while the process was down, use
// [Options.Subscriptions].
func (m *Manager) Subscribe(s Subscription) (cancel func(), err error) {
	if err := s.check("subscription"); err != nil {
		return nil, classify(err)
	}
	return m.subscribe(&s), nil
}

// subscribe adds a Subscription that was checked.
func (m *Manager) subscribe(s *Subscription) (cancel func()) {
	wanted := *s
	wanted.Kinds = slices.Clone(s.Kinds)
	return m.publisher.Subscribe(func(c *notify.Commit, index int) {
		if wanted.matches(c, index) {
			m.handle(wanted.Handler, newEvent(&c.CommitInfo, index, &c.Events[index]))
		}
	})
}

// handle runs a handler, and logs its error.
func (m *Manager) handle(h Handler, e Event) {
	if err := h(m.life, e); err != nil {
		m.options.Logger.Error("event handler failed",
			slog.String("event", string(e.Kind)), slog.String("id", e.ID()), slog.Any("error", err))
	}
}

// matches reports whether the event at index of a commit is one that is subscribed to.
func (s *Subscription) matches(c *notify.Commit, index int) bool {
	e := &c.Events[index]
	return (s.Group == "" || s.Group == c.Group) &&
		(len(s.Kinds) == 0 || slices.Contains(s.Kinds, e.Kind)) &&
		(s.Tracker == "" || s.Tracker == e.Definition.Name())
}

// check checks the fields; at says where the Subscription stands.
func (s *Subscription) check(at string) error {
	var errs field.Errors
	for i, kind := range s.Kinds {
		if !slices.Contains(tracker.EventKinds(), kind) {
			errs.Add(fmt.Sprintf("%s.Kinds[%d]", at, i), string(kind), fmt.Sprintf("want one of %v", tracker.EventKinds()))
		}
	}
	if s.Handler == nil {
		errs.Add(at+".Handler", nil, "want a function")
	}
	return errs.Err()
}
