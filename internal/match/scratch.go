package match

import (
	"github.com/dictrack/dictrack/internal/match/index"
	"github.com/dictrack/dictrack/internal/match/predicate"
)

// Scratch is the working memory of matching, used again and again by one goroutine at a time. After a match it has the
// result, until the next one.
type Scratch struct {
	// Hits are the indexes of the matching trackers, in order.
	Hits []int32
	// Evaluator has the values read from the data, and the trackers whose custom code failed.
	predicate.Evaluator
	matcher index.Matcher
}

// Release drops all references to the data, so that a Scratch in a pool holds nothing of a caller's.
func (x *Scratch) Release() {
	x.Evaluator.Release()
	x.matcher.Release()
}

// Match finds the trackers of s that d matches: x.Hits. The error says that d is no JSON object, or that a path which a
// definition uses cannot be read: its key is given twice, or the Go value there has no JSON form. Then there are no
// hits.
func (s *Set) Match(d Data, x *Scratch) error {
	x.Hits = x.Hits[:0]
	if err := x.Reset(d, s.paths, s.residuals.Len()); err != nil {
		return err
	}
	s.match(x)
	return nil
}

func (s *Set) match(x *Scratch) {
	if s.base != nil {
		s.base.match(x)
	}
	x.Use(&s.residuals, s.offset)
	if s.index == nil {
		x.Hits = s.bitmaps.Match(s.dictionary, &x.Evaluator, s.offset, x.Hits)
	} else {
		x.Hits = x.matcher.Match(s.index, s.dictionary, &x.Evaluator, s.paths.Len(), len(s.defs), s.offset, x.Hits)
	}
}
