package group_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/dictrack/dictrack/group"
	"github.com/dictrack/dictrack/internal/match"
	"github.com/dictrack/dictrack/internal/states"
	"github.com/dictrack/dictrack/tracker"
	"github.com/dictrack/dictrack/value"
)

var shapes = []string{
	`{}`, `{"targets":[2,3,1]}`, `{"kind":"sum","key":"v","targets":[5],"loop":true,"carry":true}`, `{"where":[{"op":"eq","key":"k","value":1}]}`,
	`{"where":[{"op":"ge","key":"v","value":2}],"targets":[2],"keep":true}`, `{"limiters":[{"kind":"count","limit":2}],"targets":[9]}`,
	`{"limiters":[{"kind":"time","duration":"5s"}]}`, `{"expire":"4s"}`, `{"limiters":[{"kind":"time","start":3,"end":40}],"targets":[2,9],"expire_at":60}`,
	`{"where":[{"op":"eq","key":"k","value":1},{"op":"gt","key":"v","value":1}],"targets":[1,2],"reset":"all","loop":true}`, `{"kind":"bad"}`,
	`{"limiters":[{"kind":"bad"}]}`, `{"limiters":[{"kind":"time","end":30}],"keep":true,"targets":[1]}`,
}

var messages = []map[string]any{
	{}, {"k": 1}, {"k": 1, "v": 2}, {"v": 12.5}, {"k": 2, "v": "3"}, {"bad": true}, {"k": 1, "v": 3, "bad": true}, {"v": -1},
}

// drive makes the same random calls on a group, on a plain one, and on what a store keeps of the changes.
type drive struct {
	testing.TB
	bytes []byte
	g     *group.Group
	p     *plain
	kept  *shelf
	x     states.Scratch
	now   int64
	made  map[string]*tracker.Definition
}

func (d *drive) roll(sides int) int {
	if len(d.bytes) == 0 {
		return 0
	}
	n := int(d.bytes[0]) % sides
	d.bytes = d.bytes[1:]
	return n
}

func (d *drive) definition(name string) *tracker.Definition {
	shape := shapes[d.roll(len(shapes))]
	if d.made[name+shape] == nil {
		d.made[name+shape] = define(d, name, shape)
	}
	return d.made[name+shape]
}

func (d *drive) name() string { return string(rune('a' + d.roll(6))) }

func (d *drive) bulk() []*tracker.Definition {
	defs, block := make([]*tracker.Definition, 70), 70*d.roll(5)
	for i := range defs {
		defs[i] = d.definition(fmt.Sprint(i + block))
	}
	return defs
}

func (d *drive) call() {
	d.now += []int64{0, 1, 999, 1000, 4000, 9000}[d.roll(6)]
	d.p.lines = nil
	var got []string
	switch d.roll(9) {
	case 0:
		got = d.add([]*tracker.Definition{d.definition(d.name()), d.definition(d.name())})
	case 1:
		got = d.add(d.bulk())
	case 2:
		d.remove(d.name(), d.name())
	case 3:
		d.remove()
	case 4:
		got = d.reset()
	case 5:
		got = d.edit(d.name())
	case 6:
		e := d.g.ApplyTimers(d.now)
		d.p.each(func(o *one) bool { there, _ := d.p.sweep(o, d.now); return there })
		got = lines(&e)
	default:
		got = d.track()
	}
	if strings.Join(got, "\n") != strings.Join(d.p.lines, "\n") {
		d.Fatalf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(d.p.lines, "\n"))
	}
}

func (d *drive) add(defs []*tracker.Definition) []string {
	e, err := d.g.Add(defs, d.now)
	if ok := d.p.add(defs, d.now, false); ok != (err == nil) {
		d.Fatalf("add: %v, want it added: %v", err, ok)
	}
	return lines(&e)
}

// remove removes the named trackers, or about half of them when none is named.
func (d *drive) remove(names ...string) {
	if len(names) == 0 {
		for i, o := range d.p.trackers {
			if i%2 == 0 || d.roll(3) > 0 {
				names = append(names, o.d.Name())
			}
		}
	}
	_, err := d.g.Remove(names, d.now)
	if err != nil {
		return // an unknown name; what is left shows that none is removed
	}
	gone := map[string]bool{}
	for _, name := range names {
		gone[name] = true
	}
	d.p.each(func(o *one) bool { return len(names) > 0 && !gone[o.d.Name()] })
}

func (d *drive) reset() []string {
	policy := tracker.Policy(d.roll(8))
	e, err := d.g.Reset(nil, tracker.ResetOptions{Policy: policy}, d.now)
	d.p.each(func(o *one) bool {
		s, events, _ := o.d.Reset(o.s, tracker.ResetOptions{Policy: policy}, d.now, nil)
		d.p.took(o, s, events)
		return true
	})
	if err != nil {
		d.Fatal(err)
	}
	return lines(&e)
}

