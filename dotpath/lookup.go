package dotpath

import "github.com/dictrack/dictrack/value"

// Lookup returns the value at the path, or one of kind Absent when there is none. Data may hold any Go values,
// which are read as value.Of reads them. The result shares memory with data.
func (p Path) Lookup(data map[string]any) value.Value {
	if len(p.segments) == 0 {
		return value.Value{}
	}
	v, ok := data[p.segments[0].key]
	for i := 1; ok && i < len(p.segments); i++ {
		v, ok = p.segments[i].lookup(v)
	}
	if !ok {
		return value.Value{}
	}
	return value.Of(v)
}

// lookup returns the member or the item of v that the segment names.
func (s *segment) lookup(v any) (any, bool) {
	switch v := v.(type) {
	case map[string]any:
		member, ok := v[s.key]
		return member, ok
	case []any:
		return s.item(v)
	case nil, string, bool, int, int64, float64:
		return nil, false
	}
	v = value.Plain(v)
	if items, ok := v.([]any); ok {
		return s.item(items)
	}
	if s.isIndex {
		if item, ok := value.Item(v, s.index); ok {
			return item, true
		}
	}
	return value.Member(v, s.key)
}

func (s *segment) item(items []any) (any, bool) {
	i := s.index
	if i < 0 {
		i += len(items)
	}
	if !s.isIndex || i < 0 || i >= len(items) {
		return nil, false
	}
	return items[i], true
}
