package engine

import (
	"errors"
	"strings"
	"testing"

	"github.com/dictrack/dictrack/group"
	"github.com/dictrack/dictrack/internal/match"
	"github.com/dictrack/dictrack/internal/notify"
)

// TestTrackWithID counts once, also in a batch, and not with other data.
func TestTrackWithID(t *testing.T) {
	f := open(t)
	f.add("g", counter("a", 9))
	first, _ := f.track("g", "x")
	again, o := f.track("g", "x")
	if first.Duplicate || !again.Duplicate || again.Version != first.Version || o.Affected() != 0 {
		t.Errorf("replies %+v and %+v, with %d trackers", first, again, o.Affected())
	}
	m := Message{Group: "g", ID: "x", Time: f.now, Data: match.Data{Map: map[string]any{"n": 1}}}
	if _, err := f.Track(t.Context(), &m, o); !errors.Is(err, ErrIDReused) {
		t.Errorf("the same id with other data: %v, want %v", err, ErrIDReused)
	}
	f.now += f.config.IDWindow.Milliseconds() + 1
	if later, _ := f.track("g", "x"); later.Duplicate {
		t.Error("the id is remembered for longer than IDWindow")
	}
}

// messages is a Batch.
type messages struct {
	list     []Message
	outcomes []Outcome
	replies  []Reply
	errs     []error
}

func (b *messages) Len() int                        { return len(b.list) }
func (b *messages) Message(i int, m *Message) error { *m = b.list[i]; return nil }
func (b *messages) Outcome(i int) *Outcome          { return &b.outcomes[i] }
func (b *messages) Done(i int, r Reply, err error)  { b.replies[i], b.errs[i] = r, err }

// TestTrackBatch reports on each message, of which some are refused. The memory of a batch is used again.
func TestTrackBatch(t *testing.T) {
	f := open(t)
	f.add("g", counter("a", 900))
	for round := range 3 {
		const n = 200
		b := &messages{make([]Message, n), make([]Outcome, n), make([]Reply, n), make([]error, n)}
		for i := range b.list {
			b.list[i] = Message{Group: "g", Time: f.now, Data: match.Data{JSON: []byte("{}")}}
			switch i % 4 {
			case 1:
				b.list[i].Group = ""
			case 2:
				b.list[i].Data.JSON = []byte("{")
			case 3:
				b.list[i].ID = strings.Repeat("x", 256)
			}
		}
		f.TrackBatch(t.Context(), b)
		for i := range b.list {
			if failed := b.errs[i] != nil; failed != (i%4 != 0) {
				t.Fatalf("message %d of batch %d: %v", i, round, b.errs[i])
			}
			if i%4 == 0 && b.outcomes[i].Affected() != 1 {
				t.Fatalf("message %d of batch %d changed %d trackers", i, round, b.outcomes[i].Affected())
			}
		}
		if version := b.replies[n-4].Version; version != uint64(2+(round+1)*n/4-1) {
			t.Fatalf("batch %d ends at version %d", round, version)
		}
	}
}

// TestClosedGate refuses every call with the gate's reason.
func TestClosedGate(t *testing.T) {
	f := open(t)
	gone := errors.New("gone")
	f.config.Gate.Close(gone)
	m, o := Message{Group: "g", Time: f.now, Data: match.Data{Map: map[string]any{}}}, &Outcome{}
	if _, err := f.Track(t.Context(), &m, o); !errors.Is(err, gone) {
		t.Errorf("Track: %v, want %v", err, gone)
	}
	if err := f.Read(t.Context(), "g", func(*group.Group) error { return nil }); !errors.Is(err, gone) {
		t.Errorf("Read: %v, want %v", err, gone)
	}
	b := &messages{[]Message{m}, make([]Outcome, 1), make([]Reply, 1), make([]error, 1)}
	if f.TrackBatch(t.Context(), b); !errors.Is(b.errs[0], gone) {
		t.Errorf("TrackBatch: %v, want %v", b.errs[0], gone)
	}
}

// TestTimers fire when they are due, say so to handlers, and are scheduled again before.
func TestTimers(t *testing.T) {
	f := open(t)
	spec := counter("a", 9)
	spec.Expire = 5_000_000_000
	f.add("g", spec)
	due := f.scheduled["g"]
	if due != f.now+5000 {
		t.Fatalf("scheduled for %d, want %d", due, f.now+5000)
	}
	var delivered []string
	f.config.Publisher.Subscribe(func(c *notify.Commit, i int) {
		if _, again := f.scheduled["g"]; !again {
			t.Error("the handler runs before the group is scheduled again")
		}
		if !c.Timer || c.Time != due {
			t.Errorf("commit %+v", c.CommitInfo)
		}
		delivered = append(delivered, string(c.Events[i].Kind)+" "+c.EventID(i))
	})
	delete(f.scheduled, "g")
	if err := f.FireTimers(t.Context(), due, []string{"g"}); err != nil {
		t.Fatal(err)
	}
	if len(delivered) != 1 || delivered[0] != "EXPIRED g:2:0" {
		t.Errorf("delivered %q", delivered)
	}
}
