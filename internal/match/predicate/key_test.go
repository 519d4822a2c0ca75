package predicate

import (
	"math/rand/v2"
	"testing"
)

// Strings of up to eight bytes are distinguished by their prefixes and their lengths alone.
func TestPrefix64DistinguishesShortStrings(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 10_000 {
		text := make([]byte, r.IntN(11))
		for i := range text {
			text[i] = byte(r.Uint32())
		}
		var want uint64
		for i := range min(8, len(text)) {
			want |= uint64(text[i]) << (8 * i)
		}
		if got := prefix64(string(text)); got != want {
			t.Fatalf("the prefix of %q is %x, want %x", text, got, want)
		}
	}
}
