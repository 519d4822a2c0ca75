package dictrack_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/dictrack/dictrack"
	"github.com/dictrack/dictrack/cache/memorycache"
	"github.com/dictrack/dictrack/internal/faultstore"
	"github.com/dictrack/dictrack/internal/managertest"
	"github.com/dictrack/dictrack/record"
)

func TestZeroOptions(t *testing.T) {
	m, err := dictrack.Open(t.Context(), dictrack.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = m.Close(context.Background()) }()
	before := time.Now().Truncate(time.Millisecond)
	if err := m.Add(t.Context(), "g", dictrack.Count("a", dictrack.Targets(1))); err != nil {
		t.Fatal(err)
	}
	res, err := m.Track(t.Context(), dictrack.Message{Group: "g", Data: map[string]any{}})
	if err != nil || len(res.Completed()) != 1 {
		t.Fatalf("%v, %v", res.Completed(), err)
	}
	if at := res.Events()[0].Time; at.Before(before) || at.After(time.Now()) || at.Location() != time.UTC {
		t.Errorf("the event's time is %v, want now, in UTC", at)
	}
}

// TestOpenFails checks that Open closes the store, which it owns, when it fails.
func TestOpenFails(t *testing.T) {
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	cases := map[string]struct {
		ctx     context.Context
		options dictrack.Options
		want    string
	}{
		"IDWindow":  {t.Context(), dictrack.Options{IDWindow: -time.Second}, `options.IDWindow: "-1s" is not allowed: want 0`},
		"MaxGroups": {t.Context(), dictrack.Options{MaxGroups: -1}, "options.MaxGroups: -1 is not allowed: want 0 for no limit"},
		"MaxBytes":  {t.Context(), dictrack.Options{MaxBytes: -2}, "options.MaxBytes: -2 is not allowed: want 0 for no limit"},
		"Cache":     {t.Context(), dictrack.Options{MaxBytes: 9, Cache: memorycache.New(memorycache.Options{})}, "options.MaxBytes: 9 is not allowed: it is for the default Cache"},
		"its limit": {t.Context(), dictrack.Options{Cache: memorycache.New(memorycache.Options{MaxGroups: -3})}, "options.MaxGroups: -3 is not allowed: want 0"},
		"context":   {cancelled, dictrack.Options{}, context.Canceled.Error()},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			s := faultstore.New().Open()
			c.options.Store = s
			m, err := dictrack.Open(c.ctx, c.options)
			if m != nil || err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("Open: %v, %v; want %q", m, err, c.want)
			}
			if _, err := s.Load(context.Background(), "g"); !errors.Is(err, record.ErrClosed) {
				t.Errorf("the store was left open: %v", err)
			}
		})
	}
}

// TestLimitsNeedAStore refuses to evict groups when no store has them.
func TestLimitsNeedAStore(t *testing.T) {
	for want, o := range map[string]dictrack.Options{
		"options.MaxGroups: 5 is not allowed: without a Store":       {MaxGroups: 5},
		"options.MaxBytes: 6 is not allowed: without a Store":        {MaxBytes: 6},
		"options.MaxBytes: 7 is not allowed: want 0 without a store": {Cache: memorycache.New(memorycache.Options{MaxBytes: 7})},
	} {
		m, err := dictrack.Open(t.Context(), o)
		if m != nil || err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Open: %v, %v; want %q", m, err, want)
		}
	}
}

// TestContextOfOpenEnds uses the Manager after the context given to Open has ended.
func TestContextOfOpenEnds(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	m, err := dictrack.Open(ctx, dictrack.Options{Store: faultstore.New().Open()})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = m.Close(context.Background()) }()
	cancel()
	if err := m.Add(context.Background(), "g", dictrack.Count("a", dictrack.Targets(1))); err != nil {
		t.Error(err)
	}
}

// TestSilentLogger panics in a handler of a Manager without a logger.
func TestSilentLogger(t *testing.T) {
	f := managertest.New(t, nil, func(o *dictrack.Options) { o.Logger = nil })
	_, _ = f.Subscribe(dictrack.Subscription{Handler: func(context.Context, dictrack.Event) error { panic("unheard") }})
	f.MustAdd("g", dictrack.Count("a", dictrack.Targets(1)))
	f.ExpectProgress("g", "a", "0/1")
}

