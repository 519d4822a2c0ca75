package disk

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/dictrack/dictrack/limiter"
	"github.com/dictrack/dictrack/record"
	"github.com/dictrack/dictrack/store"
	"github.com/dictrack/dictrack/tracker"
)

// Verdict is what becomes of a step.
type Verdict uint8

// The verdicts. Conflict is for Commit only.
const (
	Proceed  Verdict = iota
	Refuse           // fails, and nothing has happened
	Lose             // happens, and fails all the same: the acknowledgement is lost
	Conflict         // does nothing and blames another writer
)

// The steps that a Gate is asked about.
const (
	StepCommit      = "commit"
	StepLoad        = "load"
	StepDefinitions = "definitions"
	StepSeen        = "seen"
	StepDue         = "due"
	StepGroups      = "groups"
	StepForget      = "forget"
	StepFlush       = "flush"
)

// between separates the names of groups; none holds a NUL.
const between = "\x00"

// Gate is asked before every step of a Session, on the goroutine that makes it; it may wait. Group is empty for steps
// that are not about one group.
type Gate func(step, group string) Verdict

// ErrFault is what every injected failure wraps.
var ErrFault = errors.New("injected fault")

// Session is a store.Store on a Disk. Only the latest one reaches the disk: a crash is to open the next.
type Session struct {
	disk   *Disk
	gate   Gate
	closed bool // protected by disk.mu
}

var _ store.Store = (*Session)(nil)

// Open starts a session and ends the one before, as a crash does: what that one does from now on fails and has no
// effect. A nil gate lets everything proceed.
func (d *Disk) Open(gate Gate) *Session {
	if gate == nil {
		gate = func(string, string) Verdict { return Proceed }
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.current = &Session{disk: d, gate: gate}
	return d.current
}

// Crash ends the current session without another.
func (d *Disk) Crash() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.current = nil
}

// step does one step as the gate says. do runs with the disk locked.
func (s *Session) step(ctx context.Context, step, name string, do func() error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	verdict := s.gate(step, name)
	d := s.disk
	d.mu.Lock()
	defer d.mu.Unlock()
	switch {
	case s.closed && step != StepCommit: // a sweep may look on while the Manager closes
		return record.ErrClosed
	case s.closed:
		d.breach("%s %q on a store that is closed", step, name)
		return record.ErrClosed
	case d.current != s:
		return fmt.Errorf("%s %q: the process is gone: %w", step, name, ErrFault)
	case verdict == Refuse:
		return fmt.Errorf("%s %q: refused: %w", step, name, ErrFault)
	}
	if verdict == Conflict {
		return &store.ConflictError{Groups: strings.Split(name, between)}
	}
	err := do()
	if verdict == Lose {
		return fmt.Errorf("%s %q: the answer is lost: %w", step, name, ErrFault)
	}
	return err
}

// Commit implements store.Store.
func (s *Session) Commit(ctx context.Context, changes []*record.Change) error {
	names := make([]string, len(changes))
	for i, c := range changes {
		names[i] = c.Group
	}
	return s.step(ctx, StepCommit, strings.Join(names, between), func() error {
		return s.disk.commit(changes)
	})
}

// Load implements store.Store.
func (s *Session) Load(ctx context.Context, name string) (r *record.Group, err error) {
	err = s.step(ctx, StepLoad, name, func() error {
		r = s.disk.load(name)
		return nil
	})
	return r, err
}

// Definitions implements store.Store.
func (s *Session) Definitions(ctx context.Context, ids []tracker.ID) (texts [][]byte, err error) {
	err = s.step(ctx, StepDefinitions, "", func() error {
		for _, id := range ids {
			text, ok := s.disk.definitions[id]
			if !ok {
				return &record.CorruptError{Record: "definition " + id.String(), Reason: "it is not there"}
			}
			texts = append(texts, slices.Clone(text))
		}
		return nil
	})
	return texts, err
}

// FindMessageID implements store.Store.
func (s *Session) FindMessageID(ctx context.Context, name, id string) (seen record.MessageID, ok bool, err error) {
	err = s.step(ctx, StepSeen, name, func() error {
		if r := s.disk.groups[name]; r != nil {
			seen, ok = r.seen[id]
		}
		return nil
	})
	return seen, ok, err
}

// Due implements store.Store.
func (s *Session) Due(ctx context.Context, until int64, limit int) (due []record.Due, err error) {
	err = s.step(ctx, StepDue, "", func() error {
		for name, r := range s.disk.groups {
			if r.due <= until && r.due != limiter.Never {
				due = append(due, record.Due{Group: name, At: r.due})
			}
		}
		slices.SortFunc(due, func(a, b record.Due) int {
			return cmp.Or(cmp.Compare(a.At, b.At), strings.Compare(a.Group, b.Group))
		})
		due = due[:min(len(due), limit)]
		return nil
	})
	return due, err
}

// Groups implements store.Store.
func (s *Session) Groups(ctx context.Context, after string, limit int) (names []string, err error) {
	err = s.step(ctx, StepGroups, "", func() error {
		for name := range s.disk.groups {
			if name > after {
				names = append(names, name)
			}
		}
		slices.Sort(names)
		names = names[:min(len(names), limit)]
		return nil
	})
	return names, err
}

// DeleteExpiredIDs implements store.Store.
func (s *Session) DeleteExpiredIDs(ctx context.Context, now int64) error {
	return s.step(ctx, StepForget, "", func() error {
		for _, r := range s.disk.groups {
			for id, seen := range r.seen {
				if seen.Expires <= now {
					delete(r.seen, id)
				}
			}
		}
		return nil
	})
}

// Flush implements store.Store.
func (s *Session) Flush(ctx context.Context) error {
	return s.step(ctx, StepFlush, "", func() error {
		s.disk.flush()
		return nil
	})
}

// Close implements store.Store.
func (s *Session) Close() error {
	s.disk.mu.Lock()
	defer s.disk.mu.Unlock()
	s.closed = true
	return nil
}
