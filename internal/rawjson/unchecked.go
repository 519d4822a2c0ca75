package rawjson

import "bytes"

// skipUnchecked skips the value at i without checking it: on strict JSON it returns what Skip does, on other data some later
// offset, or -1 when the data ends first.
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

// skipStringUnchecked goes on inside a string to its end. Long runs are for IndexByte, which takes 32 bytes at a time.
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

// endsWithEscape tells whether what follows text is escaped: it ends in an odd number of backslashes.
func endsWithEscape(text []byte) bool {
	n := len(text)
	for n > 0 && text[n-1] == '\\' {
		n--
	}
	return (len(text)-n)%2 != 0
}

// skipNestedUnchecked hops over strings, and counts brackets between them.
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

// shortStringEnd is the offset after a short text of a string, as most keys are, and 0 for others.
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
