package value

import (
	"fmt"

	"github.com/dictrack/dictrack/internal/rawjson"
)

// Normalize returns a deep copy of v in Go form, as reading its JSON would give it: nil, bool, int64,
// float64, string, []any and map[string]any all the way down, 2.0 as int64. The error says where v has no
// JSON form.
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
