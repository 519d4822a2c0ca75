package robustness

import (
	"errors"
	"fmt"
	"math/big"
	"strings"

	"github.com/dictrack/dictrack"
	"github.com/dictrack/dictrack/field"
	"github.com/dictrack/dictrack/tests/robustness/oracle"
	"github.com/dictrack/dictrack/tracker"
)

// line describes a tracker as the oracle does.
func line(s *tracker.Snapshot) string {
	text := fmt.Sprint(s.Name, " ", fraction(s.Progress.String()), "/", fraction(s.Target.String()), " stage ", s.Stage, " of ", len(s.Targets),
		" cycle ", s.Cycle, " completed ", s.Completed, " limited ", s.Limited)
	for _, l := range s.Limiters {
		if l.Kind == "count" {
			text += fmt.Sprint(" left ", l.Left, " of ", l.Limit)
		} else {
			text += fmt.Sprint(" from ", l.Start.Unix(), " to ", l.End.Unix())
		}
	}
	if !s.ExpireAt.IsZero() {
		text += fmt.Sprint(" until ", s.ExpireAt.UnixMilli())
	}
	return text
}

func lines(snaps []tracker.Snapshot) []string {
	out := make([]string, len(snaps))
	for i := range snaps {
		out[i] = line(&snaps[i])
	}
	return out
}

func eventLine(e *dictrack.Event) string {
	return fmt.Sprint(e.Kind, " ", e.Limiter, " ", e.Cycles, " ", line(&e.Tracker))
}

func fraction(number string) string {
	r, ok := new(big.Rat).SetString(number)
	if !ok {
		return "no number: " + number
	}
	return r.RatString()
}

// errorName returns the oracle's name of an error of the engine.
func errorName(err error) string {
	var one *field.Error
	var many field.Errors
	switch {
	case err == nil:
		return oracle.Fine
	case errors.Is(err, dictrack.ErrIDReused):
		return oracle.Reused
	case errors.Is(err, dictrack.ErrExists):
		return oracle.Exists
	case errors.Is(err, dictrack.ErrNotFound):
		return oracle.NotFound
	case errors.Is(err, dictrack.ErrCompleted):
		return oracle.Completed
	case errors.As(err, &one), errors.As(err, &many):
		return oracle.Invalid
	}
	return err.Error()
}

// specs are definitions as the engine takes them.
func specs(defs []map[string]any) []tracker.Spec {
	var out []tracker.Spec
	for _, def := range defs {
		d, err := (*tracker.Registry)(nil).Parse(def)
		if err != nil {
			panic(fmt.Sprintf("the generated definition %v: %v", def, err))
		}
		out = append(out, d.Spec())
	}
	return out
}

// diffLines describes the first difference of two lists; empty for none.
func diffLines(what string, has, want []string) string {
	at, a, b := firstDifference(has, want)
	if at < 0 {
		return ""
	}
	return fmt.Sprintf("%s %d:\n  has  %s\n  want %s\nof %s", what, at, a, b, strings.Join(want, "; "))
}
