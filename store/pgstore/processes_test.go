package pgstore_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/dictrack/dictrack/group"
	"github.com/dictrack/dictrack/record"
	"github.com/dictrack/dictrack/store"
	"github.com/dictrack/dictrack/store/pgstore"
)

// versionChecker checks that every version of every group is committed once.
type versionChecker struct {
	mu      sync.Mutex // protects reached
	reached map[record.Due]string
}

// check wants each version of a group to be reached once.
func (l *versionChecker) check(t *testing.T, who string, changes []*record.Change, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	conflict, late := errors.AsType[*store.ConflictError](err)
	if err != nil && !late {
		t.Errorf("%s: %v", who, err)
		return
	}
	for _, c := range changes {
		if late && conflict.Conflicted(c.Group) {
			continue
		}
		at := record.Due{Group: c.Group, At: int64(c.Version)}
		if other, twice := l.reached[at]; twice {
			t.Errorf("version %d of %s was reached by %s and by %s", c.Version, c.Group, other, who)
		}
		l.reached[at] = who
	}
}

// count is how many versions were reached.
func (l *versionChecker) count() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.reached)
}

// TestProcesses: several stores, as of several processes, work on the same few groups, each with changes of
// some of them at once, while everything is flushed now and then: no version is reached twice, and what
// is there at any time is whole.
func TestProcesses(t *testing.T) {
	t.Parallel()
	const processes, groups, flushes, commits = 5, 4, 6, 40
	o := pgstore.Options{Schema: newSchema(), MaxConns: 2}
	stores := make([]*pgstore.Store, processes)
	for i := range stores {
		stores[i] = mustOpen(t, server.URL(), o)
	}
	l := &versionChecker{reached: map[record.Due]string{}}
	ctx, end := context.WithTimeout(t.Context(), time.Minute)
	defer end()
	var all sync.WaitGroup
	for i, s := range stores {
		all.Go(func() {
			for round := i; ctx.Err() == nil && !t.Failed(); round++ {
				l.round(t, s, fmt.Sprintf("process %d, round %d", i, round), round, groups)
			}
		})
	}
	for flush := 1; flush <= flushes; flush++ {
		for l.count() < flush*commits && ctx.Err() == nil {
			time.Sleep(time.Millisecond)
		}
		if err := stores[flush%processes].Flush(t.Context()); err != nil {
			t.Error(err)
		}
	}
	end()
	all.Wait()
	for _, s := range stores {
		mustClose(t, s)
	}
	if l.count() < flushes*commits {
		t.Errorf("only %d commits in a minute", l.count())
	}
}

// round loads some groups, checks them, and commits a change of each.
func (l *versionChecker) round(t *testing.T, s store.Store, who string, round, groups int) {
	var changes []*record.Change
	for i := range groups {
		if (round>>i)&1 == 0 {
			continue
		}
		p := newExpectedGroup(fmt.Sprintf("group %d", i), []int{1, 130}[i%2])
		r, err := s.Load(context.Background(), p.group.Name())
		if err != nil {
			t.Errorf("%s: %v", who, err)
			return
		}
		if p.group, err = restore(context.Background(), s, r); err != nil {
			t.Errorf("%s: %v", who, err)
			return
		}
		if err := checkEqualProgress(p.group); err != nil {
			t.Errorf("%s: %v", who, err)
		}
		changes = append(changes, p.next())
	}
	l.check(t, who, changes, s.Commit(context.Background(), changes))
}

// checkEqualProgress wants all trackers of a group to stand at the same progress: each change moves all.
func checkEqualProgress(g *group.Group) error {
	snaps, err := g.Snapshots()
	if err != nil {
		return err
	}
	for i := range snaps {
		if snaps[i].Progress != snaps[0].Progress {
			return fmt.Errorf("torn: in %s of version %d %s stands at %v and %s at %v", g.Name(), g.Version(),
				snaps[0].Name, snaps[0].Progress, snaps[i].Name, snaps[i].Progress)
		}
	}
	return nil
}

// TestConcurrentDeleteExpiredIDs: ids that several processes forget at once are gone, and those that come again
// meanwhile are not.
func TestConcurrentDeleteExpiredIDs(t *testing.T) {
	t.Parallel()
	o := pgstore.Options{Schema: newSchema()}
	s := mustOpen(t, server.URL(), o)
	defer mustClose(t, s)
	const ids = 5000
	p := newExpectedGroup("g", 1)
	p.mustCommit(t, s)
	seen := func(expires int64) []record.MessageID {
		all := make([]record.MessageID, ids)
		for i := range all {
			all[i] = record.MessageID{ID: fmt.Sprint(i), Expires: expires}
		}
		return all
	}
	commit := func(seen []record.MessageID) {
		c := p.next()
		c.MessageIDs = seen
		if err := s.Commit(t.Context(), []*record.Change{c}); err != nil {
			t.Error(err)
		}
	}
	commit(seen(now))
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			if err := s.DeleteExpiredIDs(t.Context(), now); err != nil {
				t.Error(err)
			}
		})
	}
	commit(seen(now + 1)[:ids/10])
	all.Wait()
	if err := s.DeleteExpiredIDs(t.Context(), now); err != nil {
		t.Fatal(err)
	}
	var n int
	err := mustConnect(t).QueryRow(t.Context(), "SELECT count(*) FROM "+table(o, "message_ids")).Scan(&n)
	if err != nil || n != ids/10 {
		t.Errorf("%d ids are left, want %d; %v", n, ids/10, err)
	}
}
