package robustness

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/dictrack/dictrack"
	"github.com/dictrack/dictrack/limiter"
	"github.com/dictrack/dictrack/tests/robustness/oracle"
	"github.com/dictrack/dictrack/tracker"
)

// operate does one operation by chance on both, and compares the answers. want gets the oracle's events by group.
func (m *model) operate(want map[string][]string) error {
	name := m.one("g", "g", "h", "k").(string)
	switch n := m.IntN(100); {
	case n < 40:
		return m.track(name, want)
	case n < 52:
		return m.batch(want)
	case n < 66:
		return m.agree(name, want, m.add)
	case n < 72:
		return m.agree(name, want, m.remove)
	case n < 78:
		return m.agree(name, want, m.reset)
	case n < 87:
		return m.agree(name, want, m.update)
	case n < 94:
		return m.sweep(want)
	case n < 95:
		m.say("flush")
		m.world.Groups = map[string]*oracle.Group{}
		return m.m.Flush(m.ctx, dictrack.FlushEverything)
	}
	if m.store == nil {
		return nil
	}
	m.say("open anew")
	return m.open()
}

// agree does a change by hand on both; the errors must be the same.
func (m *model) agree(name string, want map[string][]string, do func(string) (oracle.Answer, error)) error {
	answer, err := do(name)
	m.sum[answer.Error]++
	if has := errorName(err); has != answer.Error {
		return fmt.Errorf("error %q, want %q", has, answer.Error)
	}
	want[name] = append(want[name], answer.Events...)
	return nil
}

// input is a call of Track by chance.
func (m *model) input(name string) dictrack.Message {
	in := dictrack.Message{Group: name, Data: m.data(), ID: m.one("", "", "", "1", "2", "3", "4").(string)}
	if in.ID != "" { // the same data most of the time
		in.Data = map[string]any{"a": int64(1), "s": "ab", "v": in.ID}
		if m.in(8) {
			in.Data["v"] = "0"
		}
	}
	if m.in(8) {
		in.Time = time.UnixMilli(m.now + 250*int64(m.IntN(9)) - 1000)
	}
	if m.in(3) {
		in.JSON, _ = json.Marshal(in.Data)
		in.JSON = []byte(strings.ReplaceAll(string(in.JSON), `"a":1,`, `"a": 1.0 ,`))
	}
	return in
}

// sent is a message as it is sent: the oracle knows both forms of its data, the Manager gets one.
func sent(in dictrack.Message) dictrack.Message {
	if in.JSON != nil {
		in.Data = nil
	}
	return in
}

func (m *model) track(name string, want map[string][]string) error {
	in := m.input(name)
	m.say("track %s %v id %q at %v json %s", name, in.Data, in.ID, in.Time.UnixMilli(), in.JSON)
	var out dictrack.BatchResult
	out.Err = m.m.TrackInto(m.ctx, sent(in), &out.Result)
	return m.onAnswer(&in, &out, want)
}

func (m *model) batch(want map[string][]string) error {
	inputs := make([]dictrack.Message, 1+m.IntN(6))
	for i := range inputs {
		inputs[i] = m.input(m.one("g", "g", "h", "k").(string))
		m.say("batch %s %v id %q at %v", inputs[i].Group, inputs[i].Data, inputs[i].ID, inputs[i].Time.UnixMilli())
	}
	given := make([]dictrack.Message, len(inputs))
	for i := range given {
		given[i] = sent(inputs[i])
	}
	outputs := m.m.TrackBatch(m.ctx, given)
	for i := range inputs {
		if err := m.onAnswer(&inputs[i], &outputs[i], want); err != nil {
			return fmt.Errorf("input %d: %w", i, err)
		}
	}
	return nil
}

// onAnswer compares an answer of Track with the oracle's.
func (m *model) onAnswer(in *dictrack.Message, out *dictrack.BatchResult, want map[string][]string) error {
	now := m.now
	if !in.Time.IsZero() {
		now = in.Time.UnixMilli()
	}
	var names []string
	for _, t := range m.world.Group(in.Group).Trackers {
		names = append(names, t.Name)
	}
	answer := m.world.Track(in.Group, in.Data, now, m.now, in.ID)
	m.sum[answer.Error]++
	if answer.Duplicate {
		m.sum["duplicate"]++
	}
	if has := errorName(out.Err); has != answer.Error {
		return fmt.Errorf("error %q, want %q", has, answer.Error)
	}
	if out.Err != nil {
		return nil
	}
	if out.Duplicate != answer.Duplicate {
		return fmt.Errorf("duplicate %v, want %v", out.Duplicate, answer.Duplicate)
	}
	for _, name := range append(names, "m0", "m1") {
		if has, said := out.Outcome(name).String(), answer.Outcomes[name]; has != said && (has != "same" || said != "") {
			return fmt.Errorf("outcome of %s %q, want %q", name, has, said)
		}
	}
	var events []string
	for _, e := range out.Events() {
		events = append(events, eventLine(&e))
	}
	if diff := diffLines("event of the result", events, answer.Events); diff != "" {
		return fmt.Errorf("%s", diff)
	}
	want[in.Group] = append(want[in.Group], answer.Events...)
	if answer.Duplicate {
		return nil
	}
	return m.version(in.Group, out.Version)
}

