package rawjson

import "math/bits"

// Keys is a set of object keys to find, each with a number. It is immutable; the zero Keys is empty.
type Keys struct {
	lengths uint64 // a bit for each length of a key, modulo 64
	table   []bucket
	shift   uint8
}

// bucket is a bucket of a hash table with open addressing; the number of an empty one is 0.
type bucket struct {
	prefix uint64
	key    string
	number int // from 1
}

// NewKeys returns the set of keys, which must be distinct, numbered from 0 in their order.
func NewKeys(keys []string) Keys {
	size := 4
	for size < 4*len(keys) {
		size *= 2
	}
	k := Keys{table: make([]bucket, size), shift: uint8(64 - bits.TrailingZeros(uint(size)))}
	for i, key := range keys {
		k.add(key, i+1)
	}
	return k
}

func (k *Keys) add(key string, number int) {
	k.lengths |= 1 << (len(key) % 64)
	head := prefix64([]byte(key))
	i := hash(head, []byte(key)) >> k.shift
	for k.table[i].number != 0 {
		i = (i + 1) & uint64(len(k.table)-1)
	}
	k.table[i] = bucket{prefix: head, key: key, number: number}
}

// mayHaveLength reports whether one of the keys can have that length.
func (k *Keys) mayHaveLength(length int) bool { return k.lengths>>(uint(length)%64)&1 != 0 }

// find returns the number of the key d[start:end], or -1. mayHaveLength must be true for its length.
func (k *Keys) find(d []byte, start, end int) int {
	key := d[start:end]
	if len(key) > 8 || start > len(d)-8 {
		return k.findLong(key)
	}
	head := load64(d, start) & (1<<(8*len(key)) - 1)
	mask := uint64(len(k.table) - 1)
	for i := mix(head+uint64(len(key))) >> k.shift; ; i++ {
		switch b := &k.table[i&mask]; {
		case b.number == 0:
			return -1
		case b.prefix == head && len(b.key) == len(key):
			return b.number - 1
		}
	}
}

func (k *Keys) findLong(key []byte) int {
	head := prefix64(key)
	mask := uint64(len(k.table) - 1)
	for i := hash(head, key) >> k.shift; ; i++ {
		switch b := &k.table[i&mask]; {
		case b.number == 0:
			return -1
		case b.prefix == head && b.key == string(key):
			return b.number - 1
		}
	}
}

// hash returns the hash of a key, whose high bits are best mixed. Head is the prefix64 of the key.
func hash(head uint64, key []byte) uint64 {
	h := head + uint64(len(key))
	for i := 8; i < len(key); i += 8 {
		h = mix(h) ^ load64(key, min(i, len(key)-8))
	}
	return mix(h)
}

func mix(h uint64) uint64 { return (h ^ h>>32) * 0x9E3779B97F4A7C15 }

// prefix64 loads the first eight bytes of a key, little-endian.
func prefix64(key []byte) uint64 {
	var head uint64
	for i := range min(8, len(key)) {
		head |= uint64(key[i]) << (8 * i)
	}
	return head
}
