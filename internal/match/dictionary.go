package match

import (
	"slices"
	"sync"

	"github.com/dictrack/dictrack/value"
)

// dictionary numbers the scalars that conditions ask for, from 1: whatever they ask for, a value is hashed and compared
// once, and is a number from then on.
type dictionary struct {
	keys  []key // by number - 1
	table table
}

// find is the number of a value at a slot, 0 for one that nobody asks for.
func (d *dictionary) find(slot int32, v *value.Value) int32 {
	k, ok := keyOf(slot, v)
	if !ok || len(d.keys) == 0 {
		return 0
	}
	return d.number(&k, k.hash())
}

func (d *dictionary) number(k *key, hash uint32) int32 {
	for number, at := d.table.seek(hash, hash); number != 0; number, at = d.table.seek(hash, at) {
		if d.keys[number-1].equal(k) {
			return number
		}
	}
	return 0
}

// add is the number of a key, a new one if it has none.
func (d *dictionary) add(k *key) int32 {
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

// dictionaries are those of small sets of the same paths. What a data says is mostly looked up in the same one for all
// groups, and it is at hand then.
type dictionaries struct {
	mu    sync.Mutex // protects known
	known map[string]*dictionary
}

// mostDictionaries is how many are remembered: sets that ask for values of their own have one each.
const mostDictionaries = 256

// of is a dictionary of some keys, whatever their order.
func (d *dictionaries) of(keys []key) *dictionary {
	sorted := slices.SortedFunc(slices.Values(keys), compareKeys)
	var content []byte
	for i := range sorted {
		content = sorted[i].append(content)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if shared := d.known[string(content)]; shared != nil {
		return shared
	}
	if d.known == nil || len(d.known) >= mostDictionaries {
		d.known = map[string]*dictionary{}
	}
	shared := &dictionary{}
	for i := range sorted {
		shared.add(&sorted[i])
	}
	shared.keys = slices.Clip(shared.keys)
	d.known[string(content)] = shared
	return shared
}
