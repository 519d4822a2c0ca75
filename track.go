package dictrack

import "context"

// Track applies a message to the trackers of its group. A group that is seen for the first time gets the trackers of
// all templates first. The [Result] says what the message changed, completed, and what a limiter refused.
//
// When Track returns without an error, the effect is durable as far as [Options.Store] promises, or [Options.Cache] where
// that acknowledges before the store. An error means that nothing was changed, with one exception: after [ErrUnknown] the
// message took effect wholly or not at all. A message with an ID can then be sent again; one without cannot, without the
// risk of counting twice.
func (m *Manager) Track(ctx context.Context, msg Message) (*Result, error) {
	r := &Result{}
	if err := m.TrackInto(ctx, msg, r); err != nil {
		return nil, err
	}
	return r, nil
}

// TrackInto is Track for callers that use the memory of a [Result] again: it replaces what is in r, and allocates nothing
// for most messages. After an error r is empty but for its Group.
func (m *Manager) TrackInto(ctx context.Context, msg Message, r *Result) error {
	done := m.options.Observer.tracked()
	err := m.track(ctx, &msg, r)
	if done != nil {
		done(1, failures(err))
	}
	return err
}

func (m *Manager) track(ctx context.Context, msg *Message, r *Result) error {
	e, err := msg.engine(m.now())
	if err != nil {
		*r = Result{Group: msg.Group}
		return classify(err)
	}
	reply, err := m.engine.Track(ctx, &e, &r.outcome)
	r.set(&e, reply, err)
	return classify(err)
}

// failures counts an error.
func failures(err error) int {
	if err != nil {
		return 1
	}
	return 0
}

// TrackValue is Track with the JSON form of v as the data of the message, which must have none itself: a struct, say.
func (m *Manager) TrackValue(ctx context.Context, msg Message, v any) (*Result, error) {
	msg, err := msg.withValue(v)
	if err != nil {
		return nil, classify(err)
	}
	return m.Track(ctx, msg)
}
