package predicate

import (
	"cmp"
	"encoding/binary"
	"math"
	"strings"

	"github.com/dictrack/dictrack/internal/match/hashtable"
	"github.com/dictrack/dictrack/value"
)

// key is a scalar at a slot in a form that is found by hash: two scalars are equal exactly when their keys are.
type key struct {
	prefix uint64 // the number, or the first eight bytes of the string
	text   string // a string that is longer than prefix
	kind   uint32 // of a string: its length too
	slot   int32
}

const (
	keyNull = iota
	keyBool
	keyInteger  // a number that is an int64, so that 1 and 1.0 have the same key
	keyFraction // any other number
	keyString
)

// keyOf returns the key of v; false for lists, objects and what is equal to nothing.
func keyOf(slot int32, v *value.Value) (k key, ok bool) {
	k.slot = slot
	switch v.Kind() {
	case value.String:
		k.setString(v.Str())
	case value.Int:
		k.prefix, k.kind = uint64(v.Int()), keyInteger
	case value.Float:
		k.setFloat(v.Float())
	case value.Bool:
		k.kind = keyBool
		if v.Bool() {
			k.prefix = 1
		}
	case value.Null:
		k.kind = keyNull
	default:
		return k, false
	}
	return k, true
}

func (k *key) setString(s string) {
	k.kind = stringKind(s)
	k.prefix = prefix64(s)
	if len(s) > 8 {
		k.text = s
	}
}

// stringKind is the kind of a string's key.
func stringKind(s string) uint32 { return keyString | uint32(len(s))<<3 }

// prefix64 loads up to eight bytes from the start of s, little-endian.
func prefix64(s string) uint64 {
	if len(s) >= 8 {
		return uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 |
			uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
	}
	switch n := len(s); {
	case n >= 4: // the two loads may overlap
		return uint64(load32(s)) | uint64(load32(s[n-4:]))<<(8*(n-4))
	case n >= 2:
		return uint64(s[0]) | uint64(s[1])<<8 | uint64(s[n-1])<<(8*(n-1))
	case n == 1:
		return uint64(s[0])
	}
	return 0
}

// load32 loads the first four bytes of s, little-endian.
func load32(s string) uint32 {
	return uint32(s[0]) | uint32(s[1])<<8 | uint32(s[2])<<16 | uint32(s[3])<<24
}

func (k *key) setFloat(f float64) {
	if f == math.Trunc(f) && f >= -1<<63 && f < 1<<63 {
		k.prefix, k.kind = uint64(int64(f)), keyInteger
		return
	}
	k.prefix, k.kind = math.Float64bits(f), keyFraction
}

func (k *key) hash() uint32 {
	h := k.prefix
	for rest := k.text; len(rest) > 8; {
		rest = rest[min(8, len(rest)-8):]
		h = hashtable.Mix(h, 0) ^ prefix64(rest)
	}
	return hashShort(h, k.kind, k.slot)
}

// hashShort is the hash of a key that has no text.
func hashShort(prefix uint64, kind uint32, slot int32) uint32 {
	return uint32(hashtable.Mix(prefix, uint64(kind)<<32|uint64(uint32(slot))))
}

// HashString hashes a string.
func HashString(s string) uint32 {
	var k key
	k.setString(s)
	return k.hash()
}

func (k *key) equal(other *key) bool {
	return k.prefix == other.prefix && k.kind == other.kind && k.slot == other.slot &&
		(k.text == "" || k.text == other.text) // kind has the length of both
}

// compareKeys is a total order of keys, which makes the numbering of a shared dictionary canonical.
func compareKeys(a, b key) int {
	return cmp.Or(
		cmp.Compare(a.slot, b.slot), cmp.Compare(a.kind, b.kind), cmp.Compare(a.prefix, b.prefix), strings.Compare(a.text, b.text))
}

// append appends an encoding of the key that no other key has.
func (k *key) append(dst []byte) []byte {
	dst = binary.LittleEndian.AppendUint32(dst, uint32(k.slot))
	dst = binary.LittleEndian.AppendUint32(dst, k.kind) // with the length of the text
	dst = binary.LittleEndian.AppendUint64(dst, k.prefix)
	return append(dst, k.text...)
}
