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

// The steps through an object: OpenObject, then while the offset is not at '}': Key, the value, NextMember.

// OpenObject enters the object at i, whose depth counts itself, and returns the offset of its first key or of '}'.
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

// Key reads the object key at i and steps to the offset of its value.
func (s *Scanner) Key(i int) (value int, key Text) {
	end, escaped := s.SkipString(i)
	key = Text{Start: i + 1, End: end - 1, Escaped: escaped}
	if d := s.Data; end > 0 && end+1 < len(d) && d[end] == ':' && d[end+1] > ' ' {
		return end + 1, key
	}
	return s.skipColon(end), key
}

// skipColon steps from the end of a key, if there is one, over the colon.
func (s *Scanner) skipColon(i int) int {
	if i < 0 {
		return -1
	}
	if i = s.SkipSpace(i); s.At(i) != ':' {
		return s.Fail(i, wantColon)
	}
	return s.SkipSpace(i + 1)
}

// NextMember steps from the end of a member to the next key or to '}'.
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

// nextKey steps from behind a comma to the next key.
func (s *Scanner) nextKey(i int) int {
	if i = s.SkipSpace(i); s.At(i) == '"' {
		return i
	}
	return s.Fail(i, wantKey)
}

// The steps through a list: OpenList, then while the offset is not at ']': the value, NextItem.

// OpenList enters the list at i, whose depth counts itself, and returns the offset of its first item or of ']'.
func (s *Scanner) OpenList(i, depth int) int {
	if depth > MaxDepth {
		return s.Fail(i, tooDeep)
	}
	if i = s.SkipSpace(i + 1); i >= len(s.Data) {
		return s.Fail(i, wantValue)
	}
	return i
}

// NextItem steps from the end of an item to the next one or to ']'.
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
