package robustness

import (
	"context"
	"errors"
	"fmt"

	"github.com/dictrack/dictrack/internal/faultstore"
	"github.com/dictrack/dictrack/tests/robustness/oracle"
)

var errInjected = faultstore.ErrInjected

// replayed is what the oracle makes of the commits.
type replayed struct {
	world   *oracle.World
	events  map[string]string   // id -> line
	at      map[string][]string // "group:version" -> lines
	version map[string]uint64   // "group id" -> where it happened
}

// check compares all events and answers with those that follow from the commits.
func (s *simulation) check() error {
	r, err := s.replay()
	if err != nil {
		return err
	}
	for id, line := range s.events {
		if r.events[id] != line {
			return fmt.Errorf("event %s was delivered: %s\nthe commits say: %s", id, line, r.events[id])
		}
	}
	for _, c := range s.calls {
		if err := r.checkCall(c, s.events); err != nil {
			return err
		}
	}
	for name, g := range r.world.Groups {
		snaps, err := s.m.ListAll(context.Background(), name)
		if err != nil {
			return err
		}
		if diff := diffLines("after all, tracker of group "+name, lines(snaps), g.Lines()); diff != "" {
			return errors.New(diff)
		}
	}
	return nil
}

// replay gives the calls to the oracle in the order in which the disk has them.
func (s *simulation) replay() (*replayed, error) {
	r := &replayed{
		world: oracle.New(1 << 60), events: map[string]string{}, at: map[string][]string{}, version: map[string]uint64{},
	}
	r.world.Template = s.template
	calls := map[string]*simCall{}
	for _, c := range s.calls {
		calls[c.group+" "+c.id] = c
	}
	for i, commit := range s.disk.Log() {
		made := map[uint64]string{}
		for _, seen := range commit.Seen {
			made[seen.Version] = seen.ID
		}
		for version := commit.Base + 1; version <= commit.Version; version++ {
			var events []string
			if id, ok := made[version]; ok {
				key := commit.Group + " " + id
				c := calls[key]
				if r.version[key] != 0 || c == nil {
					return nil, fmt.Errorf("call %s happened at version %d and at %d", key, r.version[key], version)
				}
				r.version[key] = version
				events = r.world.Track(c.group, c.data, c.at, 0, c.id).Events
			} else {
				now, ok := s.sweptAt(i)
				if !ok {
					return nil, fmt.Errorf("version %d of group %s belongs to no call", version, commit.Group)
				}
				events = r.world.Sweep(commit.Group, now)
			}
			r.note(commit.Group, version, events)
		}
	}
	return r, nil
}

// sweptAt is the time of the sweep that was under way at a commit.
func (s *simulation) sweptAt(commit int) (now int64, ok bool) {
	for _, sweep := range s.sweeps {
		if sweep.from <= commit {
			now, ok = sweep.now, true
		}
	}
	return now, ok
}

func (r *replayed) note(group string, version uint64, events []string) {
	r.at[fmt.Sprintf("%s:%d", group, version)] = events
	for i, line := range events {
		r.events[fmt.Sprintf("%s:%d:%d", group, version, i)] = line
	}
}

// checkCall checks the answer that a client got.
func (r *replayed) checkCall(c *simCall, delivered map[string]string) error {
	version, happened := r.version[c.group+" "+c.id]
	if !c.acked || !happened || version != c.version {
		return fmt.Errorf("call %s of group %s was onAnswer (%v) with version %d; it happened (%v) at %d", c.id, c.group, c.acked, c.version, happened, version)
	}
	if c.duplicate {
		return nil
	}
	at := fmt.Sprintf("%s:%d", c.group, version)
	if diff := diffLines("event of call "+c.id, c.events, r.at[at]); diff != "" {
		return errors.New(diff)
	}
	for i := range c.events {
		if _, ok := delivered[fmt.Sprintf("%s:%d", at, i)]; !ok {
			return fmt.Errorf("event %s:%d of an onAnswer call was never delivered", at, i)
		}
	}
	return nil
}
