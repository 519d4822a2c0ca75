package dotpath

import (
	"fmt"
	"testing"
)

// Names that people number must not all fall into one place of the table.
func TestKeysSpread(t *testing.T) {
	for _, format := range []string{"%d", "k%04d", "achievement_%04d", "player_stats_%04d_total_count", "%04d_and_the_same_long_end", "f%d_x"} {
		var wants []Want
		for i := range 2000 {
			path, err := Parse(fmt.Sprintf(format, i))
			if err != nil {
				t.Fatal(err)
			}
			wants = append(wants, Want{Path: path})
		}
		longest, run := 0, 0
		for _, b := range NewPlan(wants).root.table {
			if run++; b.node == nil {
				run = 0
			}
			longest = max(longest, run)
		}
		if longest > 24 {
			t.Errorf("keys like %q: %d in a row", fmt.Sprintf(format, 7), longest)
		}
	}
}
