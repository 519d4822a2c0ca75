package group_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"runtime"
	"testing"

	"github.com/dictrack/dictrack/condition"
	"github.com/dictrack/dictrack/decimal"
	"github.com/dictrack/dictrack/group"
	"github.com/dictrack/dictrack/internal/match"
	"github.com/dictrack/dictrack/internal/states"
	"github.com/dictrack/dictrack/tracker"
)

// pool makes definitions as a Manager does: equal ones are one.
type pool struct {
	testing.TB
	made  map[string]*tracker.Definition
	games [3]condition.Condition
	bets  [41]condition.Condition
	sets  map[match.Key]*states.Program

	paths        map[string]*match.Paths
	dictionaries map[string]*match.Dictionary
	rules        map[string]*states.RuleList
}

func newPool(b testing.TB) *pool {
	p := &pool{
		TB: b, made: map[string]*tracker.Definition{}, sets: map[match.Key]*states.Program{}, paths: map[string]*match.Paths{},
		dictionaries: map[string]*match.Dictionary{}, rules: map[string]*states.RuleList{},
	}
	for i := range p.games {
		p.games[i] = condition.Eq("game", string(rune('a'+i)))
	}
	for i := range p.bets {
		p.bets[i] = condition.Ge("bet", 100+10*i)
	}
	return p
}

// tracker is number i of W: a count or a sum of the bets on one game from a least bet on.
func (p *pool) tracker(i, game, bet int) *tracker.Definition {
	key := fmt.Sprint(i, game, bet)
	if d := p.made[key]; d != nil {
		return d
	}
	spec := tracker.Spec{
		Name: fmt.Sprint("t", i), Kind: tracker.KindCount, Targets: []decimal.Decimal{decimal.FromInt(1 << 60)},
		Where: []condition.Condition{p.games[game], p.bets[bet]},
	}
	if i%2 == 1 {
		spec.Kind, spec.Key = tracker.KindSum, "bet"
	}
	d, err := tracker.New(spec, nil)
	if err != nil {
		p.Fatal(err)
	}
	p.made[key] = d
	return d
}

func (p *pool) list(n int, r *rand.Rand) []*tracker.Definition {
	defs := make([]*tracker.Definition, n)
	for i := range defs {
		defs[i] = p.tracker(i, r.IntN(3), r.IntN(41))
	}
	return defs
}

func (p *pool) compile(under *states.Program, defs []*tracker.Definition) *states.Program {
	key := states.KeyOf(under, defs)
	if p.sets[key] == nil {
		p.sets[key] = states.CompileShared(key, under, defs, p)
	}
	return p.sets[key]
}

// Paths implements match.Interner.
func (p *pool) Paths(key string, build func() *match.Paths) *match.Paths {
	return shareOf(p.paths, key, build)
}

// Dictionary implements match.Interner.
func (p *pool) Dictionary(key string, build func() *match.Dictionary) *match.Dictionary {
	return shareOf(p.dictionaries, key, build)
}

// Rules implements states.Interner.
func (p *pool) Rules(key string, build func() *states.RuleList) *states.RuleList {
	return shareOf(p.rules, key, build)
}

func shareOf[V any](known map[string]*V, key string, build func() *V) *V {
	if known[key] == nil {
		known[key] = build()
	}
	return known[key]
}

func (p *pool) wagers() []match.Data {
	r := rand.New(rand.NewPCG(5, 6))
	texts := make([]match.Data, 1024)
	for i := range texts {
		texts[i].JSON = fmt.Appendf(nil, `{"group_id":"10000123","bet":%d,"game":"%c"}`, 100+r.IntN(401), 'a'+r.IntN(3))
	}
	return texts
}

// BenchmarkTrackGroups is W(100) as groups see it: a message for a random one of 1,000 groups with trackers of their own,
// and of as many that share a template.
func BenchmarkTrackGroups(b *testing.B) {
	for _, name := range []string{"own", "template"} {
		b.Run(name, func(b *testing.B) {
			p, r := newPool(b), rand.New(rand.NewPCG(1, 2))
			groups, template, texts := make([]*group.Group, 1000), p.list(100, r), p.wagers()
			c := group.TrackRequest{Compile: p.compile, Scratch: &states.Scratch{}, Now: 1}
			for i := range groups {
				groups[i] = p.filled(template, name == "own", r, c)
			}
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				c.Data = texts[i&1023]
				e, err := groups[i*7919%len(groups)].Track(&c)
				if err != nil || !e.Changed && len(e.Packed) > 0 {
					b.Fatal(err)
				}
			}
		})
	}
}

