package match

// bucket holds trackers that are looked at together: those that name the same scalars, or none.
type bucket struct {
	plain  []int32  // trackers that ask for nothing more
	bounds []bounds // trackers that ask for one span without a beginning or an end
	loose  []uint64 // records without spans
	tight  []uint64 // records with spans
	count  int      // of tight

	// pivots lead to the tight records, by one span of each, once they are many.
	pivots []bounds
}

// manyTight is how many records with spans are looked at one after the other.
const manyTight = 256

// load is about how many trackers the bucket makes a match look at.
func (b *bucket) load() int { return len(b.plain) + len(b.loose)/2 + b.count }

// add takes in a tracker with what is left of its conditions.
func (b *bucket) add(place int32, p *split, x *index) {
	other := len(p.legs) + len(p.rest) + len(p.custom)
	switch {
	case other+len(p.spans) == 0:
		b.plain = append(b.plain, place)
	case len(p.spans) == 0:
		b.loose = recordOf(b.loose, place, p, &x.lists)
	case other == 0 && len(p.spans) == 1 && (p.spans[0].lower() || p.spans[0].upper()):
		var one *bounds
		b.bounds, one = boundsFor(b.bounds, &p.spans[0])
		one.add(&p.spans[0], place)
		one.tally(one.number(&p.spans[0]), place)
	default:
		b.addTight(place, p, x)
	}
}

func (b *bucket) addTight(place int32, p *split, x *index) {
	at := len(b.tight)
	b.tight = recordOf(b.tight, place, p, &x.lists)
	if b.count++; b.count == manyTight {
		b.turn(x)
	} else if b.count > manyTight {
		b.pivot(at, x)
	}
}

// turn gives every tight record its pivot.
func (b *bucket) turn(x *index) {
	for at := 0; at < len(b.tight); {
		_, more := nextRecord(b.tight[at:])
		b.pivot(at, x)
		at = len(b.tight) - len(more)
	}
}

// pivot files the record at a place under the span that will be met least.
func (b *bucket) pivot(at int, x *index) {
	r, _ := nextRecord(b.tight[at:])
	best, least := span{}, 2.0
	for _, s := range r.spans() {
		if share := x.extents[s.slot].share(&s); share < least {
			best, least = s, share
		}
	}
	var one *bounds
	b.pivots, one = boundsFor(b.pivots, &best)
	one.add(&best, int32(at))
}

// bucket looks at all that is in one.
func (x *Scratch) bucket(b *bucket) {
	for _, place := range b.plain {
		x.hit(place)
	}
	for i := range b.bounds {
		one := &b.bounds[i]
		if n := x.numbers[one.slot]; n == n {
			x.bounds(one, n)
		}
	}
	x.records(b.loose)
	if len(b.pivots) == 0 || 4*x.promised(b) > b.count {
		x.records(b.tight)
		return
	}
	for i := range b.pivots {
		one := &b.pivots[i]
		if n := x.numbers[one.slot]; n == n {
			for refs := range one.meeting(n) {
				for _, at := range refs {
					r, _ := nextRecord(b.tight[at:])
					x.record(&r)
				}
			}
		}
	}
}

// promised is how many tight records the pivots lead to.
func (x *Scratch) promised(b *bucket) int {
	sum := 0
	for i := range b.pivots {
		one := &b.pivots[i]
		if n := x.numbers[one.slot]; n == n {
			for refs := range one.meeting(n) {
				sum += len(refs)
			}
		}
	}
	return sum
}
