package dictrack_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log"
	"slices"

	"github.com/dictrack/dictrack"
	"github.com/dictrack/dictrack/decimal"
	"github.com/dictrack/dictrack/tracker"
)

// distinct is a kind of tracker whose progress is how many different texts stood at a key.
type distinct struct {
	tracker.BaseKind
	key string
}

func newDistinct(args any) (tracker.Kind, error) {
	key, ok := args.(string)
	if !ok {
		return nil, errors.New("want the key to look at")
	}
	return distinct{key: key}, nil
}

// Step remembers the texts that it has seen, as a JSON list. It never changes the state in place: what was there
// before may still be in use.
func (d distinct) Step(s tracker.KindState, in tracker.Input) (tracker.KindState, bool) {
	text, ok := in.Data[d.key].(string)
	if !ok {
		return s, false
	}
	var seen []string
	if s.PrivateState != nil && json.Unmarshal(s.PrivateState, &seen) != nil || slices.Contains(seen, text) {
		return s, false
	}
	list, err := json.Marshal(append(seen, text))
	next := tracker.KindState{Progress: s.Progress.Add(decimal.FromInt(1)), PrivateState: list}
	return next, err == nil
}

// A custom kind of tracker decides what data does to progress. Conditions, stages, limiters and events
// work as for any other.
func Example_customKind() {
	registry := &tracker.Registry{}
	if err := registry.Register("distinct", newDistinct); err != nil {
		log.Fatal(err)
	}
	ctx := context.Background()
	m, err := dictrack.Open(ctx, dictrack.Options{Registry: registry})
	if err != nil {
		log.Fatal(err)
	}
	defer m.Close(ctx)

	_, _ = m.Subscribe(dictrack.Subscription{Kinds: []dictrack.EventKind{dictrack.EventAllCompleted}, Handler: func(_ context.Context, e dictrack.Event) error {
		fmt.Printf("%s has been to %v countries\n", e.Group, e.Tracker.Progress)
		return nil
	}})
	if err := m.Add(ctx, "ann", dictrack.Custom("traveller", "distinct", "country", dictrack.Targets(3))); err != nil {
		log.Fatal(err)
	}
	for _, country := range []string{"PT", "PT", "JP", "PT", "KE"} {
		res, err := m.Track(ctx, dictrack.Message{Group: "ann", Data: map[string]any{"country": country}})
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(country, len(res.Changed()) == 1)
	}
	// Output:
	// PT true
	// PT false
	// JP true
	// PT false
	// ann has been to 3 countries
	// KE true
}
