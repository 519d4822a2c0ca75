package rawjson

import (
	"encoding/binary"
	"math/bits"
)

// Eight bytes at a time: words with every byte set to one value.
const (
	ones      = 0x0101010101010101
	highBits  = 0x80 * ones
	quotes    = '"' * ones
	backslash = '\\' * ones
)

// word is the eight bytes from offset i on, the first one lowest.
func word(d []byte, i int) uint64 { return binary.LittleEndian.Uint64(d[i:]) }

// first is the place of the first byte that is marked in its high bit.
func first(marks uint64) int { return bits.TrailingZeros64(marks) >> 3 }

// special marks, in the high bit of each byte of x, what plain text does not have: quotes, backslashes, control
// characters, bytes beyond ASCII. Bytes after the first marked one may be marked without cause. Flipping bit 1 puts
// the quote in the place of the space, right above the control characters, so that one subtraction finds both; and
// no byte beyond ASCII loses its high bit in both subtractions.
func special(x uint64) uint64 {
	return (((x ^ 2*ones) - ('"'-1)*ones) | ((x ^ backslash) - ones)) & highBits
}
