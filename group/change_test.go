package group_test

import (
	"fmt"
	"testing"

	"github.com/dictrack/dictrack/group"
	"github.com/dictrack/dictrack/internal/states"
	"github.com/dictrack/dictrack/limiter"
	"github.com/dictrack/dictrack/record"
	"github.com/dictrack/dictrack/tracker"
)

// parts are the chunks of a change: "index" or "index laid out".
func parts(c *group.Pending) string {
	text := ""
	for _, part := range c.Encode().Chunks {
		text += fmt.Sprint(part.Index, " ")
		if part.Layout != nil {
			text += fmt.Sprintf("(%d) ", len(part.Layout))
		}
	}
	return text
}

// numberedDefs makes trackers t0, t1 and so on, that match n = their number.
func numberedDefs(t testing.TB, from, to int, fields string) []*tracker.Definition {
	t.Helper()
	var defs []*tracker.Definition
	for i := from; i < to; i++ {
		defs = append(defs, define(t, fmt.Sprint("t", i), fmt.Sprintf(`{"where":[{"op":"eq","key":"n","value":%d}],%s}`, i, fields)))
	}
	return defs
}

// A change holds the chunks that changed and no other, and their layout only where that changed too.
func TestChangeHoldsWhatChanged(t *testing.T) {
	g := group.New("g", 7)
	kept := newShelf(t, g)
	steps := []struct {
		name string
		do   func()
		want string
		defs int
	}{
		{"add 300", func() { add(t, g, 0, numberedDefs(t, 0, 300, `"targets":[1,5]`)...) }, "0 (128) 1 (128) 2 (44) ", 300},
		{"the first data", func() { track(t, g, `{}`, 0) }, "", 0},
		{"a step", func() { track(t, g, `{"n":200}`, 0) }, "1 ", 0},
		{"two calls in one", func() { track(t, g, `{"n":299}`, 0); track(t, g, `{"n":3}`, 0) }, "0 2 ", 0},
		{"add one", func() { add(t, g, 0, define(t, "more", `{}`)) }, "2 (45) ", 45},
		{"a step, then add", func() { track(t, g, `{"n":299}`, 0); add(t, g, 0, define(t, "most", `{}`)) }, "2 (46) ", 46},
		{"remove", func() { remove(t, g, "t5", "t130") }, "0 1 ", 0},
		{"edit the state", func() { edit(t, g, "t6", nil) }, "0 ", 0},
		{"edit the definition", func() { edit(t, g, "t7", func(s *tracker.Spec) { s.Keep = true }) }, "0 (128) ", 128},
		{"reset", func() { reset(t, g, "t131") }, "1 ", 0},
		{"an id without a step", func() { commit(t, g, `{}`) }, "2 ", 0}, // more and most match all
	}
	for _, step := range steps {
		t.Run(step.name, func(t *testing.T) {
			g.BeginChange()
			step.do()
			c := g.EndChange()
			if c == nil {
				t.Fatal("no change")
			}
			if got := parts(c); got != step.want || len(c.Encode().Definitions) != step.defs || c.Group != "g" {
				t.Errorf("chunks %q with %d definitions, want %q with %d", got, len(c.Encode().Definitions), step.want, step.defs)
			}
			kept.commit(c)
			kept.same(g)
		})
	}
}

func remove(t testing.TB, g *group.Group, names ...string) {
	t.Helper()
	if _, err := g.Remove(names, 0); err != nil {
		t.Fatal(err)
	}
}

func reset(t testing.TB, g *group.Group, names ...string) {
	t.Helper()
	if _, err := g.Reset(names, tracker.ResetOptions{}, 0); err != nil {
		t.Fatal(err)
	}
}

