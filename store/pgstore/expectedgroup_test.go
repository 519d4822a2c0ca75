package pgstore_test

import (
	"context"
	"fmt"
	"math"
	"testing"

	"github.com/dictrack/dictrack/decimal"
	"github.com/dictrack/dictrack/group"
	"github.com/dictrack/dictrack/internal/match"
	"github.com/dictrack/dictrack/internal/rawjson"
	"github.com/dictrack/dictrack/internal/states"
	"github.com/dictrack/dictrack/record"
	"github.com/dictrack/dictrack/store"
	"github.com/dictrack/dictrack/tracker"
)

// now is when things happen, in Unix milliseconds.
const now = 1_800_000_000_000

// expectedGroup is a group whose version determines its whole state: every commit but the first moves all trackers by one,
// remembers one id, and is due at a time of its own.
type expectedGroup struct {
	group *group.Group
	size  int
	acked uint64 // the version that a Commit returned for
	tried uint64 // the version that a Commit was begun for
}

func newExpectedGroup(name string, size int) *expectedGroup {
	return &expectedGroup{group: group.New(name, 0), size: size}
}

// definitions are n trackers that every message moves.
func definitions(n int) []*tracker.Definition {
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
func (p *expectedGroup) next() *record.Change {
	g := p.group
	g.BeginChange()
	var err error
	if g.Len() == 0 {
		_, err = g.Add(definitions(p.size), now)
	} else {
		_, err = g.Track(&group.TrackRequest{
			Data: match.Data{Map: map[string]any{}}, Now: now, Compile: states.Compile, Scratch: new(states.Scratch),
		})
		g.Pending().AddMessageID(messageID(g.Version()))
	}
	if err != nil {
		panic(err)
	}
	c := g.EndChange().Encode()
	c.Due = now + int64(c.Version)
	p.tried = c.Version
	return c
}

// commit makes the next change and commits it.
func (p *expectedGroup) commit(ctx context.Context, s store.Store) error {
	c := p.next()
	if err := s.Commit(ctx, []*record.Change{c}); err != nil {
		return err
	}
	p.acked = c.Version
	return nil
}

func (p *expectedGroup) mustCommit(tb testing.TB, s store.Store) {
	tb.Helper()
	if err := p.commit(tb.Context(), s); err != nil {
		tb.Fatal(err)
	}
}

// check checks the group in a store and returns the version found: between what was acknowledged and
// what was tried, and all of it.
func (p *expectedGroup) check(ctx context.Context, s store.Store) (uint64, error) {
	name := p.group.Name()
	r, err := s.Load(ctx, name)
	if err != nil {
		return 0, err
	}
	v := r.Version
	if v < p.acked || v > p.tried {
		return v, fmt.Errorf("%s has version %d; %d was acknowledged, %d was tried", name, v, p.acked, p.tried)
	}
	if v == 0 {
		return 0, nil
	}
	if r.Due != now+int64(v) {
		return v, fmt.Errorf("%s of version %d is due at %d", name, v, r.Due)
	}
	if err := checkStates(ctx, s, r, p.size); err != nil {
		return v, err
	}
	for version := uint64(1); version <= v+1; version++ {
		seen, ok, err := s.FindMessageID(ctx, name, messageID(version).ID)
		if err != nil {
			return v, err
		}
		if want := version >= 2 && version <= v; ok != want || ok && seen != messageID(version) {
			return v, fmt.Errorf("%s has version %d, but of id %d it remembers %v, %+v", name, v, version, ok, seen)
		}
	}
	return v, nil
}

func (p *expectedGroup) mustBeAt(tb testing.TB, s store.Store, want uint64) {
	tb.Helper()
	if v, err := p.check(tb.Context(), s); err != nil || v != want {
		tb.Fatalf("%s has version %d, want %d: %v", p.group.Name(), v, want, err)
	}
}

// checkStates checks that every tracker has the state of its version.
func checkStates(ctx context.Context, s store.Store, r *record.Group, size int) error {
	g, err := restore(ctx, s, r)
	if err != nil {
		return err
	}
	snaps, err := g.Snapshots()
	if err != nil || len(snaps) != size {
		return fmt.Errorf("%s has %d trackers, want %d; %v", r.Name, len(snaps), size, err)
	}
	for i := range snaps {
		if want := fmt.Sprint(r.Version - 1); snaps[i].Progress.String() != want {
			return fmt.Errorf("torn: %s has version %d, but %s stands at %s", r.Name, r.Version, snaps[i].Name, snaps[i].Progress)
		}
	}
	return nil
}

func restore(ctx context.Context, s store.Store, r *record.Group) (*group.Group, error) {
	texts, err := s.Definitions(ctx, r.Layout)
	if err != nil {
		return nil, err
	}
	defs := make([]*tracker.Definition, len(texts))
	for i, text := range texts {
		v, err := rawjson.Decode(text)
		if err != nil {
			return nil, err
		}
		if defs[i], err = (*tracker.Registry)(nil).Parse(v); err != nil {
			return nil, err
		}
	}
	return group.Restore(r, defs)
}

// mustListAll checks that exactly these groups are listed and due.
func mustListAll(tb testing.TB, s store.Store, players ...*expectedGroup) {
	tb.Helper()
	names, err := s.Groups(tb.Context(), "", len(players)+1)
	due, err2 := s.Due(tb.Context(), math.MaxInt64-1, len(players)+1)
	if err != nil || err2 != nil || len(names) != len(players) || len(due) != len(players) {
		tb.Fatalf("%d groups listed, %d due, want %d: %v, %v", len(names), len(due), len(players), err, err2)
	}
}
