package rawjson

import (
	"encoding/binary"
	"math/bits"
)

// SWAR (SIMD within a register): these functions test eight bytes at a time. The constants are words with every byte set
// to one value.
const (
	ones      = 0x0101010101010101
	highBits  = 0x80 * ones
	backslash = '\\' * ones
	comma     = ',' * ones
)

// load64 loads the eight bytes from offset i on, little-endian.
func load64(d []byte, i int) uint64 { return binary.LittleEndian.Uint64(d[i:]) }

// firstMarked returns the position of the first marked byte, 8 when none is marked.
func firstMarked(marks uint64) int { return bits.TrailingZeros64(marks) >> 3 }

// A byte of a word is marked by its high bit. Only the first mark is reliable: later bytes may be marked wrongly.

// markSpecial marks the bytes that end a run of plain text: quotes, backslashes, control characters, bytes beyond ASCII.
// Flipping bit 1 swaps the quote with the space, right above the control characters, so that one subtraction finds
// both; and no byte beyond ASCII loses its high bit in both subtractions.
func markSpecial(x uint64) uint64 {
	return (((x ^ 2*ones) - ('"'-1)*ones) | ((x ^ backslash) - ones)) & highBits
}

// markStructural marks quotes and brackets, among the bytes that can occur outside of strings. Setting bit 5 turns
// square brackets into curly ones, which are greater than all the others; then flipping bit 1 makes the quote the
// smallest.
func markStructural(x uint64) uint64 {
	x |= 0x20 * ones
	return ((x + (0x80-'{')*ones) | ((x ^ 2*ones) - ('"'-1)*ones)) & highBits
}

// markTerminators marks the bytes that can follow a number or a literal: white space, commas, closing brackets.
func markTerminators(x uint64) uint64 {
	return ((x - (' '+1)*ones) | ((x ^ comma) - ones) | ((x | 0x20*ones) + (0x80-'{')*ones)) & highBits
}
