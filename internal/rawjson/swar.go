package rawjson

import (
	"encoding/binary"
	"math/bits"
)

// Eight bytes at a time: words with every byte set to one value.
const (
	ones      = 0x0101010101010101
	highBits  = 0x80 * ones
	backslash = '\\' * ones
	comma     = ',' * ones
)

// load64 is the eight bytes from offset i on, the first one lowest.
func load64(d []byte, i int) uint64 { return binary.LittleEndian.Uint64(d[i:]) }

// firstMarked is the place of the first byte that is marked, 8 when none is.
func firstMarked(marks uint64) int { return bits.TrailingZeros64(marks) >> 3 }

// The marks of a word are the high bits of some of its bytes. They are exact up to the first one: bytes after it may be
// marked without cause.

// markSpecial marks what plain text does not have: quotes, backslashes, control characters, bytes beyond ASCII. Flipping
// bit 1 puts the quote in the place of the space, right above the control characters, so that one subtraction finds
// both; and no byte beyond ASCII loses its high bit in both subtractions.
func markSpecial(x uint64) uint64 {
	return (((x ^ 2*ones) - ('"'-1)*ones) | ((x ^ backslash) - ones)) & highBits
}

// markStructural marks quotes and brackets in what may stand outside of strings. Setting bit 5 turns square brackets into
// curly ones, above all else there; then flipping bit 1 puts the quote below all else.
func markStructural(x uint64) uint64 {
	x |= 0x20 * ones
	return ((x + (0x80-'{')*ones) | ((x ^ 2*ones) - ('"'-1)*ones)) & highBits
}

// markTerminators marks what may follow a number or a literal: white space, commas, closing brackets.
func markTerminators(x uint64) uint64 {
	return ((x - (' '+1)*ones) | ((x ^ comma) - ones) | ((x | 0x20*ones) + (0x80-'{')*ones)) & highBits
}
