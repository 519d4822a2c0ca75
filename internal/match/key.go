package match

import (
	"cmp"
	"encoding/binary"
	"math"
	"strings"

	"github.com/dictrack/dictrack/value"
)

// key is a scalar at a slot in a form that is found by hash: two scalars are equal exactly when their keys are.
type key struct {
	head uint64 // the number, or the first bytes of the string
	text string // a string that is longer than head
	kind uint32 // of a string: its length too
	slot int32
}

const (
	keyNull = iota
	keyBool
	keyWhole    // a number that is an int64, so that 1 and 1.0 meet
	keyFraction // any other number
	keyString
)

// keyOf is the key of v; false for lists, objects and what is equal to nothing.
func keyOf(slot int32, v *value.Value) (k key, ok bool) {
	k.slot = slot
	switch v.Kind() {
	case value.String:
		k.string(v.Str())
	case value.Int:
		k.head, k.kind = uint64(v.Int()), keyWhole
	case value.Float:
		k.float(v.Float())
	case value.Bool:
		k.kind = keyBool
		if v.Bool() {
			k.head = 1
		}
	case value.Null:
		k.kind = keyNull
	default:
		return k, false
	}
	return k, true
}

func (k *key) string(s string) {
	k.kind = kindOf(s)
	k.head = headOf(s)
	if len(s) > 8 {
		k.text = s
	}
}

// kindOf is the kind of a string's key.
func kindOf(s string) uint32 { return keyString | uint32(len(s))<<3 }

// headOf is up to eight bytes from the start of s, little-endian.
func headOf(s string) uint64 {
	if len(s) >= 8 {
		return uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 |
			uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
	}
	switch n := len(s); {
	case n >= 4: // the halves may overlap
		return uint64(half(s)) | uint64(half(s[n-4:]))<<(8*(n-4))
	case n >= 2:
		return uint64(s[0]) | uint64(s[1])<<8 | uint64(s[n-1])<<(8*(n-1))
	case n == 1:
		return uint64(s[0])
	}
	return 0
}

// half is the first four bytes of s.
func half(s string) uint32 {
	return uint32(s[0]) | uint32(s[1])<<8 | uint32(s[2])<<16 | uint32(s[3])<<24
}

func (k *key) float(f float64) {
	if f == math.Trunc(f) && f >= -1<<63 && f < 1<<63 {
		k.head, k.kind = uint64(int64(f)), keyWhole
		return
	}
	k.head, k.kind = math.Float64bits(f), keyFraction
}

func (k *key) hash() uint32 {
	h := k.head
	for rest := k.text; len(rest) > 8; {
		rest = rest[min(8, len(rest)-8):]
		h = mix(h, 0) ^ headOf(rest)
	}
	return hashShort(h, k.kind, k.slot)
}

func hashShort(head uint64, kind uint32, slot int32) uint32 {
	return uint32(mix(head, uint64(kind)<<32|uint64(uint32(slot))))
}

func (k *key) equal(other *key) bool {
	return k.head == other.head && k.kind == other.kind && k.slot == other.slot &&
		(k.text == "" || k.text == other.text) // kind says how long both are
}

// compareKeys gives keys some order.
func compareKeys(a, b key) int {
	return cmp.Or(
		cmp.Compare(a.slot, b.slot), cmp.Compare(a.kind, b.kind), cmp.Compare(a.head, b.head), strings.Compare(a.text, b.text))
}

// append appends all of the key.
func (k *key) append(dst []byte) []byte {
	dst = binary.LittleEndian.AppendUint32(dst, uint32(k.slot))
	dst = binary.LittleEndian.AppendUint32(dst, k.kind) // with the length of the text
	dst = binary.LittleEndian.AppendUint64(dst, k.head)
	return append(dst, k.text...)
}