// filled is a group that had its first data.
func (p *pool) filled(template []*tracker.Definition, own bool, r *rand.Rand, c group.TrackRequest) *group.Group {
	g := group.New("10000123", 0)
	c.Template, c.Data = template, match.Data{JSON: []byte(`{"bet":317,"game":"b"}`)}
	if own {
		c.Template = p.list(100, r)
	}
	if _, err := g.Track(&c); err != nil {
		p.Fatal(err)
	}
	return g
}

// BenchmarkMemory is what groups of 100 trackers take, without their definitions and what holds the groups: with
// trackers of their own, and with one template.
func BenchmarkMemory(b *testing.B) {
	for name, n := range map[string]int{"own": 10_000, "template": 100_000} {
		b.Run(fmt.Sprintf("%s=%d", name, n), func(b *testing.B) {
			n := reduced(n)
			p, r := newPool(b), rand.New(rand.NewPCG(1, 2))
			for i := range 100 {
				for k := range 3 * 41 {
					p.tracker(i, k%3, k/3)
				}
			}
			c := group.TrackRequest{Compile: p.compile, Scratch: &states.Scratch{}, Now: 1}
			for b.Loop() {
				template := p.list(100, r)
				before := heap()
				groups := make([]*group.Group, n)
				for i := range groups {
					groups[i] = p.filled(template, name == "own", r, c)
				}
				b.ReportMetric(float64(heap()-before)/float64(n)/100, "bytes/tracker")
				runtime.KeepAlive(groups)
				clear(p.sets)
			}
		})
	}
}

// reduced is how many groups or trackers a load of n has: n, or few when DICTRACK_BENCH says small, for loads that are
// only to be seen working under their names.
func reduced(n int) int {
	if os.Getenv("DICTRACK_BENCH") == "small" {
		return min(n, 1000)
	}
	return n
}

func heap() uint64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// BenchmarkAdd is one tracker more, and the next data, for a group of n; the trackers ask for two scalars each.
func BenchmarkAdd(b *testing.B) {
	for _, n := range []int{100, 10_000, 1_000_000} {
		b.Run(fmt.Sprintf("trackers=%d", n), func(b *testing.B) {
			n := reduced(n)
			g := group.New("g", 0)
			if _, err := g.Add(apart(b, 0, n), 0); err != nil {
				b.Fatal(err)
			}
			c := group.TrackRequest{Compile: states.Compile, Scratch: &states.Scratch{}, Now: 1, Data: match.Data{JSON: []byte(`{"bet":317,"game":"b"}`)}}
			if _, err := g.Track(&c); err != nil {
				b.Fatal(err)
			}
			more := apart(b, n, 20_000)
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				d := more[i%len(more)]
				if _, err := g.Add([]*tracker.Definition{d}, 0); err != nil {
					b.Fatal(err)
				}
				if _, err := g.Track(&c); err != nil {
					b.Fatal(err)
				}
				if i%len(more) == len(more)-1 {
					b.StopTimer()
					more = apart(b, n+i+1, len(more))
					b.StartTimer()
				}
			}
		})
	}
}

// apart are trackers of two scalars each, no two of them the same.
func apart(b testing.TB, from, n int) []*tracker.Definition {
	defs := make([]*tracker.Definition, n)
	for i := range defs {
		d, err := tracker.New(tracker.Spec{
			Name: fmt.Sprint("t", from+i), Kind: tracker.KindCount, Targets: []decimal.Decimal{decimal.FromInt(1 << 60)},
			Where: []condition.Condition{condition.Eq("bet", (from+i)%1000), condition.Eq("game", fmt.Sprint("g", (from+i)/1000))},
		}, nil)
		if err != nil {
			b.Fatal(err)
		}
		defs[i] = d
	}
	return defs
}
