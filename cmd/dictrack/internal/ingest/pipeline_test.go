package ingest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/dictrack/dictrack"
	"github.com/dictrack/dictrack/limiter"
	"github.com/dictrack/dictrack/store"
	"github.com/dictrack/dictrack/tracker"
)

// testPipeline is a Pipeline, and the events and rejections that it emitted.
type testPipeline struct {
	*Pipeline
	events   []string
	rejected []string
}

// newTestPipeline returns a pipeline that reads a text; a nil store means memory only.
func newTestPipeline(t *testing.T, text string, st store.Store, specs ...tracker.Spec) *testPipeline {
	t.Helper()
	file := filepath.Join(t.TempDir(), "data")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	clock := &Clock{}
	m, err := dictrack.Open(t.Context(), dictrack.Options{Clock: clock.Now, DisableTimers: true, Store: st})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = m.Close(context.Background()) })
	if err := m.SetTemplate("test", specs...); err != nil {
		t.Fatal(err)
	}
	r := &testPipeline{}
	r.Pipeline = newPipeline(m, clock, file, func(run *Pipeline) {
		run.Fields.Group = pathOf("g")
		run.Event = r.event
		run.Reject = func(_ string, line int, reason error) {
			r.rejected = append(r.rejected, fmt.Sprintf("%d: %v", line, reason))
		}
	})
	return r
}

func (r *testPipeline) event(e *dictrack.Event) error {
	r.events = append(r.events, fmt.Sprintf("%s %s %s %v at %s", e.Kind, e.Group, e.Tracker.Name, e.Tracker.Progress, e.Time.Format(time.RFC3339)))
	return nil
}

// progress returns the progress of the first tracker of a group; -1 without one.
func (r *testPipeline) progress(t *testing.T, group string) float64 {
	t.Helper()
	snaps, err := r.Manager.ListAll(t.Context(), group)
	if err != nil {
		t.Fatal(err)
	}
	if len(snaps) == 0 {
		return -1
	}
	return snaps[0].Progress.Float64()
}

var (
	seen = dictrack.Count("seen", dictrack.Targets(1000))
	sum  = dictrack.Sum("sum", "n", dictrack.Targets(1000))
)

func TestRejectedLinesAreSkipped(t *testing.T) {
	r := newTestPipeline(t, "{\"g\":\"a\"}\nno\n{\"g\":[]}\n\n{\"g\":\"a\"}\n{\"g\":\"b\",\"n\":1,\"n\":2}\n", nil, seen, sum)
	s, err := r.Run(t.Context())
	if err != nil || s.Read != 5 || s.Rejected != 3 || s.Matched != 2 || s.Groups != 1 {
		t.Errorf("summary %+v, error %v", s, err)
	}
	want := []string{
		"2: invalid JSON at byte 0: expected a value",
		"3: g: a list is not allowed: want a string or an integer of 64 bits",
		`6: track group "b": object key "n" is given twice, at path "n"`,
	}
	if diff := cmp.Diff(want, r.rejected); diff != "" {
		t.Errorf("rejected (-want +got):\n%s", diff)
	}
	if got := r.progress(t, "a"); got != 2 {
		t.Errorf("progress %v, want 2", got)
	}
}

// Strict must stop at the line itself, also when only tracking shows that it is rejected.
func TestStrictTracksNothingAfterwards(t *testing.T) {
	const ids = "{\"g\":\"a\",\"id\":1,\"n\":1}\n"
	for _, c := range []struct {
		name, text string
		ids        bool
		line       string
	}{
		{"no JSON", "{\"g\":\"a\",\"n\":1}\n}\n{\"g\":\"a\",\"n\":1}\n", false, "2: "},
		{"no group", "{\"g\":\"a\",\"n\":1}\n{\"n\":1}\n{\"g\":\"a\",\"n\":1}\n", false, "2: "},
		{"key given twice", "{\"g\":\"a\",\"n\":1}\n{\"g\":\"a\",\"n\":1,\"n\":1}\n{\"g\":\"a\",\"n\":1}\n", false, "2: "},
		{"id of other data", ids + ids + "{\"g\":\"a\",\"id\":1,\"n\":2}\n{\"g\":\"a\",\"id\":2,\"n\":1}\n", true, "3: "},
		{"element missing", "[{\"g\":\"a\",\"n\":1},,{\"g\":\"a\",\"n\":1}]", false, "1: "},
	} {
		r := newTestPipeline(t, c.text, nil, sum)
		r.Strict = true
		if c.ids {
			r.Fields.ID = pathOf("id")
		}
		s, err := r.Run(t.Context())
		if !errors.Is(err, ErrStopped) || s.Rejected != 1 || len(r.rejected) != 1 || !strings.HasPrefix(r.rejected[0], c.line) {
			t.Errorf("%s: error %v, rejected %q", c.name, err, r.rejected)
		}
		if got := r.progress(t, "a"); got != 1 {
			t.Errorf("%s: progress %v, want 1", c.name, got)
		}
	}
}