func edit(t testing.TB, g *group.Group, name string, change func(*tracker.Spec)) {
	t.Helper()
	_, err := g.Edit(name, 0, func(d *tracker.Definition, s tracker.State) (*tracker.Definition, tracker.State, []tracker.Event, error) {
		if change == nil {
			return d, s.WithExpiry(99 * second), nil, nil
		}
		next, err := d.WithSpec(s, custom, change)
		return next, s, nil, err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func commit(t testing.TB, g *group.Group, text string) {
	t.Helper()
	c := call(text, 0)
	c.Commit = true
	if _, err := g.Track(c); err != nil {
		t.Fatal(err)
	}
}

// A definition that comes twice is given once.
func TestDefinitionsAreGivenOnce(t *testing.T) {
	a := define(t, "a", `{}`)
	g := group.New("g", 0)
	g.BeginChange()
	add(t, g, 0, a)
	remove(t, g, "a")
	add(t, g, 0, a)
	if c := g.EndChange(); c.Count != 2 || len(c.Encode().Definitions) != 1 {
		t.Errorf("%d indexes with %d definitions", c.Count, len(c.Encode().Definitions))
	}
}

// Groups with the same trackers share one compiled set, and go on apart.
func TestGroupsThatShareASetGoOnApart(t *testing.T) {
	var set *states.Program
	share := func(under *states.Program, defs []*tracker.Definition) *states.Program {
		if under != nil {
			return states.Compile(under, defs)
		}
		if set == nil || set.Len() != len(defs) {
			set = states.Compile(nil, append(make([]*tracker.Definition, 0, 99), defs...))
		}
		return set
	}
	defs := defineAll(t, `{"targets":[9]}`, "a", "b")
	groups := []*group.Group{filled(t, defs...), filled(t, defs...)}
	for i, g := range groups {
		for n := range 3 {
			c := call(`{}`, 0)
			c.Compile = share
			if _, err := g.Track(c); err != nil {
				t.Fatal(i, n, err)
			}
		}
	}
	add(t, groups[0], 0, define(t, "x", `{}`))
	add(t, groups[1], 0, define(t, "y", `{}`))
	edit(t, groups[1], "a", func(s *tracker.Spec) { s.Keep = true })
	equal(t, "the first", look(t, groups[0]), "a 1/1 3, b 1/1 3, x 1/1 0")
	equal(t, "the second", look(t, groups[1]), "a 1/1 3, b 1/1 3, y 1/1 0")
	if groups[0].Definitions()[0].Keep() || set.Len() != 2 || set.Definitions()[0].Keep() {
		t.Error("an edit of one group reached the other")
	}
}

func TestNothingChangedIsNoChange(t *testing.T) {
	g := filled(t, define(t, "a", `{"where":[{"op":"exists","key":"x"}]}`))
	track(t, g, `{}`, 0)
	g.BeginChange()
	if g.Pending() == nil {
		t.Error("not recording")
	}
	track(t, g, `{}`, 0)
	g.ApplyTimers(9 * second)
	if _, err := g.Reset([]string{"x"}, tracker.ResetOptions{}, 0); err == nil {
		t.Error("reset nobody")
	}
	if c := g.EndChange(); c != nil {
		t.Errorf("change %+v", c)
	}
	if g.Pending() != nil || g.EndChange() != nil {
		t.Error("still recording")
	}
	track(t, g, `{"x":1}`, 0) // not recorded: costs and does nothing more
}

// Trackers that come and go leave indexes behind, which are dropped before they are the most: the order stays, and so does
// what a store reads back.
func TestCompaction(t *testing.T) {
	g := group.New("g", 0)
	kept := newShelf(t, g)
	apply := func(do func()) {
		t.Helper()
		g.BeginChange()
		do()
		if c := g.EndChange(); c != nil {
			kept.commit(c)
		}
		kept.same(g)
	}
	apply(func() { add(t, g, 0, define(t, "first", `{}`)) })
	most := 0
	for i := range 40 {
		from := i * 30
		apply(func() { add(t, g, 0, numberedDefs(t, from, from+30, `"targets":[2]`)...) })
		apply(func() { track(t, g, fmt.Sprintf(`{"n":%d}`, from+7), 0) })
		apply(func() {
			track(t, g, fmt.Sprintf(`{"n":%d}`, from+7), 0)
			for n := range 29 {
				if n != 7 {
					remove(t, g, fmt.Sprint("t", from+n))
				}
			}
		})
		most = max(most, len(kept.layout()))
	}
	if g.Len() != 40 { // first completed on the way
		t.Errorf("%d trackers are left: %s", g.Len(), look(t, g))
	}
	if most > 40+2*64+60 {
		t.Errorf("up to %d indexes for at most 71 trackers", most)
	}
	for i := range 40 {
		if d := g.Definitions()[i]; d.Name() != fmt.Sprint("t", i*30+29) {
			t.Fatalf("tracker %d is %s", i, d.Name())
		}
	}
}

// Places are dropped only together with a change that says so.
func TestCompactionIsAlwaysTold(t *testing.T) {
	g := group.New("g", 0)
	kept := newShelf(t, g)
	for _, do := range []func(){
		func() { add(t, g, 0, numberedDefs(t, 0, 200, `"targets":[2]`)...) },
		func() { remove(t, g, numbered(0, 150)...) },
		func() { add(t, g, 0) }, // none
		func() { track(t, g, `{"n":160}`, 0) },
		func() { add(t, g, 0, define(t, "x", `{}`)) },
		func() { add(t, g, 0, numberedDefs(t, 200, 800, `"targets":[2]`)...) },
		func() { remove(t, g, numbered(200, 600)...) },
		func() { add(t, g, 0, define(t, "y", `{}`)) }, // drops indexes before the last chunk too
		func() { track(t, g, `{"n":160}`, 0) },
	} {
		g.BeginChange()
		do()
		if c := g.EndChange(); c != nil {
			kept.commit(c)
		}
		kept.same(g)
	}
}

// Due is what a store looks groups up by: never later than what happens next. Earlier it may be, until the
// next sweep.
func TestDueFollowsTheTrackers(t *testing.T) {
	g := filled(t, define(t, "soon", `{"expire":"5s"}`), define(t, "later", `{"expire":"9s"}`), define(t, "window", `{"limiters":[{"kind":"time","end":3}],"targets":[1]}`))
	for _, step := range []struct {
		name string
		do   func()
		due  int64
	}{
		{"at first", func() {}, 4 * second},
		{"the window's tracker is done", func() { track(t, g, `{}`, 0) }, 5 * second},
		{"soon is removed", func() { remove(t, g, "soon") }, 9 * second},
		{"later lives longer", func() { edit(t, g, "later", nil) }, 99 * second},
		{"later is removed", func() { remove(t, g, "later") }, limiter.Never},
	} {
		step.do()
		if g.Due() > step.due {
			t.Errorf("%s: due %d, want no later than %d", step.name, g.Due(), step.due)
		}
	}
	g.ApplyTimers(4 * second)
	if g.Due() != limiter.Never {
		t.Errorf("after a sweep: due %d, want never", g.Due())
	}
}

// The clock may ask for a group that a flush has taken away: nothing must come of it.
func TestSweepOfAGroupNobodyKnows(t *testing.T) {
	g, err := group.Restore(&record.Group{Name: "g", Version: 9}, nil)
	if err != nil {
		t.Fatal(err)
	}
	g.BeginChange()
	if e := g.ApplyTimers(5 * second); e.Changed || g.EndChange() != nil || g.Version() != 9 || g.Exists() {
		t.Errorf("changed %v, version %d, exists %v", e.Changed, g.Version(), g.Exists())
	}
}

func TestRestoreRefuses(t *testing.T) {
	a := define(t, "a", `{}`)
	for name, states := range map[string]string{"too few bytes": "\x00", "too many": "\x00\x07\x00", "no state": "\xff\x00", "nothing": ""} {
		if g, err := group.Restore(&record.Group{Name: "g", States: []byte(states)}, []*tracker.Definition{a}); err == nil || g != nil {
			t.Errorf("%s: %v, %v", name, g, err)
		}
	}
	g, err := group.Restore(&record.Group{Name: "g", Version: 9, Initialized: true}, nil)
	if err != nil || g.Version() != 9 || !g.Exists() || g.Len() != 0 {
		t.Errorf("a group without trackers: %v", err)
	}
}

// What is recorded in a recycled change is what would be recorded in a new one, whatever the sizes.
func TestRecycledChange(t *testing.T) {
	g, other := filled(t, numberedDefs(t, 0, 300, `"targets":[100000]`)...), filled(t, numberedDefs(t, 0, 300, `"targets":[100000]`)...)
	spare := &group.Pending{}
	for _, n := range []string{`1`, `299`, `2`, `150`, `1`} {
		g.BeginChangeIn(spare)
		other.BeginChange()
		for range 200 {
			track(t, g, `{"n":`+n+`}`, 0)
			track(t, other, `{"n":`+n+`}`, 0)
		}
		spare = g.EndChange()
		equal(t, "chunks", fmt.Sprint(spare.Encode().Chunks), fmt.Sprint(other.EndChange().Encode().Chunks))
		spare.AllowReuse()
	}
}
