package rawjson

// Seek walks an object, from the key or '}' at i, to the next member whose key is one of keys: the offset of its value,
// and the key's number. At the end of the object that is -1, and the offset the one after it. Depth counts the object.
//
// This loop is what reading data costs, so it looks at what is most common itself: keys and strings of plain text
// without white space around them. All else is left to the other methods.
func (s *Scanner) Seek(i int, keys *Keys, depth int) (at, key int) {
	for d := s.Data; i > 0; {
		if d[i] == '}' {
			return i + 1, -1
		}
		at, key = s.member(i, keys)
		if at < 0 || key >= 0 {
			return at, key
		}
		if i = s.Skip(at, depth); i > 0 {
			i = s.NextMember(i)
		}
	}
	return -1, -1
}

// member reads the key at i: the offset of its value, and its number, -1 for a key that nobody wants.
func (s *Scanner) member(i int, keys *Keys) (at, key int) {
	at, text := s.Key(i)
	switch {
	case at < 0:
		return -1, -1
	case text.Escaped:
		return at, s.unescaped(keys, text)
	case !keys.mayHave(text.End - text.Start):
		return at, -1
	}
	return at, keys.at(s.Data, text.Start, text.End)
}

// unescaped is the number of a key with escapes, or -1.
func (s *Scanner) unescaped(keys *Keys, t Text) int {
	var buf [64]byte
	key := s.AppendText(buf[:0], t)
	if !keys.mayHave(len(key)) {
		return -1
	}
	return keys.find(headOf(key), key)
}
