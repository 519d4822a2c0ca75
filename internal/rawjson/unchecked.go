package rawjson

import "bytes"

// skipUnchecked skips the value at i without checking it. On strict JSON it returns what Skip returns, on other data
// some later offset, or -1 when the data ends first.
func (s *Scanner) skipUnchecked(i int) int {
	switch s.At(i) {
	case '"':
		return s.skipStringUnchecked(i + 1)
	case '{', '[':
		return s.skipNestedUnchecked(i)
	}
	return skipScalarUnchecked(s.Data, i)
}

// skipScalarUnchecked skips a number or a literal.
func skipScalarUnchecked(d []byte, i int) int {
	for ; i <= len(d)-8; i += 8 {
		if marks := markTerminators(load64(d, i)); marks != 0 {
			return i + firstMarked(marks)
		}
	}
	for ; i < len(d); i++ {
		switch d[i] {
		case ',', '}', ']', ' ', '\t', '\n', '\r':
			return i
		}
	}
	return i
}

// skipStringUnchecked returns the offset after the string that contains offset i. IndexByte reads 32 bytes at a time.
func (s *Scanner) skipStringUnchecked(i int) int {
	for d := s.Data; ; {
		n := bytes.IndexByte(d[i:], '"')
		if n < 0 {
			return s.Fail(len(d), wantQuote)
		}
		i += n + 1
		if !endsWithEscape(d[:i-1]) {
			return i
		}
	}
}

// endsWithEscape reports whether the byte after text is escaped: text ends in an odd number of backslashes.
func endsWithEscape(text []byte) bool {
	n := len(text)
	for n > 0 && text[n-1] == '\\' {
		n--
	}
	return (len(text)-n)%2 != 0
}

// skipNestedUnchecked skips the list or object at i: it counts the brackets outside of strings.
func (s *Scanner) skipNestedUnchecked(i int) int {
	d := s.Data
	for open := 0; i < len(d); {
		switch d[i] {
		case '"':
			if end := shortStringEnd(d, i+1); end > 0 {
				i = end
			} else if i = s.skipStringUnchecked(i + 1); i < 0 {
				return -1
			}
		case '{', '[':
			i++
			open++
		case '}', ']':
			i++
			if open--; open == 0 {
				return i
			}
		case ',', ':':
			i++
		default:
			if i++; i <= len(d)-8 {
				i += firstMarked(markStructural(load64(d, i)))
			}
		}
	}
	return s.Fail(i, wantValue)
}

// shortStringEnd returns the offset after a string whose text begins at i, if it has no escapes and fewer than eight
// bytes, as most keys do; 0 for other strings.
func shortStringEnd(d []byte, i int) int {
	if i > len(d)-8 {
		return 0
	}
	marks := markSpecial(load64(d, i))
	if marks == 0 || d[i+firstMarked(marks)] != '"' {
		return 0
	}
	return i + firstMarked(marks) + 1
}
