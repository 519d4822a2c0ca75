package dictrack

import (
	"context"
	"time"

	"github.com/dictrack/dictrack/internal/engine"
	"github.com/dictrack/dictrack/internal/match"
)

// TrackOption says more about a call of Track.
type TrackOption struct {
	id      string
	at      time.Time
	trusted bool
}

// ID makes the call happen once: a further call with the same id in the same group changes nothing and
// answers Duplicate, for as long as Options.IDWindow says. The same id with other data is an
// ErrIDReused. At most 255 bytes, without NUL.
func ID(id string) TrackOption { return TrackOption{id: id} }

// At takes t for the time of the call instead of the Manager's clock. Groups that get no data go by the
// clock all the same: to replay old data, set Options.Clock too.
func At(t time.Time) TrackOption { return TrackOption{at: t} }

// Trusted says that the text given to TrackJSON is known to be what it asks for, as text is that a JSON encoder wrote or
// that was checked before. It is then read faster: what no condition and no sum uses is passed over without a look at
// its syntax, UTF-8, numbers and depth.
//
// What is used is checked all the same, and so is that the object ends. Text that is not what it was said to be either
// is an error, which changes nothing, or gives what a reader might find in it. Calls with an ID hash the whole data, and
// custom conditions, kinds and limiters get it decoded: both need strict JSON also here.
func Trusted() TrackOption { return TrackOption{trusted: true} }

// Track applies one data to a group. A group that is seen for the first time gets the templates'
// trackers. When Track returns without error, what it did is kept as Options.Store promises, or as
// Options.Cache does where that is ahead of the store. Numbers may be of any Go type, lists and maps too;
// what has no JSON form is present and equal to nothing. Track only reads data, and not after it has
// returned.
//
// A call without an id that ended in ErrUnknown cannot be made again without the risk of counting twice.
func (m *Manager) Track(ctx context.Context, group string, data map[string]any, options ...TrackOption) (r Result, err error) {
	if data == nil {
		data = map[string]any{}
	}
	err = m.track(ctx, group, match.Data{Map: data}, options, &r)
	return r, err
}

// TrackJSON is Track for data as JSON text, which it reads without building a map. The text must be one
// object: valid JSON in UTF-8, at most 64 deep, with finite numbers, and giving no path twice that a
// condition or a sum uses. All of it is checked, unless it is Trusted.
func (m *Manager) TrackJSON(ctx context.Context, group string, data []byte, options ...TrackOption) (r Result, err error) {
	err = m.track(ctx, group, match.Data{JSON: data}, options, &r)
	return r, err
}

func (m *Manager) track(ctx context.Context, group string, data match.Data, options []TrackOption, r *Result) error {
	message := engine.Message{Group: group, Time: m.now(), Data: data}
	for _, o := range options {
		if o.id != "" {
			message.ID = o.id
		}
		if !o.at.IsZero() {
			message.Time = o.at.UnixMilli()
		}
		message.Data.Trusted = message.Data.Trusted || o.trusted
	}
	reply, err := m.engine.Track(ctx, &message, &r.outcome)
	if err != nil {
		return err
	}
	r.Group, r.Version, r.Duplicate, r.now = group, reply.Version, reply.Duplicate, message.Time
	return nil
}
