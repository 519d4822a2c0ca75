package group

import (
	"fmt"

	"github.com/dictrack/dictrack/tracker"
)

// Remove removes the named trackers, or all when no name is given, with one event each. When a name is unknown it
// returns ErrNotFound and removes none.
func (g *Group) Remove(names []string, now int64) (Result, error) {
	indexes, err := g.indexesOf(names)
	if err != nil {
		return Result{}, err
	}
	tx := txn{g: g, now: now}
	for _, i := range indexes {
		removed := tracker.Event{Kind: tracker.EventRemoved, Definition: g.list.at(i), State: g.state(i)}
		tx.events = append(tx.events, removed)
		tx.removeAt(int32(i))
	}
	return tx.finish(), nil
}

// Reset resets the named trackers, or all when no name is given. An error changes nothing.
func (g *Group) Reset(names []string, options tracker.ResetOptions, now int64) (Result, error) {
	indexes, err := g.indexesOf(names)
	if err != nil {
		return Result{}, err
	}
	tx := txn{g: g, now: now}
	next := make([]tracker.State, len(indexes))
	for n, i := range indexes {
		next[n], tx.events, err = runReset(g.list.at(i), g.state(i), options, now, tx.events)
		if err != nil {
			return Result{}, fmt.Errorf("reset tracker %q of group %q: %w", g.list.at(i).Name(), g.name, err)
		}
	}
	for n, i := range indexes {
		tx.addResult(int32(i), &next[n], tracker.Changed)
		tx.setState(int32(i), &next[n])
	}
	return tx.finish(), nil
}

// Edit changes one tracker: its definition and state become what change returns. An error changes nothing.
func (g *Group) Edit(name string, now int64, change EditFunc) (Result, error) {
	i, ok := g.find(name)
	if !ok {
		return Result{}, fmt.Errorf("tracker %q of group %q: %w", name, g.name, ErrNotFound)
	}
	old := g.list.at(i)
	d, s, events, err := runEdit(change, old, g.state(i))
	if err != nil {
		return Result{}, fmt.Errorf("change tracker %q of group %q: %w", name, g.name, err)
	}
	tx := txn{g: g, now: now, events: events}
	if d != old {
		g.replaceDefinition(i, d)
		g.markLayout(i)
	}
	tx.addResult(int32(i), &s, tracker.Changed)
	tx.applyState(int32(i), &s)
	return tx.finish(), nil
}
