package predicate

import (
	"slices"

	"github.com/dictrack/dictrack/internal/match/hashtable"
	"github.com/dictrack/dictrack/value"
)

// Dictionary numbers the scalars that conditions ask for, from 1 on: a value of the data is hashed and compared once,
// and is a number from then on. Dictionaries of small sets are interned (see [Dictionary.Interned]), so that the same
// one is in the CPU's caches for many groups.
type Dictionary struct {
	keys  []key // by number - 1
	table hashtable.Table
}

// Len returns how many scalars have a number.
func (d *Dictionary) Len() int { return len(d.keys) }

// Slot returns the slot of a numbered scalar; the complement of a slot for an item of the list there.
func (d *Dictionary) Slot(number int32) int32 { return d.keys[number-1].slot }

// Find returns the number of a value at a slot, 0 for one that no condition asks for. Integers and short strings, which
// are most, are looked up without building a key.
func (d *Dictionary) Find(slot int32, v *value.Value) int32 {
	if len(d.keys) == 0 {
		return 0
	}
	switch v.Kind() {
	case value.Int:
		return d.findShort(uint64(v.Int()), keyInteger, slot)
	case value.String:
		if s := v.Str(); len(s) <= 8 {
			return d.findShort(prefix64(s), stringKind(s), slot)
		}
	}
	k, ok := keyOf(slot, v)
	if !ok {
		return 0
	}
	return d.find(&k, k.hash())
}

// FindItem is Find for an item of the list at a slot.
func (d *Dictionary) FindItem(slot int32, v *value.Value) int32 { return d.Find(^slot, v) }

// findShort is find for a key without a text.
func (d *Dictionary) findShort(prefix uint64, kind uint32, slot int32) int32 {
	hash := hashShort(prefix, kind, slot)
	for number, at := d.table.Next(hash, hash); number != 0; number, at = d.table.Next(hash, at) {
		if k := &d.keys[number-1]; k.prefix == prefix && k.kind == kind && k.slot == slot {
			return number
		}
	}
	return 0
}

func (d *Dictionary) find(k *key, hash uint32) int32 {
	for number, at := d.table.Next(hash, hash); number != 0; number, at = d.table.Next(hash, at) {
		if d.keys[number-1].equal(k) {
			return number
		}
	}
	return 0
}

// add returns the number of a key, a new one if it has none.
func (d *Dictionary) add(k *key) int32 {
	hash := k.hash()
	if len(d.keys) > 0 {
		if number := d.find(k, hash); number != 0 {
			return number
		}
	}
	d.keys = append(d.keys, *k)
	number := int32(len(d.keys))
	d.table.Insert(hash, number)
	return number
}

// Interned returns a dictionary of the same scalars in a canonical order, one that other sets may share, and by old
// number - 1 the new number of each scalar.
func (d *Dictionary) Interned(interner Interner) (interned *Dictionary, numbers []int32) {
	sorted := slices.SortedFunc(slices.Values(d.keys), compareKeys)
	var content []byte
	for i := range sorted {
		content = sorted[i].append(content)
	}
	interned = interner.Dictionary(string(content), func() *Dictionary {
		built := &Dictionary{}
		for i := range sorted {
			built.add(&sorted[i])
		}
		built.keys = slices.Clip(built.keys)
		return built
	})
	numbers = make([]int32, len(d.keys))
	for i := range d.keys {
		numbers[i] = interned.find(&d.keys[i], d.keys[i].hash())
	}
	return interned, numbers
}