func (d *drive) edit(name string) []string {
	revise := d.roll(2) == 1
	change := func(def *tracker.Definition, s tracker.State) (*tracker.Definition, tracker.State, []tracker.Event, error) {
		if revise {
			next, err := def.WithSpec(s, custom, func(spec *tracker.Spec) { spec.Targets = append(spec.Targets, spec.Targets[0]) })
			return next, s, nil, err
		}
		s, events, err := def.SetProgress(s, def.Spec().Targets[0], d.now, nil)
		return def, s, events, err
	}
	e, err := d.g.Edit(name, d.now, change)
	d.p.each(func(o *one) bool {
		if o.d.Name() != name {
			return true
		}
		def, s, events, wrong := change(o.d, o.s)
		if (err == nil) != (wrong == nil) {
			d.Fatalf("edit: %v, want %v", err, wrong)
		}
		if wrong == nil {
			o.d = def
			d.p.took(o, s, events)
		}
		return !s.Completed || def == nil || def.Keep()
	})
	return lines(&e)
}

func (d *drive) track() []string {
	data := messages[d.roll(len(messages))]
	c := &group.TrackRequest{Data: match.Data{Map: data}, Now: d.now, Compile: states.Compile, Scratch: &d.x}
	if d.roll(2) == 1 {
		text, err := value.AppendCanonical(nil, data)
		if err != nil {
			d.Fatal(err)
		}
		c.Data = match.Data{JSON: text}
	}
	if d.roll(3) == 0 {
		c.Template = []*tracker.Definition{d.definition("a"), d.definition("x"), d.definition("y")}
	}
	d.template(c)
	explanations, err := d.g.Explain(c)
	if err != nil {
		d.Fatal(err)
	}
	e, err := d.g.Track(c)
	if err != nil {
		d.Fatal(err)
	}
	if got, want := explained(explanations), done(&e); got != want {
		d.Fatalf("explained\n%s\nhappened\n%s", got, want)
	}
	d.p.track(data, d.now)
	got := lines(&e)
	for _, f := range e.Failures {
		d.p.lines = without(d.p.lines, "failed "+f.Tracker+" ")
	}
	return got
}

// without drops the one line of the prefix: that a tracker failed.
func without(lines []string, prefix string) []string {
	for i, line := range lines {
		if strings.HasPrefix(line, prefix) {
			return append(lines[:i:i], lines[i+1:]...)
		}
	}
	return append(lines, "no line for the failure: "+prefix)
}

func (d *drive) template(c *group.TrackRequest) {
	if d.g.Initialized() {
		return
	}
	for _, def := range c.Template {
		d.p.add([]*tracker.Definition{def}, d.now, true)
	}
}

// FuzzGroup: whatever the calls, a group does what the plain rules say, and a store that keeps its changes reads it back.
func FuzzGroup(f *testing.F) {
	f.Add([]byte("\x00\x07\x00\x00\x01\x00\x00\x00\x00\x08\x02\x01\x03\x04"))
	many := make([]byte, 0, 900)
	for i := range 900 {
		many = append(many, byte(i*i>>2^i*11))
	}
	f.Add(many)
	f.Add(many[300:])
	f.Add([]byte(strings.Repeat("\x00\x01\x05\x03\x00\x07\x03\x01\x01", 30)))
	f.Fuzz(func(t *testing.T, bytes []byte) {
		play(t, bytes)
	})
}

func play(t testing.TB, bytes []byte) {
	d := &drive{TB: t, bytes: bytes, g: group.New("g", 3), p: &plain{}, made: map[string]*tracker.Definition{}}
	d.kept = newShelf(t, d.g)
	for len(d.bytes) > 0 {
		d.g.BeginChange()
		for range 1 + d.roll(3) {
			d.call()
		}
		if c := d.g.EndChange(); c != nil {
			d.kept.commit(c)
		}
		d.same()
		if d.roll(12) == 0 {
			d.g = d.kept.load()
		}
	}
}

// TestRandomCalls is FuzzGroup over long random plays, in which groups come to have hundreds of trackers.
func TestRandomCalls(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	for range 12 {
		bytes := make([]byte, 3000)
		for i := range bytes {
			bytes[i] = byte(r.Uint32())
		}
		play(t, bytes)
	}
}

// same fails unless the group's trackers are those of the plain one, and what a store reads back.
func (d *drive) same() {
	snaps, err := d.g.Snapshots()
	if err != nil || len(snaps) != len(d.p.trackers) || d.g.Len() != len(snaps) {
		d.Fatalf("%d trackers, want %d: %v", len(snaps), len(d.p.trackers), err)
	}
	for i, o := range d.p.trackers {
		if got, want := show(snaps[i]), show(o.d.Snapshot("g", o.s)); got != want {
			d.Fatalf("tracker %d is\n%s\nwant\n%s", i, got, want)
		}
		if due := o.d.Due(&o.s); due > d.now && due < d.g.Due() {
			d.Fatalf("tracker %d is due at %d, the group only at %d", i, due, d.g.Due())
		}
	}
	d.kept.same(d.g)
}

func show(s tracker.Snapshot) string {
	id := s.Definition.ID()
	s.Definition = nil
	return fmt.Sprintf("%+v %v", s, id)
}