func TestStrictAcceptsUnusedDuplicateKeys(t *testing.T) {
	r := newTestPipeline(t, "{\"g\":\"a\",\"n\":1,\"x\":1,\"x\":2}\n{\"g\":\"a\",\"n\":1}\n", nil, sum)
	r.Strict = true
	if s, err := r.Run(t.Context()); err != nil || s.Rejected != 0 || r.progress(t, "a") != 2 {
		t.Errorf("summary %+v, error %v, rejected %q", s, err, r.rejected)
	}
}

// Trusted accepts broken parts that no tracker uses, and rejects broken parts that one uses, in time for Strict.
func TestTrusted(t *testing.T) {
	const text = "{\"g\":\"a\",\"n\":1,\"x\":tru}\n{\"g\":\"a\",\"n\":01}\n{\"g\":\"a\",\"n\":1,\"x\":[\n{\"g\":\"a\",\"n\":1}\n"
	for _, c := range []struct {
		trusted, strict bool
		rejected        int
		progress        float64
	}{{false, false, 3, 1}, {true, false, 2, 2}, {false, true, 1, -1}, {true, true, 1, 1}} {
		r := newTestPipeline(t, text, nil, sum)
		r.Trusted, r.Strict = c.trusted, c.strict
		s, err := r.Run(t.Context())
		if errors.Is(err, ErrStopped) != c.strict || s.Rejected != c.rejected || r.progress(t, "a") != c.progress {
			t.Errorf("trusted %v, strict %v: error %v, progress %v, rejected %q", c.trusted, c.strict, err, r.progress(t, "a"), r.rejected)
		}
	}
}

func TestIDsCountOnce(t *testing.T) {
	r := newTestPipeline(t, "{\"g\":\"a\",\"id\":1}\n{\"g\":\"a\",\"id\":\"1\"}\n{\"g\":\"a\",\"id\":1}\n{\"g\":\"b\",\"id\":1}\n", nil, seen)
	r.Fields.ID = pathOf("id")
	s, err := r.Run(t.Context())
	// 1 and "1" are the same id, with other data.
	if err != nil || s.Duplicates != 1 || s.Rejected != 1 || r.progress(t, "a") != 1 || r.progress(t, "b") != 1 {
		t.Errorf("summary %+v, error %v, rejected %q", s, err, r.rejected)
	}
}

func TestTimeNeverGoesBack(t *testing.T) {
	done := dictrack.Count("each", dictrack.Targets(1), dictrack.Loop())
	r := newTestPipeline(t, "{\"g\":\"a\",\"t\":100}\n{\"g\":\"a\",\"t\":50}\n{\"g\":\"b\",\"t\":\"x\"}\n{\"g\":\"b\",\"t\":200}\n", nil, done)
	r.Fields.Time = pathOf("t")
	if _, err := r.Run(t.Context()); err != nil || len(r.rejected) != 1 {
		t.Fatalf("error %v, rejected %q", err, r.rejected)
	}
	want := []string{
		"STAGE_COMPLETED a each 1 at 1970-01-01T00:01:40Z", "RESET a each 0 at 1970-01-01T00:01:40Z",
		"STAGE_COMPLETED a each 1 at 1970-01-01T00:01:40Z", "RESET a each 0 at 1970-01-01T00:01:40Z",
		"STAGE_COMPLETED b each 1 at 1970-01-01T00:03:20Z", "RESET b each 0 at 1970-01-01T00:03:20Z",
	}
	if diff := cmp.Diff(want, r.events); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
}

