package rawjson

import "unicode/utf8"

// Text is a string in the data, without its quotes.
type Text struct {
	Start, End int
	Escaped    bool
}

// SkipString checks the string whose opening quote is at i, and reports whether it has escapes.
func (s *Scanner) SkipString(i int) (end int, escaped bool) {
	i = skipPlainText(s.Data, i+1)
	if i < len(s.Data) && s.Data[i] == '"' {
		return i + 1, false
	}
	return s.finishString(i)
}

// skipPlainText skips ASCII text without quotes, escapes and control characters. It may stop early in the last seven
// bytes of the data.
func skipPlainText(d []byte, i int) int {
	for i <= len(d)-8 {
		if marks := markSpecial(load64(d, i)); marks != 0 {
			return i + firstMarked(marks)
		}
		i += 8
	}
	return i
}

// finishString checks the rest of a string, from offset i inside it.
func (s *Scanner) finishString(i int) (end int, escaped bool) {
	for i >= 0 && i < len(s.Data) {
		switch c := s.Data[i]; {
		case c == '"':
			return i + 1, escaped
		case c == '\\':
			escaped = true
			i = s.skipEscape(i)
		case c < ' ':
			return s.Fail(i, "control character in string"), false
		case c < utf8.RuneSelf:
			i = skipPlainText(s.Data, i+1)
		default:
			i = s.skipMultibyte(i)
		}
	}
	if i < 0 {
		return -1, false
	}
	return s.Fail(i, wantQuote), false
}

// skipMultibyte checks a run of characters beyond ASCII.
func (s *Scanner) skipMultibyte(i int) int {
	for i < len(s.Data) && s.Data[i] >= utf8.RuneSelf {
		r, size := utf8.DecodeRune(s.Data[i:])
		if r == utf8.RuneError && size == 1 {
			return s.Fail(i, "string is not valid UTF-8")
		}
		i += size
	}
	return i
}

// skipEscape checks the escape at i. A surrogate pair is one escape.
func (s *Scanner) skipEscape(i int) int {
	switch s.At(i + 1) {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return i + 2
	case 'u':
		if _, size := unicodeEscape(s.Data[i:]); size > 0 {
			return i + size
		}
		return s.Fail(i, `expected \u and four hex digits of a character, or of a surrogate pair`)
	}
	return s.Fail(i, "unknown escape in string")
}

// unicodeEscape decodes the \uXXXX, or the surrogate pair of them, at the start of text; size is 0 when there is none.
func unicodeEscape(text []byte) (r rune, size int) {
	r = hex4(text)
	switch {
	case r < 0 || 0xDC00 <= r && r < 0xE000:
		return 0, 0
	case r < 0xD800 || r >= 0xE000:
		return r, 6
	}
	low := hex4(text[6:])
	if low < 0xDC00 || low >= 0xE000 {
		return 0, 0
	}
	return (r-0xD800)<<10 + low - 0xDC00 + 0x10000, 12
}

// hex4 returns the code unit of the \uXXXX that text starts with, or -1.
func hex4(text []byte) rune {
	if len(text) < 6 || text[0] != '\\' || text[1] != 'u' {
		return -1
	}
	var r rune
	for _, c := range text[2:6] {
		switch {
		case '0' <= c && c <= '9':
			r = r<<4 | rune(c-'0')
		case 'a' <= c|0x20 && c|0x20 <= 'f':
			r = r<<4 | rune(c|0x20-'a'+10)
		default:
			return -1
		}
	}
	return r
}

// AppendText appends the characters of a string to dst, with its escapes decoded. In a text that String has not checked, what
// is no escape stands for itself.
func (s *Scanner) AppendText(dst []byte, t Text) []byte {
	for text := s.Data[t.Start:t.End]; len(text) > 0; {
		if text[0] != '\\' {
			dst, text = append(dst, text[0]), text[1:]
			continue
		}
		var size int
		dst, size = appendEscape(dst, text)
		text = text[size:]
	}
	return dst
}

func appendEscape(dst, text []byte) ([]byte, int) {
	if len(text) < 2 {
		return append(dst, text...), len(text)
	}
	switch c := text[1]; c {
	case 'b':
		return append(dst, '\b'), 2
	case 'f':
		return append(dst, '\f'), 2
	case 'n':
		return append(dst, '\n'), 2
	case 'r':
		return append(dst, '\r'), 2
	case 't':
		return append(dst, '\t'), 2
	case 'u':
		if r, size := unicodeEscape(text); size > 0 {
			return utf8.AppendRune(dst, r), size
		}
	}
	return append(dst, text[1]), 2
}
