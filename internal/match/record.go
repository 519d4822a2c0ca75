package match

import "math"

// A record is a tracker that is looked at, and what it asks for, as words that stand together in memory: a head with its
// place and how much follows, then the dictionary numbers that must stand at slots, the spans, and the number of a
// list of conditions to be judged.
type record struct {
	head  uint64
	words []uint64
}

const (
	headScalars = 32 // bits of the head
	headSpans   = 40
	headRest    = 48
	mostParts   = 255 // of a kind in a record
	spanWords   = 3
)

// recordOf writes what is left of p into words.
func recordOf(words []uint64, place int32, p *split, lists *[][]int32) []uint64 {
	head := uint64(uint32(place)) | uint64(len(p.legs))<<headScalars | uint64(len(p.spans))<<headSpans
	rest := append(append([]int32(nil), p.rest...), p.custom...)
	if len(rest) > 0 {
		head |= 1 << headRest
	}
	words = append(words, head)
	for i := range p.legs {
		words = append(words, uint64(uint32(p.legs[i].slot))<<32|uint64(uint32(p.legs[i].ids[0])))
	}
	for i := range p.spans {
		s := &p.spans[i]
		words = append(words, uint64(uint32(s.slot)), math.Float64bits(s.low), math.Float64bits(s.high))
	}
	if len(rest) > 0 {
		words = append(words, uint64(len(*lists)))
		*lists = append(*lists, rest)
	}
	return words
}

// nextRecord takes the first record off words.
func nextRecord(words []uint64) (r record, more []uint64) {
	head := words[0]
	size := 1 + int(head>>headScalars&mostParts) + spanWords*int(head>>headSpans&mostParts) + int(head>>headRest)
	return record{head, words[1:size]}, words[size:]
}

func (r *record) place() int32 { return int32(uint32(r.head)) }

// spans are the spans of the record.
func (r *record) spans() []span {
	words := r.words[r.head>>headScalars&mostParts:]
	list := make([]span, r.head>>headSpans&mostParts)
	for i := range list {
		list[i] = span{int32(words[0]), math.Float64frombits(words[1]), math.Float64frombits(words[2])}
		words = words[spanWords:]
	}
	return list
}

// records looks at every record in words.
func (x *Scratch) records(words []uint64) {
	var r record
	for len(words) > 0 {
		r, words = nextRecord(words)
		x.record(&r)
	}
}

func (x *Scratch) record(r *record) {
	words := r.words
	for range r.head >> headScalars & mostParts {
		if x.ids[words[0]>>32] != int32(uint32(words[0])) {
			return
		}
		words = words[1:]
	}
	for range r.head >> headSpans & mostParts {
		n := x.numbers[words[0]]
		if !(math.Float64frombits(words[1]) <= n && n < math.Float64frombits(words[2])) {
			return
		}
		words = words[spanWords:]
	}
	if len(words) > 0 && !x.all(r.place(), x.part.index.lists[words[0]]) {
		return
	}
	x.hit(r.place())
}