func TestMessageTimeEndsWindows(t *testing.T) {
	held := dictrack.Count("held", dictrack.Targets(10), dictrack.Limiters(limiter.For(60*time.Second)))
	gone := dictrack.Count("gone", dictrack.Targets(10), dictrack.ExpireAfter(60*time.Second))
	r := newTestPipeline(t, "{\"g\":\"b\",\"t\":100}\n{\"g\":\"a\",\"t\":100}\n{\"g\":\"c\",\"t\":161}\n", nil, held, gone)
	r.Fields.Time = pathOf("t")
	if _, err := r.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	want := []string{ // by group, whatever the order in which they were seen
		"LIMITED a held 1 at 1970-01-01T00:02:41Z", "EXPIRED a gone 1 at 1970-01-01T00:02:41Z",
		"LIMITED b held 1 at 1970-01-01T00:02:41Z", "EXPIRED b gone 1 at 1970-01-01T00:02:41Z",
	}
	if diff := cmp.Diff(want, r.events); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
}

// randomLines returns messages for many batches and groups.
func randomLines(lines int) string {
	var text strings.Builder
	chance := rand.New(rand.NewPCG(3, 4))
	for i := range lines {
		fmt.Fprintf(&text, `{"g":%d,"n":%d.5,"t":%d}`+"\n", chance.IntN(300), chance.IntN(100), 1_000_000_000+i/10)
	}
	return text.String()
}

func TestEventsAreDeterministic(t *testing.T) {
	text := randomLines(40_000)
	specs := []tracker.Spec{
		dictrack.Sum("loop", "n", dictrack.Targets(70, 200), dictrack.Loop(), dictrack.Carry()),
		dictrack.Count("held", dictrack.Targets(1000), dictrack.Limiters(limiter.For(100*time.Second))),
		dictrack.Count("gone", dictrack.Targets(1000), dictrack.ExpireAfter(500*time.Second)),
	}
	var first []string
	for i, processors := range []int{1, 2, 4} {
		before := runtime.GOMAXPROCS(processors)
		r := newTestPipeline(t, text, nil, specs...)
		r.Fields.Time = pathOf("t")
		_, err := r.Run(t.Context())
		runtime.GOMAXPROCS(before)
		if err != nil || len(r.events) < 1000 {
			t.Fatalf("%d events, error %v", len(r.events), err)
		}
		if i == 0 {
			first = r.events
		}
		if diff := cmp.Diff(first, r.events); diff != "" {
			t.Fatalf("with %d processors (-first +now):\n%s", processors, diff)
		}
	}
}

func TestEventsEqualThoseOfSingleCalls(t *testing.T) {
	text := randomLines(30_000)
	spec := dictrack.Sum("loop", "n", dictrack.Targets(70, 200), dictrack.Loop(), dictrack.Carry())
	r := newTestPipeline(t, text, nil, spec)
	r.Fields.Time = pathOf("t")
	if _, err := r.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	plain := newTestPipeline(t, "", nil, spec)
	x := newExtractor(r.Fields, false)
	for line := range strings.Lines(text) {
		in, _, err := x.message([]byte(line))
		if err != nil {
			t.Fatal(err)
		}
		result, err := plain.Manager.Track(t.Context(), dictrack.Message{Group: in.Group, JSON: in.JSON, Time: in.Time})
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range result.Events() {
			if e.Kind != dictrack.EventAdded {
				_ = plain.event(&e)
			}
		}
	}
	if diff := cmp.Diff(plain.events, r.events); diff != "" {
		t.Errorf("(-plain +run):\n%s", diff)
	}
}

func TestSummary(t *testing.T) {
	s := Summary{
		Read: 10, Matched: 7, Rejected: 2, Duplicates: 1, Groups: 3, Elapsed: 2 * time.Second,
		Events: Counts{dictrack.EventLimited: 1, dictrack.EventStageCompleted: 4},
	}
	want := `messages:    10
matched:     7
rejected:    2
duplicates:  1
groups:      3
events:      5 (STAGE_COMPLETED 4, LIMITED 1)
messages/s:  5 (2s)
`
	if diff := cmp.Diff(want, s.String()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
