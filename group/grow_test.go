package group_test

import (
	"fmt"
	"testing"

	"github.com/dictrack/dictrack/group"
	"github.com/dictrack/dictrack/internal/match"
	"github.com/dictrack/dictrack/internal/states"
	"github.com/dictrack/dictrack/tracker"
)

// sameBets asks every tracker of a group and of a plain one about bets, and fails where they differ.
func sameBets(t *testing.T, g *group.Group, p *plain, compile group.Compiler) {
	t.Helper()
	for _, bet := range []int{0, 7, 8, 100, 399} {
		data := map[string]any{"bet": bet, "game": fmt.Sprint("g", bet%3), "tags": []any{bet, 7}}
		c := &group.TrackRequest{Data: match.Data{Map: data}, Compile: compile, Scratch: &states.Scratch{}}
		e, err := g.Track(c)
		if err != nil {
			t.Fatal(err)
		}
		p.lines = nil
		p.track(data, 0)
		equal(t, "events", fmt.Sprint(lines(&e)), fmt.Sprint(p.lines))
	}
	snaps, err := g.Snapshots()
	if err != nil || len(snaps) != len(p.trackers) {
		t.Fatalf("%d trackers, want %d: %v", len(snaps), len(p.trackers), err)
	}
	for i, o := range p.trackers {
		if got, want := show(snaps[i]), show(o.d.Snapshot("g", o.s)); got != want {
			t.Fatalf("tracker %d is\n%s\nwant\n%s", i, got, want)
		}
	}
}

// wagerDef is tracker i of a group that grows: of one of five forms.
func wagerDef(t *testing.T, i int) *tracker.Definition {
	form := []string{
		`{"targets":[9000],"where":[{"op":"eq","key":"bet","value":%d}]}`,
		`{"kind":"sum","key":"bet","targets":[1e6],"where":[{"op":"eq","key":"game","value":"g1"},{"op":"ge","key":"bet","value":%d}]}`,
		`{"targets":[2,3],"where":[{"op":"lt","key":"bet","value":%d}],"limiters":[{"kind":"count","limit":3}]}`,
		`{"where":[{"op":"has_item","key":"tags","value":%d}],"targets":[50]}`,
		`{"kind":"sum","key":"p%d","targets":[5]}`,
	}[i%5]
	return define(t, fmt.Sprint("t", i), fmt.Sprintf(form, i%400))
}

// A group that had data goes on finding its trackers as more are added one at a time, others removed, and changed; the
// set that it shares with others stays what it is.
func TestGroupsGrow(t *testing.T) {
	var shared *states.Program
	compiled := 0
	compile := func(under *states.Program, defs []*tracker.Definition) *states.Program {
		compiled++
		if under == nil && shared != nil && len(defs) == shared.Len() {
			return shared
		}
		return states.Compile(under, defs)
	}
	for _, first := range []int{1, 20, 100, 1100} {
		g, p := group.New("g", 0), &plain{}
		put := func(i int) {
			d := wagerDef(t, i)
			add(t, g, 0, d)
			p.add([]*tracker.Definition{d}, 0, false)
		}
		var base []*tracker.Definition
		for i := range first {
			base = append(base, wagerDef(t, i))
		}
		add(t, g, 0, base...)
		p.add(base, 0, false)
		shared, compiled = states.Compile(nil, base), 0
		sameBets(t, g, p, compile)
		for i := first; i < first+150; i++ {
			put(i)
			if i%7 == 0 || i > first+135 {
				sameBets(t, g, p, compile)
			}
		}
		if first >= 100 && compiled > 30 {
			t.Errorf("a group of %d was compiled %d times", first, compiled)
		}
		revise(t, g, p, "t0", first+149)
		sameBets(t, g, p, compile)
		put(first + 150)
		remove(t, g, "t0")
		p.trackers = p.trackers[1:]
		sameBets(t, g, p, compile)
		if shared.Len() != first || shared.Definitions()[0] != base[0] {
			t.Errorf("the shared set of %d was changed", first)
		}
	}
}

// revise changes the targets of two trackers, and what one of them asks for.
func revise(t *testing.T, g *group.Group, p *plain, first string, last int) {
	t.Helper()
	change := func(name string, by func(s *tracker.Spec)) {
		edit(t, g, name, by)
		p.each(func(o *one) bool {
			if o.d.Name() == name {
				next, err := o.d.WithSpec(o.s, custom, by)
				if err != nil {
					t.Fatal(err)
				}
				o.d = next
			}
			return true
		})
	}
	more := func(s *tracker.Spec) { s.Targets = append(s.Targets, s.Targets[0]) }
	change(first, more)
	change(fmt.Sprint("t", last), more)
	change(fmt.Sprint("t", last-1), func(s *tracker.Spec) {
		s.Where = define(t, "x", `{"where":[{"op":"eq","key":"bet","value":8}]}`).Where()
	})
}
