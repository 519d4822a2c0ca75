package rawjson

// FindMember goes through an object, from the key or '}' at i, to the next member whose key is one of keys. It returns
// the offset of the member's value and the number of the key; at the end of the object, the offset after it and -1. Depth
// includes the object.
//
// Most of the time of reading a message is spent in this loop. It therefore handles the most common tokens itself, keys
// and strings of plain text after at most one space, and calls the other methods for the rest.
func (s *Scanner) FindMember(i int, keys *Keys, depth int) (at, key int) {
	for d := s.Data; i > 0; {
		if d[i] == '}' {
			return i + 1, -1
		}
		end := skipPlainText(d, i+1)
		if at = end + 2; at < len(d) && d[at] == ' ' {
			at++
		}
		if at < len(d) && d[at] > ' ' && d[end] == '"' && d[end+1] == ':' {
			if keys.mayHaveLength(end - i - 1) {
				if key = keys.find(d, i+1, end); key >= 0 {
					return at, key
				}
			}
		} else if at, key = s.readKey(i, keys); at < 0 || key >= 0 {
			return at, key
		}
		if at >= len(d) || d[at] != '"' {
			i = s.Skip(at, depth)
		} else if s.Trusted {
			i = s.skipStringUnchecked(at + 1)
		} else if i = skipPlainText(d, at+1); i < len(d) && d[i] == '"' {
			i++
		} else {
			i, _ = s.finishString(i)
		}
		if i < 0 {
			break
		}
		if i < len(d)-2 && d[i] == ',' {
			if i++; d[i] == ' ' {
				i++
			}
			if d[i] == '"' {
				continue
			}
			i = s.nextKey(i)
		} else {
			i = s.nextMember(i)
		}
	}
	return -1, -1
}

// readKey reads the key at i. It returns the offset of its value, and its number, -1 for a key not in keys.
func (s *Scanner) readKey(i int, keys *Keys) (at, key int) {
	at, text := s.Key(i)
	switch {
	case at < 0:
		return -1, -1
	case text.Escaped:
		return at, s.findEscaped(keys, text)
	case !keys.mayHaveLength(text.End - text.Start):
		return at, -1
	}
	return at, keys.find(s.Data, text.Start, text.End)
}

// findEscaped returns the number of a key with escapes, or -1.
func (s *Scanner) findEscaped(keys *Keys, t Text) int {
	var buf [64]byte
	key := s.AppendText(buf[:0], t)
	if !keys.mayHaveLength(len(key)) {
		return -1
	}
	return keys.find(key, 0, len(key))
}
