package dictrack_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/dictrack/dictrack"
	"github.com/dictrack/dictrack/condition"
	"github.com/dictrack/dictrack/internal/faultstore"
	"github.com/dictrack/dictrack/limiter"
	"github.com/dictrack/dictrack/record"
	"github.com/dictrack/dictrack/tracker"
)

// TestUnknownKinds refuses what nobody registered, and says what is.
func TestUnknownKinds(t *testing.T) {
	both(t, func(t *testing.T, f *fixture) {
		for _, spec := range customSpecs() {
			err := f.Add(t.Context(), "g", count("fine", 1), spec)
			expectUnknownKind(t, err, spec.Name)
			var one *dictrack.SpecError
			if !errors.As(err, &one) || one.Name != spec.Name {
				t.Errorf("got %v, want a SpecError of %q", err, spec.Name)
			}
		}
		f.expect("g", "fine", "gone")
	})
}

// customSpecs is a tracker with each custom kind, named after what is custom about it.
func customSpecs() []tracker.Spec {
	return []tracker.Spec{
		dictrack.Custom("tracker", "custom", object{"x": 1}, dictrack.Targets(99)),
		dictrack.Count("condition", dictrack.Targets(9), dictrack.Where(condition.Custom("custom", nil))),
		dictrack.Count("limiter", dictrack.Targets(9), dictrack.Limiters(limiter.Custom("custom", nil))),
	}
}

func expectUnknownKind(t *testing.T, err error, what string) {
	t.Helper()
	var one *tracker.UnknownKindError
	var two *condition.UnknownKindError
	var three *limiter.UnknownKindError
	found := map[string]bool{
		"tracker": errors.As(err, &one), "condition": errors.As(err, &two), "limiter": errors.As(err, &three),
	}
	if !found[what] || !strings.Contains(err.Error(), `"custom"`) || !strings.Contains(err.Error(), "known") {
		t.Errorf("got %v, want the UnknownKindError of a %s, with what is known", err, what)
	}
}

// TestStoredKindNotRegistered is an error whenever the group is used; other groups go on, and nothing is
// lost by it.
func TestStoredKindNotRegistered(t *testing.T) {
	for _, spec := range customSpecs() {
		t.Run(spec.Name, func(t *testing.T) {
			f := open(t, faultstore.New(), custom)
			f.add("g", spec, count("beside", 9))
			f.add("h", count("other", 9))
			f.track("g", nil)
			f.reopen()
			for range 2 {
				_, err := f.Track(t.Context(), dictrack.Message{Group: "g", Data: map[string]any{}, ID: "x"})
				expectUnknownKind(t, err, spec.Name)
				if errors.Is(err, dictrack.ErrUnknown) {
					t.Errorf("%v: it is known that nothing happened", err)
				}
			}
			_, err := f.ListAll(t.Context(), "g")
			expectUnknownKind(t, err, spec.Name)
			expectUnknownKind(t, f.RemoveAll(t.Context(), "g"), spec.Name)
			expectUnknownKind(t, f.Add(t.Context(), "g", count("more", 1)), spec.Name)
			outs := f.TrackBatch(t.Context(), []dictrack.Message{{Group: "g", Data: object{}}, {Group: "h", Data: object{}}})
			expectUnknownKind(t, outs[0].Err, spec.Name)
			if outs[1].Err != nil {
				t.Errorf("another group: %v", outs[1].Err)
			}
			f.reopen(custom)
			if res := f.track("g", nil, withID("x")); res.Duplicate || len(res.Changed()) != 2 {
				t.Errorf("with the kind registered again: %+v", res)
			}
			f.expect("g", "beside", "2/9")
			f.expect("h", "other", "1/9")
		})
	}
}

// TestStoredKindRefusesItsArgs is an error too: another program may have registered the name.
func TestStoredKindRefusesItsArgs(t *testing.T) {
	f := open(t, faultstore.New(), custom)
	f.add("g", customSpecs()[0])
	f.reopen(func(o *dictrack.Options) {
		o.Registry = &tracker.Registry{}
		err := o.Registry.Register("custom", func(any) (tracker.Kind, error) { return nil, errors.New("want a number") })
		if err != nil {
			t.Fatal(err)
		}
	})
	_, err := f.Get(t.Context(), "g", "tracker")
	refused(t, err, "args: ", `{"x":1}`, "want a number")
	f.reopen(custom)
	f.expect("g", "tracker", "0/99")
}

// broken gives back other bytes than it was given.
type broken struct {
	*faultstore.Session
	record      func(*record.Group)
	definitions func([][]byte)
}

func (b *broken) Load(ctx context.Context, name string) (*record.Group, error) {
	r, err := b.Session.Load(ctx, name)
	if err == nil && b.record != nil {
		b.record(r)
	}
	return r, err
}

func (b *broken) Definitions(ctx context.Context, ids []tracker.ID) ([][]byte, error) {
	texts, err := b.Session.Definitions(ctx, ids)
	if err == nil && b.definitions != nil {
		b.definitions(texts)
	}
	return texts, err
}

// TestCorruptRecords are a *record.CorruptError that names the record, whatever is wrong with it.
func TestCorruptRecords(t *testing.T) {
	cases := map[string]struct {
		broken broken
		record string
	}{
		"states cut off":    {broken{record: func(r *record.Group) { r.States = r.States[:len(r.States)-1] }}, `group "g"`},
		"states too long":   {broken{record: func(r *record.Group) { r.States = append(r.States, 0) }}, `group "g"`},
		"states rubbish":    {broken{record: func(r *record.Group) { r.States = []byte{0xff, 0xff, 0xff} }}, `group "g"`},
		"definition broken": {broken{definitions: func(texts [][]byte) { texts[0] = []byte(`{"name":`) }}, "definition "},
		"definition other": {broken{definitions: func(texts [][]byte) {
			texts[0] = []byte(`{"kind":"count","name":"a","targets":[8]}`)
		}}, "definition "},
		"definition gone": {broken{record: func(r *record.Group) { r.Layout[0][0]++ }}, "definition "},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			f := open(t, faultstore.New())
			f.add("g", count("a", 9))
			f.track("g", nil)
			f.reopen(func(o *dictrack.Options) {
				c.broken.Session = o.Store.(*faultstore.Session)
				o.Store = &c.broken
			})
			_, err := f.Track(t.Context(), dictrack.Message{Group: "g", Data: map[string]any{}})
			var corrupt *record.CorruptError
			if !errors.As(err, &corrupt) || !strings.Contains(corrupt.Record, c.record) || corrupt.Reason == "" {
				t.Errorf("got %v, want a CorruptError of %s", err, c.record)
			}
			f.reopen()
			f.expect("g", "a", "1/9")
		})
	}
}
