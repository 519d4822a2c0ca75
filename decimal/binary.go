package decimal

import (
	"bytes"
	"encoding/binary"
	"math/bits"
)

// The binary form; each number has exactly one:
//
//	0nnnnnnn                  0 to 127
//	10nnnnnn nnnnnnnn         128 to 16511, less 128, big-endian
//	110lllse coefficient exp  l+1 bytes of coefficient, little-endian, the last one not 0; s: negative;
//	                          e: an exponent follows, zigzag in two bytes, little-endian
const (
	twoByteForm  = 0x80
	longForm     = 0xC0
	oneByteLimit = 1 << 7
	twoByteLimit = oneByteLimit + 1<<14
)

// AppendBinary appends a compact form of a to dst: one byte up to 127, two up to 16511, at most 11. Equal numbers
// have the same form.
func (a Decimal) AppendBinary(dst []byte) []byte {
	if a.exp == 0 && !a.neg {
		if a.coef < oneByteLimit {
			return append(dst, byte(a.coef))
		}
		if a.coef < twoByteLimit {
			n := a.coef - oneByteLimit
			return append(dst, twoByteForm|byte(n>>8), byte(n))
		}
		size := (bits.Len64(a.coef) + 7) / 8
		dst = append(dst, longForm|byte(size-1)<<2)
		return binary.LittleEndian.AppendUint64(dst, a.coef)[:len(dst)+size]
	}
	return a.appendLong(dst)
}

// ShortLimit is the smallest whole number that EncodeShort cannot encode.
const ShortLimit = twoByteLimit

// EncodeShort returns what AppendBinary appends for a whole number below ShortLimit: size is 1 for the first byte alone,
// or 2 for both. It compiles to code without branches, which would be mispredicted for mixed numbers.
func EncodeShort(n uint32) (first, second byte, size int) {
	first, size = byte(n), 1
	if n >= oneByteLimit {
		first = twoByteForm | byte((n-oneByteLimit)>>8)
	}
	if n >= oneByteLimit {
		size = 2
	}
	return first, byte(n - oneByteLimit), size
}

func (a Decimal) appendLong(dst []byte) []byte {
	coef, exp := a.withoutTrailingZeros()
	head := len(dst)
	dst = append(dst, longForm)
	for rest := coef; ; {
		dst = append(dst, byte(rest))
		if rest >>= 8; rest == 0 {
			break
		}
	}
	dst[head] |= byte(len(dst)-head-2) << 2
	if a.neg {
		dst[head] |= 2
	}
	if exp != 0 {
		dst[head] |= 1
		zigzag := uint16(exp<<1) ^ uint16(exp>>15)
		dst = append(dst, byte(zigzag), byte(zigzag>>8))
	}
	return dst
}

// ReadBinary reads the number that AppendBinary wrote at the start of src, and returns the bytes after it. It is false
// for bytes that AppendBinary never writes; rest is then src.
func ReadBinary(src []byte) (d Decimal, rest []byte, ok bool) {
	if len(src) == 0 {
		return Decimal{}, src, false
	}
	switch head := src[0]; {
	case head < twoByteForm:
		return Decimal{coef: uint64(head)}, src[1:], true
	case head >= longForm:
		return readLong(src)
	case len(src) < 2:
		return Decimal{}, src, false
	default:
		n := uint64(head&^twoByteForm)<<8 | uint64(src[1])
		return Decimal{coef: n + oneByteLimit}, src[2:], true
	}
}

// readLong reads the long form. It encodes the number again, to check that src has the only form of that number.
func readLong(src []byte) (Decimal, []byte, bool) {
	head := src[0]
	end := 2 + int(head>>2&7)
	size := end + 2*int(head&1)
	if len(src) < size {
		return Decimal{}, src, false
	}
	var coef uint64
	for i := end - 1; i > 0; i-- {
		coef = coef<<8 | uint64(src[i])
	}
	if head&0x23 == 0 && coef >= twoByteLimit && coef <= maxCoef && src[end-1] != 0 {
		return Decimal{coef: coef}, src[size:], true
	}
	exp := 0
	if head&1 != 0 {
		zigzag := uint16(src[end]) | uint16(src[end+1])<<8
		exp = int(int16(zigzag>>1) ^ -int16(zigzag&1))
	}
	if coef > maxCoef || exp < minExp || exp > -minExp {
		return Decimal{}, src, false
	}
	d := canonical(head&2 != 0, coef, exp)
	var buf [16]byte
	if !bytes.Equal(d.AppendBinary(buf[:0]), src[:size]) {
		return Decimal{}, src, false
	}
	return d, src[size:], true
}
