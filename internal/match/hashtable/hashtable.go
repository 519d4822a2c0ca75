// Package hashtable is the open-addressing hash table of the matcher's indexes.
package hashtable

import "math/bits"

// Table maps hashes to numbers from 1 on, by open addressing with linear probing. A cell has a hash and a number;
// what the numbers stand for is known to the caller, who compares it. The zero Table is empty.
type Table struct {
	cells []uint64
	used  int
}

// Empty reports whether nothing was inserted. Next must not be called on an empty table.
func (t *Table) Empty() bool { return t.used == 0 }

// Next returns the next number with that hash, 0 when there is none, and the position to go on at. A search begins at
// the position hash.
func (t *Table) Next(hash, at uint32) (number int32, next uint32) {
	mask := uint32(len(t.cells) - 1)
	for {
		cell := t.cells[at&mask]
		at++
		if cell == 0 || uint32(cell>>32) == hash {
			return int32(uint32(cell)), at
		}
	}
}

// Insert adds a number, which must be greater than 0.
func (t *Table) Insert(hash uint32, number int32) {
	if 4*(t.used+1) > 3*len(t.cells) {
		t.grow()
	}
	t.used++
	t.insert(uint64(hash)<<32 | uint64(uint32(number)))
}

func (t *Table) insert(cell uint64) {
	mask := uint32(len(t.cells) - 1)
	at := uint32(cell >> 32)
	for t.cells[at&mask] != 0 {
		at++
	}
	t.cells[at&mask] = cell
}

func (t *Table) grow() {
	old := t.cells
	t.cells = make([]uint64, max(4, 2*len(old)))
	for _, cell := range old {
		if cell != 0 {
			t.insert(cell)
		}
	}
}

// Mix hashes two words into one, as wyhash does: the two halves of their 128-bit product, combined by exclusive or.
func Mix(x, y uint64) uint64 {
	high, low := bits.Mul64(x^0x9E3779B97F4A7C15, y^0xBF58476D1CE4E5B9)
	return high ^ low
}