// closedCalls are the calls that fail on a closed Manager.
var closedCalls = map[string]func(m *dictrack.Manager) error{
	"Add": func(m *dictrack.Manager) error {
		return m.Add(context.Background(), "g", dictrack.Count("b", dictrack.Targets(1)))
	},
	"Get": func(m *dictrack.Manager) error {
		_, err := m.Get(context.Background(), "g", "a")
		return err
	},
	"List": func(m *dictrack.Manager) error {
		_, err := m.ListAll(context.Background(), "g")
		return err
	},
	"Groups": func(m *dictrack.Manager) error {
		for _, err := range m.Groups(context.Background()) {
			return err
		}
		return nil
	},
	"Remove":    func(m *dictrack.Manager) error { return m.Remove(context.Background(), "g", "a") },
	"RemoveAll": func(m *dictrack.Manager) error { return m.RemoveAll(context.Background(), "g") },
	"Reset": func(m *dictrack.Manager) error {
		return m.Reset(context.Background(), "g", dictrack.ResetOptions{}, "a")
	},
	"ResetAll": func(m *dictrack.Manager) error { return m.ResetAll(context.Background(), "g", dictrack.ResetOptions{}) },
	"Update": func(m *dictrack.Manager) error {
		return m.Update(context.Background(), "g", "a", dictrack.SetProgress(1))
	},
	"Flush": func(m *dictrack.Manager) error {
		return m.Flush(context.Background(), dictrack.FlushEverything)
	},
	"Track": func(m *dictrack.Manager) error {
		_, err := m.Track(context.Background(), dictrack.Message{Group: "g", Data: map[string]any{}})
		return err
	},
	"TrackJSON": func(m *dictrack.Manager) error {
		_, err := m.Track(context.Background(), dictrack.Message{Group: "g", JSON: []byte(`{}`)})
		return err
	},
	"TrackBatch": func(m *dictrack.Manager) error {
		return m.TrackBatch(context.Background(), []dictrack.Message{{Group: "g", Data: managertest.Object{}}})[0].Err
	},
	"Explain": func(m *dictrack.Manager) error {
		_, err := m.Explain(context.Background(), dictrack.Message{Group: "g", Data: managertest.Object{}})
		return err
	},
	"Sweep": func(m *dictrack.Manager) error { return m.Sweep(context.Background()) },
}

func TestClosed(t *testing.T) {
	managertest.InMemoryAndStored(t, func(t *testing.T, f *managertest.Fixture) {
		f.MustAdd("g", dictrack.Count("a", dictrack.Targets(1)))
		f.MustClose()
		for name, call := range closedCalls {
			if err := call(f.Manager); !errors.Is(err, dictrack.ErrClosed) {
				t.Errorf("%s on a closed Manager: %v, want ErrClosed", name, err)
			}
		}
	})
}

// TestEndedContext checks that a call whose context has ended does nothing and returns its error, not ErrUnknown.
func TestEndedContext(t *testing.T) {
	managertest.InMemoryAndStored(t, func(t *testing.T, f *managertest.Fixture) {
		f.MustAdd("g", dictrack.Count("a", dictrack.Targets(5)))
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		_, err := f.Track(ctx, dictrack.Message{Group: "g", Data: map[string]any{}})
		if !errors.Is(err, context.Canceled) || errors.Is(err, dictrack.ErrUnknown) {
			t.Errorf("Track: %v", err)
		}
		if err := f.Flush(ctx, dictrack.FlushEverything); !errors.Is(err, context.Canceled) {
			t.Errorf("Flush: %v", err)
		}
		if err := f.Remove(ctx, "g", "a"); !errors.Is(err, context.Canceled) {
			t.Errorf("Remove: %v", err)
		}
		for _, out := range f.TrackBatch(ctx, []dictrack.Message{{Group: "g", Data: managertest.Object{}}, {Group: "h", Data: managertest.Object{}}}) {
			if !errors.Is(out.Err, context.Canceled) {
				t.Errorf("TrackBatch: %v", out.Err)
			}
		}
		f.ExpectProgress("g", "a", "0/5")
	})
}

// TestGroupNames checks that every call refuses invalid names of groups.
func TestGroupNames(t *testing.T) {
	f := managertest.New(t, nil)
	for _, name := range []string{"", "a\x00b"} {
		_, err := f.Track(t.Context(), dictrack.Message{Group: name, Data: map[string]any{}})
		managertest.ExpectFieldError(t, err, "group: ", "is not allowed", "NUL")
		managertest.ExpectFieldError(t, f.Add(t.Context(), name, dictrack.Count("a", dictrack.Targets(1))), "group: ")
		_, err = f.ListAll(t.Context(), name)
		managertest.ExpectFieldError(t, err, "group: ")
		managertest.ExpectFieldError(t, f.TrackBatch(t.Context(), []dictrack.Message{{Group: name, Data: managertest.Object{}}})[0].Err, "group: ")
		managertest.ExpectFieldError(t, f.SetTemplate(name), "template: ")
	}
	for _, name := range []string{"a b", "ä/ö:ü{}$.", " ", "\n"} {
		f.MustAdd(name, dictrack.Count(name, dictrack.Targets(1)))
		f.ExpectProgress(name, name, "0/1")
	}
}
