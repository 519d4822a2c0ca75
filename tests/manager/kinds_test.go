package manager_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/dictrack/dictrack"
	"github.com/dictrack/dictrack/condition"
	"github.com/dictrack/dictrack/internal/faultstore"
	"github.com/dictrack/dictrack/internal/managertest"
	"github.com/dictrack/dictrack/limiter"
	"github.com/dictrack/dictrack/record"
	"github.com/dictrack/dictrack/tracker"
)

// TestUnknownKinds refuses specs with kinds that are not registered; the error lists those that are.
func TestUnknownKinds(t *testing.T) {
	managertest.InMemoryAndStored(t, func(t *testing.T, f *managertest.Fixture) {
		for _, spec := range managertest.CustomSpecs() {
			err := f.Add(t.Context(), "g", managertest.Count("fine", 1), spec)
			expectUnknownKind(t, err, spec.Name)
			var one *dictrack.SpecError
			if !errors.As(err, &one) || one.Name != spec.Name {
				t.Errorf("got %v, want a SpecError of %q", err, spec.Name)
			}
		}
		f.ExpectProgress("g", "fine", "gone")
	})
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

// TestStoredKindNotRegistered loads trackers whose kind is not registered: every call on the group is an error, other
// groups work, and nothing is lost.
func TestStoredKindNotRegistered(t *testing.T) {
	for _, spec := range managertest.CustomSpecs() {
		t.Run(spec.Name, func(t *testing.T) {
			f := managertest.New(t, faultstore.New(), managertest.WithCustomKinds)
			f.MustAdd("g", spec, managertest.Count("other", 9))
			f.MustAdd("h", managertest.Count("other", 9))
			f.MustTrack("g", nil)
			f.MustReopen()
			for range 2 {
				_, err := f.Track(t.Context(), dictrack.Message{Group: "g", Data: map[string]any{}, ID: "x"})
				expectUnknownKind(t, err, spec.Name)
				if errors.Is(err, dictrack.ErrUnknown) {
					t.Errorf("%v: the outcome is known: nothing was applied", err)
				}
			}
			_, err := f.ListAll(t.Context(), "g")
			expectUnknownKind(t, err, spec.Name)
			expectUnknownKind(t, f.RemoveAll(t.Context(), "g"), spec.Name)
			expectUnknownKind(t, f.Add(t.Context(), "g", managertest.Count("more", 1)), spec.Name)
			outs := f.TrackBatch(t.Context(), []dictrack.Message{{Group: "g", Data: managertest.Object{}}, {Group: "h", Data: managertest.Object{}}})
			expectUnknownKind(t, outs[0].Err, spec.Name)
			if outs[1].Err != nil {
				t.Errorf("another group: %v", outs[1].Err)
			}
			f.MustReopen(managertest.WithCustomKinds)
			if res := f.MustTrack("g", nil, managertest.WithID("x")); res.Duplicate || len(res.Changed()) != 2 {
				t.Errorf("with the kind registered again: %+v", res)
			}
			f.ExpectProgress("g", "other", "2/9")
			f.ExpectProgress("h", "other", "1/9")
		})
	}
}

// TestStoredKindRefusesItsArgs loads a tracker whose args the kind, registered by another program, refuses.
func TestStoredKindRefusesItsArgs(t *testing.T) {
	f := managertest.New(t, faultstore.New(), managertest.WithCustomKinds)
	f.MustAdd("g", managertest.CustomSpecs()[0])
	f.MustReopen(func(o *dictrack.Options) {
		o.Registry = &tracker.Registry{}
		err := o.Registry.Register("custom", func(any) (tracker.Kind, error) { return nil, errors.New("want a number") })
		if err != nil {
			t.Fatal(err)
		}
	})
	_, err := f.Get(t.Context(), "g", "tracker")
	managertest.ExpectFieldError(t, err, "args: ", `{"x":1}`, "want a number")
	f.MustReopen(managertest.WithCustomKinds)
	f.ExpectProgress("g", "tracker", "0/99")
}

// corruptingStore changes what it loads.
type corruptingStore struct {
	*faultstore.Session
	record      func(*record.Group)
	definitions func([][]byte)
}

func (b *corruptingStore) Load(ctx context.Context, name string) (*record.Group, error) {
	r, err := b.Session.Load(ctx, name)
	if err == nil && b.record != nil {
		b.record(r)
	}
	return r, err
}

func (b *corruptingStore) Definitions(ctx context.Context, ids []tracker.ID) ([][]byte, error) {
	texts, err := b.Session.Definitions(ctx, ids)
	if err == nil && b.definitions != nil {
		b.definitions(texts)
	}
	return texts, err
}

// TestCorruptRecords checks that each corruption is an error that names the record.
func TestCorruptRecords(t *testing.T) {
	cases := map[string]struct {
		broken corruptingStore
		record string
	}{
		"states cut off":    {corruptingStore{record: func(r *record.Group) { r.States = r.States[:len(r.States)-1] }}, `group "g"`},
		"states too long":   {corruptingStore{record: func(r *record.Group) { r.States = append(r.States, 0) }}, `group "g"`},
		"states rubbish":    {corruptingStore{record: func(r *record.Group) { r.States = []byte{0xff, 0xff, 0xff} }}, `group "g"`},
		"definition broken": {corruptingStore{definitions: func(texts [][]byte) { texts[0] = []byte(`{"name":`) }}, "definition "},
		"definition other": {corruptingStore{definitions: func(texts [][]byte) {
			texts[0] = []byte(`{"kind":"count","name":"a","targets":[8]}`)
		}}, "definition "},
		"definition gone": {corruptingStore{record: func(r *record.Group) { r.Layout[0][0]++ }}, "definition "},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			f := managertest.New(t, faultstore.New())
			f.MustAdd("g", managertest.Count("a", 9))
			f.MustTrack("g", nil)
			f.MustReopen(func(o *dictrack.Options) {
				c.broken.Session = o.Store.(*faultstore.Session)
				o.Store = &c.broken
			})
			_, err := f.Track(t.Context(), dictrack.Message{Group: "g", Data: map[string]any{}})
			var corrupt *record.CorruptError
			if !errors.As(err, &corrupt) || !strings.Contains(corrupt.Record, c.record) || corrupt.Reason == "" {
				t.Errorf("got %v, want a CorruptError of %s", err, c.record)
			}
			f.MustReopen()
			f.ExpectProgress("g", "a", "1/9")
		})
	}
}