// name is the name of a tracker: of one that the group has, most of the time.
func (m *model) name(group string) string {
	if all := m.world.Group(group).Trackers; len(all) > 0 && !m.in(4) {
		return all[m.IntN(len(all))].Name
	}
	return fmt.Sprint(m.one("t", "t", "t", "m"), m.IntN(6))
}

func (m *model) add(name string) (oracle.Answer, error) {
	var defs []map[string]any
	for range m.IntN(4) {
		defs = append(defs, m.definition(fmt.Sprint("t", m.IntN(6)), m.now/1000))
	}
	m.say("add %s %v", name, defs)
	return m.world.Add(name, m.now, defs...), m.m.Add(m.ctx, name, specs(defs)...)
}

func (m *model) remove(name string) (oracle.Answer, error) {
	if m.in(6) {
		m.say("remove all of %s", name)
		return m.world.Remove(name), m.m.RemoveAll(m.ctx, name)
	}
	names := []string{m.name(name), m.name(name)}[:1+m.IntN(2)]
	m.say("remove %s %v", name, names)
	return m.world.Remove(name, names...), m.m.Remove(m.ctx, name, names...)
}

func (m *model) reset(name string) (oracle.Answer, error) {
	var by tracker.ResetOptions
	var as oracle.Reset
	if m.in(2) {
		as.Policy = m.one("none", "progress", "limiter", "all", []any{"stage", "progress"}, []any{"all", "stage"})
		p, err := tracker.ParsePolicy(as.Policy)
		if err != nil {
			return oracle.Answer{}, err
		}
		by.Policy = p
	}
	if m.in(3) {
		n := int64(m.IntN(5)) - 1
		by.Limit, as.Limit = limiter.NewLimit(n), &n
	}
	if m.in(3) {
		as.Duration = int64(1 + m.IntN(9))
		by.Duration = time.Duration(as.Duration) * time.Second
	}
	if m.in(5) {
		m.say("reset all of %s %+v", name, as)
		return m.world.Reset(name, as, m.now), m.m.ResetAll(m.ctx, name, by)
	}
	one := m.name(name)
	m.say("reset %s %s %+v", name, one, as)
	return m.world.Reset(name, as, m.now, one), m.m.Reset(m.ctx, name, by, one)
}

func (m *model) update(name string) (oracle.Answer, error) {
	one := m.name(name)
	var edit dictrack.UpdateOption
	var change oracle.Change
	switch kind := m.IntN(6); kind {
	case 0:
		n := m.one(int64(0), int64(1), int64(4), int64(20), int64(-2)).(int64)
		edit, change = dictrack.SetProgress(n), oracle.SetProgress(n)
		m.say("update %s %s progress %d", name, one, n)
	case 1:
		n := m.one(int64(1), int64(9), int64(0)).(int64)
		edit, change = dictrack.AddTargets(n), oracle.AddTargets([]any{n})
		m.say("update %s %s targets %d", name, one, n)
	case 2:
		on := m.in(2)
		edit, change = dictrack.SetLoop(on), oracle.SetLoop(on)
		m.say("update %s %s loop %v", name, one, on)
	case 3:
		to := m.one("none", "progress", "limiter", "all", "stage")
		p, _ := tracker.ParsePolicy(to)
		edit, change = dictrack.SetReset(p), oracle.SetReset(to)
		m.say("update %s %s reset %v", name, one, to)
	default:
		at := m.now + 250*int64(m.IntN(40))
		edit, change = dictrack.SetExpireAt(time.UnixMilli(at)), oracle.SetExpiry(at)
		if kind == 5 {
			edit, change = dictrack.SetNoExpiry(), oracle.SetExpiry(0)
		}
		m.say("update %s %s expire at %d (%d)", name, one, at, kind)
	}
	return m.world.Update(name, one, m.now, change), m.m.Update(m.ctx, name, one, edit)
}

// sweep sweeps, a few times while the clock goes on and nothing else happens.
func (m *model) sweep(want map[string][]string) error {
	for range 1 + m.IntN(3) {
		m.now += 250 * int64(m.IntN(30))
		m.say("sweep")
		for _, name := range m.names {
			want[name] = append(want[name], m.world.Sweep(name, m.now)...)
		}
		if err := m.m.Sweep(m.ctx); err != nil {
			return err
		}
	}
	return nil
}
