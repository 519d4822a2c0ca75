package rawjson

const (
	wantKey    = "expected an object key in double quotes"
	wantColon  = "expected ':' after object key"
	wantValue  = "expected a value"
	wantMember = "expected ',' or '}' after object value"
	wantItem   = "expected ',' or ']' after list item"
	wantQuote  = "expected '\"' at the end of the string"
	tooDeep    = "nested deeper than 64 levels"
)

// To iterate over an object, call OpenObject; then, until the offset is at '}', Key, read the value, NextMember.

// OpenObject returns the offset of the first key of the object at i, or of its '}'. Depth includes the object.
func (s *Scanner) OpenObject(i, depth int) int {
	if depth > MaxDepth {
		return s.Fail(i, tooDeep)
	}
	i = s.SkipSpace(i + 1)
	if c := s.At(i); c != '"' && c != '}' {
		return s.Fail(i, wantKey)
	}
	return i
}

// Key reads the object key at i and returns the offset of its value.
func (s *Scanner) Key(i int) (value int, key Text) {
	end, escaped := s.SkipString(i)
	key = Text{Start: i + 1, End: end - 1, Escaped: escaped}
	if d := s.Data; end > 0 && end+1 < len(d) && d[end] == ':' && d[end+1] > ' ' {
		return end + 1, key
	}
	return s.skipColon(end), key
}

// skipColon returns the offset of the value whose key ends at i, or -1 when i is -1.
func (s *Scanner) skipColon(i int) int {
	if i < 0 {
		return -1
	}
	if i = s.SkipSpace(i); s.At(i) != ':' {
		return s.Fail(i, wantColon)
	}
	return s.SkipSpace(i + 1)
}

// NextMember returns the offset of the next key, or of '}', after a member that ends at i.
func (s *Scanner) NextMember(i int) int {
	if d := s.Data[i:]; len(d) > 1 && string(d[:2]) == `,"` {
		return i + 1
	}
	return s.nextMember(i)
}

func (s *Scanner) nextMember(i int) int {
	i = s.SkipSpace(i)
	switch s.At(i) {
	case '}':
		return i
	case ',':
		return s.nextKey(i + 1)
	}
	return s.Fail(i, wantMember)
}

// nextKey returns the offset of the key after a comma; i is the offset after the comma.
func (s *Scanner) nextKey(i int) int {
	if i = s.SkipSpace(i); s.At(i) == '"' {
		return i
	}
	return s.Fail(i, wantKey)
}

// To iterate over a list, call OpenList; then, until the offset is at ']', read the value, NextItem.

// OpenList returns the offset of the first item of the list at i, or of its ']'. Depth includes the list.
func (s *Scanner) OpenList(i, depth int) int {
	if depth > MaxDepth {
		return s.Fail(i, tooDeep)
	}
	if i = s.SkipSpace(i + 1); i >= len(s.Data) {
		return s.Fail(i, wantValue)
	}
	return i
}

// NextItem returns the offset of the next item, or of ']', after an item that ends at i.
func (s *Scanner) NextItem(i int) int {
	i = s.SkipSpace(i)
	switch s.At(i) {
	case ']':
		return i
	case ',':
		if i = s.SkipSpace(i + 1); s.At(i) != ']' && i < len(s.Data) {
			return i
		}
		return s.Fail(i, wantValue)
	}
	return s.Fail(i, wantItem)
}
