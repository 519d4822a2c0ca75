package bench_test

import (
	"encoding/json"
	"testing"

	"github.com/dictrack/dictrack/bench"
)

// TestPadded checks that padding changes the size of the JSON and not what trackers see.
func TestPadded(t *testing.T) {
	for _, size := range []int{44, 500, 2000} {
		for _, last := range []bool{true, false} {
			text := bench.Padded(size, last)
			var m map[string]any
			if err := json.Unmarshal(text, &m); err != nil || m["bet"] != 317.0 || m["game"] != "b" {
				t.Errorf("%s: %v", text, err)
			}
			if size > 44 && (len(text) < size || len(text) > size+40) {
				t.Errorf("%d bytes, want about %d", len(text), size)
			}
		}
	}
}
