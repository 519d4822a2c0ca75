// Package history records what happened to trackers, to compare it with results that were computed without dictrack.
package history

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"time"

	"github.com/dictrack/dictrack"
	"github.com/dictrack/dictrack/tracker"
)

// History is what happened to each tracker, by group and name.
type History map[string]map[string]*Tracker

// Tracker is what happened to one tracker: its final state, "gone" when it was removed, and its events except ADDED, in
// order.
type Tracker struct {
	Now    string   `json:"now"`
	Events []string `json:"events"`
}

// Read reads a history from a JSON file.
func Read(name string) (History, error) {
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	h := History{}
	if err := json.Unmarshal(text, &h); err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	return h, nil
}

// Record adds an event. It is not safe for concurrent use.
func (h History) Record(e dictrack.Event) {
	t := h.tracker(e.Group, e.Tracker.Name)
	if e.Kind == dictrack.EventAdded {
		return
	}
	text := fmt.Sprintf("%s %s at %s", e.Kind, position(&e.Tracker), e.Time.Format(time.RFC3339Nano))
	t.Events = append(t.Events, text)
}

func (h History) tracker(group, name string) *Tracker {
	if h[group] == nil {
		h[group] = map[string]*Tracker{}
	}
	if h[group][name] == nil {
		h[group][name] = &Tracker{Now: "gone", Events: []string{}}
	}
	return h[group][name]
}

// Finish records the final state of every tracker of m.
func (h History) Finish(ctx context.Context, m *dictrack.Manager) error {
	for group, err := range m.Groups(ctx) {
		if err != nil {
			return err
		}
		all, err := m.ListAll(ctx, group)
		if err != nil {
			return err
		}
		for i := range all {
			h.tracker(group, all[i].Name).Now = stateText(&all[i])
		}
	}
	return nil
}

func stateText(s *tracker.Snapshot) string {
	text := position(s)
	if s.Completed {
		text += " completed"
	}
	if s.Limited {
		text += " limited"
	}
	return text
}

func position(s *tracker.Snapshot) string {
	return fmt.Sprintf("stage=%d cycle=%d progress=%v", s.Stage, s.Cycle, s.Progress)
}
