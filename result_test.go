package dictrack_test

import (
	"fmt"
	"testing"

	"github.com/dictrack/dictrack"
	"github.com/dictrack/dictrack/internal/managertest"
	"github.com/dictrack/dictrack/tracker"
)

// TestResultsDoNotChange checks that a result says what its call did, for any number of trackers, after later calls.
func TestResultsDoNotChange(t *testing.T) {
	managertest.InMemoryAndStored(t, func(t *testing.T, f *managertest.Fixture) {
		const calls = 5
		for _, n := range []int{1, 39, 40, 41, 42, 100, 1000} {
			group := fmt.Sprint("g", n)
			specs := make([]tracker.Spec, n)
			for i := range specs {
				specs[i] = dictrack.Sum(fmt.Sprint("s", i), "n", dictrack.Targets(1<<40))
			}
			f.MustAdd(group, specs...)
			var results []*dictrack.Result
			for call := range calls {
				results = append(results, f.MustTrack(group, managertest.Object{"n": call + 1}))
			}
			for call := range results {
				want := fmt.Sprint((call + 1) * (call + 2) / 2)
				changed := results[call].Changed()
				if len(changed) != n || results[call].Affected() != n {
					t.Fatalf("call %d on %d trackers changed %d, affected %d", call, n, len(changed), results[call].Affected())
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
