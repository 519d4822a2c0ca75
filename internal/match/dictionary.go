package match

import (
	"slices"

	"github.com/dictrack/dictrack/value"
)

// Dictionary numbers the scalars that conditions ask for, from 1: whatever they ask for, a value is hashed and compared
// once, and is a number from then on. That of a small set is shared: what a data says is mostly looked up in the same one
// for all groups, and it is at hand then.
type Dictionary struct {
	keys  []key // by number - 1
	table table
}

// find is the number of a value at a slot, 0 for one that nobody asks for. Integers and short texts are most.
func (d *Dictionary) find(slot int32, v *value.Value) int32 {
	if len(d.keys) == 0 {
		return 0
	}
	switch v.Kind() {
	case value.Int:
		return d.short(uint64(v.Int()), keyWhole, slot)
	case value.String:
		if s := v.Str(); len(s) <= 8 {
			return d.short(headOf(s), kindOf(s), slot)
		}
	}
	k, ok := keyOf(slot, v)
	if !ok {
		return 0
	}
	return d.number(&k, k.hash())
}

// short is number for a key without a text.
func (d *Dictionary) short(head uint64, kind uint32, slot int32) int32 {
	hash := hashShort(head, kind, slot)
	for number, at := d.table.seek(hash, hash); number != 0; number, at = d.table.seek(hash, at) {
		if k := &d.keys[number-1]; k.head == head && k.kind == kind && k.slot == slot {
			return number
		}
	}
	return 0
}

func (d *Dictionary) number(k *key, hash uint32) int32 {
	for number, at := d.table.seek(hash, hash); number != 0; number, at = d.table.seek(hash, at) {
		if d.keys[number-1].equal(k) {
			return number
		}
	}
	return 0
}

// add is the number of a key, a new one if it has none.
func (d *Dictionary) add(k *key) int32 {
	hash := k.hash()
	if len(d.keys) > 0 {
		if number := d.number(k, hash); number != 0 {
			return number
		}
	}
	d.keys = append(d.keys, *k)
	number := int32(len(d.keys))
	d.table.put(hash, number)
	return number
}

// dictionaryOf is the dictionary of some keys, whatever their order.
func dictionaryOf(keys []key, share Interner) *Dictionary {
	sorted := slices.SortedFunc(slices.Values(keys), compareKeys)
	var content []byte
	for i := range sorted {
		content = sorted[i].append(content)
	}
	return share.Dictionary(string(content), func() *Dictionary {
		d := &Dictionary{}
		for i := range sorted {
			d.add(&sorted[i])
		}
		d.keys = slices.Clip(d.keys)
		return d
	})
}
