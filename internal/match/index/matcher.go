package index

import (
	"slices"

	"github.com/dictrack/dictrack/internal/match/predicate"
	"github.com/dictrack/dictrack/value"
)

// Matcher matches data against indexes. It is working memory, used by one goroutine at a time.
type Matcher struct {
	index      *Index
	dictionary *predicate.Dictionary
	evaluator  *predicate.Evaluator
	hits       hits

	scalars []int32   // by slot: the dictionary's number of the value there
	numbers []float64 // by slot: the number there; NaN for none
	items   []int32
}

// Match appends the trackers of x that match to list, as their index plus offset, in order. Slots is the number of
// slots, trackers how many x has.
func (m *Matcher) Match(
	x *Index, dictionary *predicate.Dictionary, e *predicate.Evaluator, slots, trackers int, offset int32, list []int32,
) []int32 {
	failed, values := len(e.Failed), e.Values()
	m.index, m.dictionary, m.evaluator = x, dictionary, e
	m.hits.begin(list, offset, trackers)
	m.scalars, m.numbers = predicate.Resize(m.scalars, slots), predicate.Resize(m.numbers, slots)
	for _, slot := range x.equalitySlots {
		m.scalars[slot] = dictionary.Find(slot, &values[slot])
	}
	for _, slot := range x.intervalSlots {
		m.numbers[slot] = predicate.NumberOf(&values[slot])
	}
	m.bucket(&x.unindexed)
	m.lookUp(&x.paths, 0)
	for _, slot := range x.items {
		m.lookUpItems(slot)
	}
	sortFailures(e, failed)
	return m.hits.sorted()
}

// Release drops all references to indexes and data.
func (m *Matcher) Release() { m.index, m.dictionary, m.evaluator = nil, nil, nil }

// lookUp looks up the composite keys that continue the key of a node along the trie.
func (m *Matcher) lookUp(p *keyPath, from int32) {
	for _, next := range p.next {
		number := m.scalars[next.slot]
		if number == 0 {
			continue
		}
		at := m.index.find(from, number)
		if at == 0 {
			continue
		}
		m.node(at)
		if len(next.next) > 0 {
			m.lookUp(next, at)
		}
	}
}

func (m *Matcher) node(at int32) {
	switch ref := m.index.nodes[at].ref; {
	case ref > 0:
		m.hits.add(ref - 1)
	case ref < 0:
		m.bucket(&m.index.buckets[^ref])
	}
}

// lookUpItems looks up the items of the list at a slot, each once.
func (m *Matcher) lookUpItems(slot int32) {
	m.items = m.items[:0]
	for _, item := range m.evaluator.Values()[slot].List() {
		one := value.Of(item)
		if number := m.dictionary.FindItem(slot, &one); number != 0 {
			m.items = append(m.items, number)
		}
	}
	slices.Sort(m.items)
	for _, number := range slices.Compact(m.items) {
		if at := m.index.find(0, number); at != 0 {
			m.node(at)
		}
	}
}

// bucket matches the trackers of a bucket.
func (m *Matcher) bucket(b *bucket) {
	for _, index := range b.unconditional {
		m.hits.add(index)
	}
	for i := range b.intervals {
		one := &b.intervals[i]
		if n := m.numbers[one.slot]; n == n {
			m.stab(one, n)
		}
	}
	m.checkAll(b.withoutIntervals)
	if len(b.access) == 0 || 4*m.estimate(b) > b.count {
		m.checkAll(b.withIntervals)
		return
	}
	for i := range b.access {
		one := &b.access[i]
		if n := m.numbers[one.slot]; n == n {
			for refs := range one.candidates(n) {
				for _, at := range refs {
					p, _ := nextPacked(b.withIntervals[at:])
					m.check(&p)
				}
			}
		}
	}
}

// stab adds the trackers whose interval, which is all they ask for, contains v.
func (m *Matcher) stab(x *intervalIndex, v float64) {
	after, upTo := x.candidateRange(v)
	bits, after, upTo := x.prefix(v, after, upTo, m.hits.size/8)
	m.hits.addBits(bits)
	for refs := range x.between(after, upTo) {
		m.hits.addRun(refs)
	}
}

// estimate is how many trackers of a bucket the access predicates lead to.
func (m *Matcher) estimate(b *bucket) int {
	sum := 0
	for i := range b.access {
		one := &b.access[i]
		if n := m.numbers[one.slot]; n == n {
			for refs := range one.candidates(n) {
				sum += len(refs)
			}
		}
	}
	return sum
}

// checkAll checks every tracker in words.
func (m *Matcher) checkAll(words []uint64) {
	var p packed
	for len(words) > 0 {
		p, words = nextPacked(words)
		m.check(&p)
	}
}

// check adds a tracker if its packed predicates hold.
func (m *Matcher) check(p *packed) {
	residual, ok := p.holdsUpToResidual(m.scalars, m.numbers)
	if !ok || len(residual) > 0 && !m.evaluator.HoldAll(p.index(), m.index.lists[residual[0]]) {
		return
	}
	m.hits.add(p.index())
}

// sortFailures puts the failures from start on in order, each once: a tracker can be found by several items.
func sortFailures(e *predicate.Evaluator, start int) {
	failed := e.Failed[start:]
	if len(failed) < 2 {
		return
	}
	slices.SortStableFunc(failed, func(a, b predicate.Failure) int { return int(a.Index - b.Index) })
	failed = slices.CompactFunc(failed, func(a, b predicate.Failure) bool { return a.Index == b.Index })
	e.Failed = e.Failed[:start+len(failed)]
}
