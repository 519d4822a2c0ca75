package compare

import (
	"context"
	"fmt"

	"github.com/redis/rueidis"

	"github.com/dictrack/dictrack/tracker"
)

// homemade is a group as one would make it by hand on Redis: a loop of Go functions over a decoded map, then an INCR or
// an INCRBYFLOAT for each tracker that matched, in one pipeline. Nothing makes these one change: a connection that is
// cut leaves some of them done, and data that comes twice counts twice.
type homemade struct {
	client rueidis.Client
	rules  closures
	sums   []bool
	keys   []string
}

// newHomemade is for trackers that count or sum the bet.
func newHomemade(client rueidis.Client, name string, specs []tracker.Spec) *homemade {
	h := &homemade{client: client, rules: newClosures(specs)}
	for i := range specs {
		h.sums = append(h.sums, specs[i].Kind == tracker.KindSum)
		h.keys = append(h.keys, fmt.Sprintf("homemade:{%s}:%s", name, specs[i].Name))
	}
	return h
}

func (h *homemade) track(ctx context.Context, text []byte) error {
	data, err := decode(text)
	if err != nil {
		return err
	}
	matched, err := h.rules.match(data, nil)
	if err != nil {
		return err
	}
	commands := make([]rueidis.Completed, len(matched))
	for i, t := range matched {
		commands[i] = h.move(t, data)
	}
	for _, answer := range h.client.DoMulti(ctx, commands...) {
		if err := answer.Error(); err != nil {
			return err
		}
	}
	return nil
}

// move is the command that moves a tracker.
func (h *homemade) move(t int, data map[string]any) rueidis.Completed {
	if h.sums[t] {
		return h.client.B().Incrbyfloat().Key(h.keys[t]).Increment(data["bet"].(float64)).Build()
	}
	return h.client.B().Incr().Key(h.keys[t]).Build()
}
