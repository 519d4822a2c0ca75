package pebblestore

import (
	"context"
	"errors"
	"fmt"
	"io"
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/dictrack/dictrack/decimal"
	"github.com/dictrack/dictrack/group"
	"github.com/dictrack/dictrack/internal/match"
	"github.com/dictrack/dictrack/internal/rawjson"
	"github.com/dictrack/dictrack/internal/states"
	"github.com/dictrack/dictrack/record"
	"github.com/dictrack/dictrack/tracker"
)

// expectedGroup is a group whose version determines its whole state: every commit but the first moves all trackers by
// one, remembers one id, and is due at a time of its own.
type expectedGroup struct {
	group *group.Group
	acked uint64 // the version that a Commit returned for
	tried uint64 // the version that a Commit was begun for
}

// newExpectedGroup makes a group of n trackers that every message moves.
func newExpectedGroup(name string, n int) *expectedGroup {
	return &expectedGroup{group: group.New(fmt.Sprintf("%s of %d", name, n), 0)}
}

func (p *expectedGroup) defs() []*tracker.Definition {
	var n int
	_, _ = fmt.Sscanf(p.group.Name()[len("player 0 of "):], "%d", &n)
	defs := make([]*tracker.Definition, n)
	for i := range defs {
		d, err := tracker.New(tracker.Spec{
			Name: fmt.Sprintf("tracker %d", i), Kind: tracker.KindCount, Targets: []decimal.Decimal{decimal.FromInt(1_000_000)},
		}, nil)
		if err != nil {
			panic(err)
		}
		defs[i] = d
	}
	return defs
}

func messageID(version uint64) record.MessageID {
	return record.MessageID{ID: fmt.Sprintf("call %d", version), Version: version, Expires: now + int64(version)}
}

// next makes the next change.
func (p *expectedGroup) next() (*record.Change, error) {
	g := p.group
	g.BeginChange()
	var err error
	if g.Version() == 0 {
		_, err = g.Add(p.defs(), now)
	} else {
		_, err = g.Track(&group.TrackRequest{
			Data: match.Data{Map: map[string]any{}}, Now: now, Compile: states.Compile, Scratch: new(states.Scratch),
		})
		g.Pending().AddMessageID(messageID(g.Version()))
	}
	c := g.EndChange().Encode()
	c.Due = now + int64(c.Version)
	p.tried = c.Version
	return c, err
}

// commit makes the next change and commits it.
func (p *expectedGroup) commit(ctx context.Context, s *Store) error {
	c, err := p.next()
	if err != nil {
		return err
	}
	if err := s.Commit(ctx, []*record.Change{c}); err != nil {
		return err
	}
	p.acked = c.Version
	return nil
}

// committedRange is what a crash may leave of a group: a version between the last acknowledged and the last attempted.
type committedRange struct {
	name         string
	acked, tried uint64
}

func (p *expectedGroup) committedRange() committedRange {
	return committedRange{p.group.Name(), p.acked, p.tried}
}

// check checks the group in a store that was opened again, and returns the version found.
func (f committedRange) check(s *Store) (uint64, error) {
	ctx := context.Background()
	r, err := s.Load(ctx, f.name)
	if err != nil {
		return 0, err
	}
	v := r.Version
	if v < f.acked || v > f.tried {
		return v, fmt.Errorf("%s has version %d; %d was acknowledged, %d was tried", f.name, v, f.acked, f.tried)
	}
	if v == 0 {
		return 0, nil
	}
	if err := checkStates(ctx, s, r); err != nil {
		return v, err
	}
	for _, version := range []uint64{1, 2, v / 2, v - 1, v, v + 1} {
		seen, ok, err := s.FindMessageID(ctx, f.name, messageID(version).ID)
		if err != nil {
			return v, err
		}
		if want := version >= 2 && version <= v; ok != want || ok && seen != messageID(version) {
			return v, fmt.Errorf("%s has version %d, but of id %d it remembers %v, %+v", f.name, v, version, ok, seen)
		}
	}
	return v, nil
}

// checkStates checks that every tracker has the state of its version.
func checkStates(ctx context.Context, s *Store, r *record.Group) error {
	texts, err := s.Definitions(ctx, r.Layout)
	if err != nil {
		return err
	}
	defs := make([]*tracker.Definition, len(texts))
	for i, text := range texts {
		v, err := rawjson.Decode(text)
		if err != nil {
			return err
		}
		if defs[i], err = (*tracker.Registry)(nil).Parse(v); err != nil {
			return err
		}
	}
	g, err := group.Restore(r, defs)
	if err != nil {
		return err
	}
	snaps, err := g.Snapshots()
	if err != nil || len(snaps) == 0 {
		return fmt.Errorf("%s has %d trackers, %v", r.Name, len(snaps), err)
	}
	for i := range snaps {
		if want := fmt.Sprint(r.Version - 1); snaps[i].Progress.String() != want {
			return fmt.Errorf("torn: %s has version %d, but %s stands at %s", r.Name, r.Version, snaps[i].Name, snaps[i].Progress)
		}
	}
	return nil
}

// checkAll checks all groups of a store, at what is due and at the names, and commits once more.
func checkAll(s *Store, fates []committedRange) error {
	ctx := context.Background()
	due := map[record.Due]bool{}
	var names []string
	for _, f := range fates {
		v, err := f.check(s)
		if err != nil {
			return err
		}
		if v > 0 {
			due[record.Due{Group: f.name, At: now + int64(v)}] = true
			names = append(names, f.name)
		}
	}
	listed, err := s.Due(ctx, 1<<62, 1000)
	if err != nil {
		return err
	}
	for _, d := range listed {
		if !due[d] {
			return fmt.Errorf("%+v is due, want %v", d, due)
		}
		delete(due, d)
	}
	found, err := s.Groups(ctx, "", 1000)
	if err != nil || len(found) != len(names) || len(due) > 0 {
		return fmt.Errorf("groups are %q, want %q; not listed as due: %v; %v", found, names, due, err)
	}
	_, c := newGroupQuietly("afterwards")
	return s.Commit(ctx, []*record.Change{c})
}

func newGroupQuietly(name string) (*group.Group, *record.Change) {
	g := group.New(name, 0)
	g.BeginChange()
	_, _ = g.Add(newExpectedGroup("player 0", 1).defs(), now)
	return g, g.EndChange().Encode()
}

// reopened opens a store on fs, has it checked, and closes it.
func reopened(fs vfs.FS, fates []committedRange) error {
	s, err := Open(context.Background(), "data", Options{FS: fs})
	if err != nil {
		return fmt.Errorf("open again: %w", err)
	}
	return errors.Join(checkAll(s, fates), s.Close())
}

// smallOptions options make every kind of background work happen soon.
func smallOptions(fs vfs.FS) Options {
	return Options{FS: fs, MemTableBytes: minMemTableBytes, CacheBytes: 1 << 20}
}

func mustOpen(tb testing.TB, dir string, o Options) *Store {
	tb.Helper()
	s, err := Open(tb.Context(), dir, o)
	if err != nil {
		tb.Fatal(err)
	}
	return s
}

func mustClose(tb testing.TB, c io.Closer) {
	tb.Helper()
	if err := c.Close(); err != nil {
		tb.Fatal(err)
	}
}
