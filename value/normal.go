package value

import (
	"fmt"

	"github.com/dictrack/dictrack/internal/rawjson"
)

// Normalize returns a deep copy of v that consists of nil, bool, int64, float64, string, []any and map[string]any only,
// with integral floats such as 2.0 as int64. The error names the path at which v has no JSON form.
func Normalize(v any) (any, error) {
	text, err := AppendCanonical(nil, v)
	if err != nil {
		return nil, err
	}
	normal, err := rawjson.Decode(text)
	if err != nil {
		return nil, fmt.Errorf("read back canonical JSON: %w", err)
	}
	return normal, nil
}
