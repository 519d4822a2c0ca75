package match

import "math/bits"

// table finds small numbers, from 1 on, by hash: open addressing, each cell a hash and a number. Whoever asks compares
// what the numbers stand for.
type table struct {
	cells []uint64
	used  int
}

// seek is the next number of that hash, from a place on; 0 when there is none. A search begins at the hash itself.
func (t *table) seek(hash, at uint32) (number int32, next uint32) {
	mask := uint32(len(t.cells) - 1)
	for {
		cell := t.cells[at&mask]
		at++
		if cell == 0 || uint32(cell>>32) == hash {
			return int32(uint32(cell)), at
		}
	}
}

// put adds a number.
func (t *table) put(hash uint32, number int32) {
	if 4*(t.used+1) > 3*len(t.cells) {
		t.grow()
	}
	t.used++
	t.place(uint64(hash)<<32 | uint64(uint32(number)))
}

func (t *table) place(cell uint64) {
	mask := uint32(len(t.cells) - 1)
	at := uint32(cell >> 32)
	for t.cells[at&mask] != 0 {
		at++
	}
	t.cells[at&mask] = cell
}

func (t *table) grow() {
	old := t.cells
	t.cells = make([]uint64, max(4, 2*len(old)))
	for _, cell := range old {
		if cell != 0 {
			t.place(cell)
		}
	}
}

// mix spreads the bits of x and y over all of the result: the halves of a product of 128 bits, one on the other, as wyhash
// does.
func mix(x, y uint64) uint64 {
	high, low := bits.Mul64(x^0x9E3779B97F4A7C15, y^0xBF58476D1CE4E5B9)
	return high ^ low
}
