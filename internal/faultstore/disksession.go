package faultstore

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/dictrack/dictrack/limiter"
	"github.com/dictrack/dictrack/record"
	"github.com/dictrack/dictrack/store"
	"github.com/dictrack/dictrack/tracker"
)

// Outcome is what happens to an operation.
type Outcome uint8

// The outcomes. Conflict is for Commit only.
const (
	Proceed   Outcome = iota
	Fail              // fails without effect
	LoseReply         // takes effect, and the caller gets an error
	Conflict          // has no effect, and the error names another writer
)

// The operations that an Injector is asked about.
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

// separator separates the names of groups; none holds a NUL.
const separator = "\x00"

// Injector chooses the outcome of each operation of a DiskSession, before it begins and on the goroutine that makes it;
// it may block. group is empty for operations that are not about one group.
type Injector func(step, group string) Outcome

// DiskSession is a store.Store on a Disk. Only the latest one can use the disk: opening another simulates
// a crash.
type DiskSession struct {
	storage *Disk
	inject  Injector
	closed  bool // protected by storage.mu
}

var _ store.Store = (*DiskSession)(nil)

// Open starts a session and ends the previous one, as a crash does: its operations fail from now on, without effect.
// With a nil Injector everything proceeds.
func (d *Disk) Open(inject Injector) *DiskSession {
	if inject == nil {
		inject = func(string, string) Outcome { return Proceed }
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.current = &DiskSession{storage: d, inject: inject}
	return d.current
}

// Crash ends the current session.
func (d *Disk) Crash() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.current = nil
}

// step performs one operation with the outcome that the injector chooses. do runs with the disk locked.
func (s *DiskSession) step(ctx context.Context, step, name string, do func() error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	outcome := s.inject(step, name)
	d := s.storage
	d.mu.Lock()
	defer d.mu.Unlock()
	switch {
	case s.closed && step != StepCommit: // a sweep may still read while the Manager closes
		return record.ErrClosed
	case s.closed:
		d.violation("%s %q on a store that is closed", step, name)
		return record.ErrClosed
	case d.current != s:
		return fmt.Errorf("%s %q: the process has crashed: %w", step, name, ErrInjected)
	case outcome == Fail:
		return fmt.Errorf("%s %q: refused: %w", step, name, ErrInjected)
	}
	if outcome == Conflict {
		return &store.ConflictError{Groups: strings.Split(name, separator)}
	}
	err := do()
	if outcome == LoseReply {
		return fmt.Errorf("%s %q: the reply is lost: %w", step, name, ErrInjected)
	}
	return err
}

// Commit implements store.Store.
func (s *DiskSession) Commit(ctx context.Context, changes []*record.Change) error {
	names := make([]string, len(changes))
	for i, c := range changes {
		names[i] = c.Group
	}
	return s.step(ctx, StepCommit, strings.Join(names, separator), func() error {
		return s.storage.commit(changes)
	})
}

// Load implements store.Store.
func (s *DiskSession) Load(ctx context.Context, name string) (r *record.Group, err error) {
	err = s.step(ctx, StepLoad, name, func() error {
		r = s.storage.load(name)
		return nil
	})
	return r, err
}

// Definitions implements store.Store.
func (s *DiskSession) Definitions(ctx context.Context, ids []tracker.ID) (texts [][]byte, err error) {
	err = s.step(ctx, StepDefinitions, "", func() error {
		for _, id := range ids {
			text, ok := s.storage.definitions[id]
			if !ok {
				return &record.CorruptError{Record: "definition " + id.String(), Reason: "missing"}
			}
			texts = append(texts, slices.Clone(text))
		}
		return nil
	})
	return texts, err
}

// FindMessageID implements store.Store.
func (s *DiskSession) FindMessageID(ctx context.Context, name, id string) (seen record.MessageID, ok bool, err error) {
	err = s.step(ctx, StepSeen, name, func() error {
		if r := s.storage.groups[name]; r != nil {
			seen, ok = r.seen[id]
		}
		return nil
	})
	return seen, ok, err
}

// Due implements store.Store.
func (s *DiskSession) Due(ctx context.Context, until int64, limit int) (due []record.Due, err error) {
	err = s.step(ctx, StepDue, "", func() error {
		for name, r := range s.storage.groups {
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
func (s *DiskSession) Groups(ctx context.Context, after string, limit int) (names []string, err error) {
	err = s.step(ctx, StepGroups, "", func() error {
		for name := range s.storage.groups {
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
func (s *DiskSession) DeleteExpiredIDs(ctx context.Context, now int64) error {
	return s.step(ctx, StepForget, "", func() error {
		for _, r := range s.storage.groups {
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
func (s *DiskSession) Flush(ctx context.Context) error {
	return s.step(ctx, StepFlush, "", func() error {
		s.storage.flush()
		return nil
	})
}

// Close implements store.Store.
func (s *DiskSession) Close() error {
	s.storage.mu.Lock()
	defer s.storage.mu.Unlock()
	s.closed = true
	return nil
}
