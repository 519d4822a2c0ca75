package dictrack_test

import (
	"fmt"
	"testing"

	"github.com/dictrack/dictrack"
	"github.com/dictrack/dictrack/tracker"
)

// A result says what its call did, however many trackers moved and whatever calls come after it.
func TestResultsStayWhatTheyWere(t *testing.T) {
	both(t, func(t *testing.T, f *fixture) {
		const calls = 5
		for _, n := range []int{1, 39, 40, 41, 42, 100, 1000} {
			group := fmt.Sprint("g", n)
			specs := make([]tracker.Spec, n)
			for i := range specs {
				specs[i] = dictrack.Sum(fmt.Sprint("s", i), "n", dictrack.Targets(1<<40))
			}
			f.add(group, specs...)
			var results []*dictrack.Result
			for call := range calls {
				results = append(results, f.track(group, object{"n": call + 1}))
			}
			for call := range results {
				want := fmt.Sprint((call + 1) * (call + 2) / 2)
				changed := results[call].Changed()
				if len(changed) != n || results[call].Affected() != n {
					t.Fatalf("call %d on %d trackers changed %d, touched %d", call, n, len(changed), results[call].Affected())
				}
				for i, s := range changed {
					if s.Definition.Name() != fmt.Sprint("s", i) || s.Progress.String() != want {
						t.Fatalf("call %d on %d trackers: %s is %v, want s%d at %s", call, n, s.Definition.Name(), s.Progress, i, want)
					}
				}
			}
		}
	})
}
