package states

import "github.com/dictrack/dictrack/decimal"

// DecodeSmall decodes the states [from, to) from src, in the form of tracker.AppendState, for as long as each is a
// progress in stage 1 and nothing else. It returns the bytes it did not read and how many states it decoded. Old are
// states of the same trackers at another time: where one is removed or has an Overflow, decoding stops too, since
// the definition has to check the new state. It costs a fraction of tracker.Definition.ReadState.
func (t *Table) DecodeSmall(src []byte, from, to int, old *Table) (rest []byte, n int) {
	for index := from; index < to; index++ {
		if len(src) == 0 || src[0] != 0 || old.HasOverflow(index) || old.Removed(index) {
			return src, index - from
		}
		progress, rest, ok := decimal.ReadBinary(src[1:])
		if !ok {
			return src, index - from
		}
		coef, exp, neg := progress.Parts()
		p := Packed{coef: coef, head: uint32(uint16(exp))<<16 | headPlain, cycle: 1}
		p.flag(neg, flagNegative)
		t.Set(index, p)
		src = rest
	}
	return src, to - from
}

// EncodeSmall appends the encoding of the states [from, to) to dst, as tracker.AppendState does, stopping at the first
// that is not a whole progress from 0 in stage 1 and nothing else. It returns how many it wrote. It costs a fifth of
// tracker.AppendState.
func (t *Table) EncodeSmall(dst []byte, from, to int) ([]byte, int) {
	for n, word := range t.words[from:to] {
		if word < decimal.ShortLimit { // most
			first, second, size := decimal.EncodeShort(word)
			dst = append(dst, 0, first, second)[:len(dst)+1+size]
			continue
		}
		coef := uint64(word)
		if word >= wideBit {
			p := t.At(from + n)
			if !p.plain() {
				return dst, n
			}
			coef = p.coef
		}
		dst = decimal.FromParts(coef, 0, false).AppendBinary(append(dst, 0))
	}
	return dst, to - from
}
