package rawjson

import (
	"encoding/binary"
	"math/bits"
)

// jump skips the value at i without checking it.
func (s *Scanner) jump(i int) int {
	switch s.At(i) {
	case '"':
		return s.jumpString(i)
	case '{', '[':
		return s.jumpNested(i)
	}
	for i < len(s.Data) && !ends[s.Data[i]] {
		i++
	}
	return i
}

// ends marks the bytes that end a number or a literal.
var ends = [256]bool{',': true, '}': true, ']': true, ' ': true, '\t': true, '\n': true, '\r': true}

// brackets is the change of depth at each byte; quote marks the start of a string.
var brackets = [256]int8{'{': 1, '[': 1, '}': -1, ']': -1, '"': quote}

const quote = 2

func (s *Scanner) jumpNested(i int) int {
	depth := 0
	for i < len(s.Data) {
		change := brackets[s.Data[i]]
		if change == quote {
			if i = s.jumpString(i); i < 0 {
				return -1
			}
			continue
		}
		i++
		if depth += int(change); depth == 0 {
			return i
		}
	}
	return s.Fail(i, wantValue)
}

func (s *Scanner) jumpString(i int) int {
	d := s.Data
	for i++; i+8 <= len(d); {
		marks := quoteOrBackslash(binary.LittleEndian.Uint64(d[i : i+8]))
		if marks == 0 {
			i += 8
			continue
		}
		i += bits.TrailingZeros64(marks) >> 3
		if d[i] == '"' {
			return i + 1
		}
		i += 2
	}
	return s.jumpStringEnd(i)
}

func (s *Scanner) jumpStringEnd(i int) int {
	for ; i < len(s.Data); i++ {
		switch s.Data[i] {
		case '"':
			return i + 1
		case '\\':
			i++
		}
	}
	return s.Fail(len(s.Data), wantQuote)
}

// quoteOrBackslash marks exactly up to its first mark, as special does; high bytes are no marks.
func quoteOrBackslash(x uint64) uint64 {
	q, b := x^quotes, x^backslash
	return ((q-ones)&^q | (b-ones)&^b) & highBits
}
