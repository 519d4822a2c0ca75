package group_test

import (
	"fmt"

	"github.com/dictrack/dictrack/group"
	"github.com/dictrack/dictrack/tracker"
)

// plain is a group by the plainest rules: a list of trackers, each of which is asked about everything.
type plain struct {
	trackers []one
	lines    []string // what happened in the last call
}

type one struct {
	d *tracker.Definition
	s tracker.State
}

func (p *plain) add(defs []*tracker.Definition, now int64, allowElapsed bool) bool {
	fresh := make([]one, len(defs))
	for i, d := range defs {
		for _, other := range append(p.trackers, fresh[:i]...) {
			if other.d.Name() == d.Name() {
				return false
			}
		}
		s, err := d.Start(now, allowElapsed)
		if err != nil {
			return false
		}
		fresh[i] = one{d, s}
	}
	p.trackers = append(p.trackers, fresh...)
	return true
}

// each goes over all trackers; those for which it answers false are gone.
func (p *plain) each(keep func(o *one) bool) {
	kept := p.trackers[:0:0]
	for _, o := range p.trackers {
		if keep(&o) {
			kept = append(kept, o)
		}
	}
	p.trackers = kept
}

func (p *plain) eventNames(o *one, what any) {
	p.lines = append(p.lines, fmt.Sprintf("%v %s %v %d", what, o.d.Name(), o.s.Progress, o.s.Stage))
}

func (p *plain) took(o *one, s tracker.State, events []tracker.Event) {
	o.s = s
	for _, e := range events {
		p.eventNames(&one{o.d, e.State}, e.Kind)
	}
}

// sweep tells whether the tracker is still there, and may take data.
func (p *plain) sweep(o *one, now int64) (there, open bool) {
	if o.s.Expired(now) {
		p.eventNames(o, tracker.EventExpired)
		return false, false
	}
	s, limited, events := o.d.Tick(o.s, now, nil)
	p.took(o, s, events)
	return true, !limited
}

func (p *plain) track(data map[string]any, now int64) {
	p.each(func(o *one) bool {
		there, open := p.sweep(o, now)
		if !open || !matches(o.d, data) {
			return there
		}
		if data["bad"] == true && o.d.Kind() == "bad" {
			p.eventNames(o, "failed")
			return true
		}
		in := tracker.Input{Data: data}
		for _, p := range o.d.Paths() {
			v := p.Path.Lookup(data)
			in.Values = append(in.Values, &v)
		}
		s, _, events := o.d.Step(o.s, in, now, nil)
		p.took(o, s, events)
		return !s.Completed || o.d.Keep()
	})
}

func matches(d *tracker.Definition, data map[string]any) bool {
	for i := range d.Where() {
		if !d.Where()[i].Match(data) {
			return false
		}
	}
	return true
}

// lines is an effect in the words of plain.
func lines(e *group.Result) []string {
	p := plain{}
	for _, event := range e.Events {
		if event.Kind != tracker.EventAdded && event.Kind != tracker.EventRemoved {
			p.eventNames(&one{event.Definition, event.State}, event.Kind)
		}
	}
	return p.lines
}
