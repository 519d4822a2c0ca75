package rawjson

import (
	"fmt"
	"testing"
)

// Numbered names (such as item1, item2) must not all hash to one bucket.
func TestNumberedKeysHashToDifferentBuckets(t *testing.T) {
	for _, format := range []string{"%d", "k%04d", "achievement_%04d", "player_stats_%04d_total_count", "%04d_and_the_same_long_end", "f%d_x"} {
		var keys []string
		for i := range 2000 {
			keys = append(keys, fmt.Sprintf(format, i))
		}
		longest, run := 0, 0
		for _, b := range NewKeys(keys).table {
			if run++; b.number == 0 {
				run = 0
			}
			longest = max(longest, run)
		}
		if longest > 24 {
			t.Errorf("keys like %q: %d in a row", fmt.Sprintf(format, 7), longest)
		}
	}
}
