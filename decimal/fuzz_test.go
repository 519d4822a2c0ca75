package decimal

import (
	"bytes"
	"encoding/json"
	"math"
	"math/big"
	"strconv"
	"testing"
)

// rat returns the exact value.
func (a Decimal) rat() *big.Rat {
	r, _ := new(big.Rat).SetString(a.String())
	return r
}

// exactly returns r as a Decimal, computed without this package's arithmetic; false when it does not fit 19 digits.
func exactly(r *big.Rat) (string, bool) {
	scale := big.NewInt(1)
	for places := 0; places <= 324; places++ {
		scaled := new(big.Rat).Mul(r, new(big.Rat).SetInt(scale))
		scale.Mul(scale, big.NewInt(10))
		if !scaled.IsInt() {
			continue
		}
		digits := bytes.TrimRight(new(big.Int).Abs(scaled.Num()).Append(nil, 10), "0")
		return r.FloatString(places), len(digits) <= 19
	}
	return "", false
}

// pick returns a Decimal that the fuzzer chooses: any coefficient with a moderate exponent, or any float.
func pick(coef uint64, exp int16, neg, float bool) Decimal {
	if float {
		d, _ := FromFloat(math.Float64frombits(coef))
		return d
	}
	return canonical(neg, coef%(maxCoef+1), int(exp%25))
}

func fuzzPairs(f *testing.F, check func(t *testing.T, a, b Decimal)) {
	for _, exp := range []int16{0, 1, -1, 18, 19, -20} {
		f.Add(uint64(1), int16(0), false, false, uint64(1), exp, false, false)
		f.Add(uint64(maxCoef), int16(0), false, false, uint64(1), exp, true, false)
		f.Add(uint64(maxCoef), exp, true, false, uint64(maxCoef), int16(0), false, false)
		f.Add(math.Float64bits(1e300), exp, false, true, math.Float64bits(-0.1), exp, false, true)
	}
	f.Fuzz(func(t *testing.T, c1 uint64, e1 int16, n1, f1 bool, c2 uint64, e2 int16, n2, f2 bool) {
		check(t, pick(c1, e1, n1, f1), pick(c2, e2, n2, f2))
	})
}

func FuzzAdd(f *testing.F) {
	fuzzPairs(f, func(t *testing.T, a, b Decimal) {
		sum := a.Add(b)
		want := new(big.Rat).Add(a.rat(), b.rat())
		limit := new(big.Rat).SetFloat64(math.MaxFloat64)
		if text, fits := exactly(want); fits && new(big.Rat).Abs(want).Cmp(limit) < 0 {
			if sum.rat().Cmp(want) != 0 {
				t.Errorf("%v + %v = %v, want %s", a, b, sum, text)
			}
			return
		}
		float := max(-math.MaxFloat64, min(a.Float64()+b.Float64(), math.MaxFloat64))
		if d, _ := FromFloat(float); sum != d {
			t.Errorf("%v + %v = %v, want float %v", a, b, sum, d)
		}
	})
}

func FuzzOrder(f *testing.F) {
	fuzzPairs(f, func(t *testing.T, a, b Decimal) {
		want := a.rat().Cmp(b.rat())
		if got := a.Cmp(b); got != want || (a == b) != (want == 0) {
			t.Errorf("%v Cmp %v = %d, want %d, == %v", a, b, got, want, a == b)
		}
		if a.Add(b) != b.Add(a) || !a.Sub(a).IsZero() {
			t.Errorf("%v + %v: order matters, or a-a is not 0", a, b)
		}
	})
}

func FuzzQuoRem(f *testing.F) {
	fuzzPairs(f, func(t *testing.T, a, b Decimal) {
		quo, rem := a.QuoRem(b)
		if a.Sign() <= 0 || b.Sign() <= 0 {
			if quo != 0 || rem != a {
				t.Errorf("%v / %v = %d rest %v", a, b, quo, rem)
			}
			return
		}
		ratio := new(big.Rat).Quo(a.rat(), b.rat())
		floor := new(big.Int).Quo(ratio.Num(), ratio.Denom())
		want := new(big.Rat).Sub(a.rat(), new(big.Rat).Mul(new(big.Rat).SetInt(floor), b.rat()))
		if floor.IsInt64() && floor.Int64() != quo || !floor.IsInt64() && quo != math.MaxInt64 {
			t.Errorf("%v / %v = %d, want %v", a, b, quo, floor)
		}
		if rem.Sign() < 0 || rem.Cmp(b) >= 0 {
			t.Errorf("%v %% %v = %v", a, b, rem)
		}
		if rem.rat().Cmp(want) != 0 {
			t.Errorf("%v %% %v = %v, want %v", a, b, rem, want)
		}
	})
}

func FuzzForms(f *testing.F) {
	f.Add(uint64(0), int16(0), false, false)
	f.Add(uint64(maxCoef), int16(-24), true, false)
	f.Add(math.Float64bits(math.SmallestNonzeroFloat64), int16(0), false, true)
	f.Fuzz(func(t *testing.T, coef uint64, exp int16, neg, float bool) {
		d := pick(coef, exp, neg, float)
		var back Decimal
		if err := back.UnmarshalJSON([]byte(d.String())); err != nil || back != d || !json.Valid([]byte(d.String())) {
			t.Errorf("%v reads back as %v, %v", d, back, err)
		}
		if nearest, _ := strconv.ParseFloat(d.String(), 64); nearest != d.Float64() {
			t.Errorf("%v is %g, want %g", d, d.Float64(), nearest)
		}
		got, rest, ok := ReadBinary(append(d.AppendBinary(nil), 0xAA))
		if got != d || !ok || !bytes.Equal(rest, []byte{0xAA}) {
			t.Errorf("%v reads back as %v, rest % x, %v", d, got, rest, ok)
		}
	})
}

func FuzzFromFloat(f *testing.F) {
	for _, x := range []float64{0.1, 33.6, 1e22, 1e23, 123456.7891, 999999999999.999, 1e15 + 0.3, 5e-324, 4503599627370497.5} {
		f.Add(x)
	}
	f.Fuzz(func(t *testing.T, x float64) {
		d, ok := FromFloat(x)
		if math.IsNaN(x) || math.IsInf(x, 0) {
			if ok {
				t.Errorf("FromFloat(%g) = %v", x, d)
			}
			return
		}
		var want Decimal
		if err := want.UnmarshalJSON(strconv.AppendFloat(nil, x, 'e', -1, 64)); err != nil || d != want || d.Float64() != x {
			t.Errorf("FromFloat(%g) = %v, want %v, %v", x, d, want, err)
		}
	})
}

func FuzzParse(f *testing.F) {
	for _, text := range []string{"1", " -1.5e3\n", "+.5", "5.", "0x1p2", "1_0", "inf", "9223372036854775808", "1e-400", "-", "1e"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		d, ok := Parse(text)
		var viaJSON Decimal
		if err := viaJSON.UnmarshalJSON([]byte(text)); err == nil && (!ok || d.Float64() != viaJSON.Float64()) {
			t.Errorf("Parse(%q) = %v, %v; as JSON %v", text, d, ok, viaJSON)
		}
		if !ok {
			return
		}
		if again, ok := Parse(d.String()); !ok || again != d {
			t.Errorf("Parse(%q) = %v, which parses as %v, %v", text, d, again, ok)
		}
	})
}

func FuzzReadBinary(f *testing.F) {
	for _, text := range []string{"0", "200", "-1", "0.5", "1e300", "9999999999999999999", "5e-324"} {
		f.Add(num(f, text).AppendBinary(nil))
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		d, rest, ok := ReadBinary(src)
		if !ok {
			return
		}
		if again := append(d.AppendBinary(nil), rest...); !bytes.Equal(again, src) {
			t.Errorf("% x reads as %v, which is % x", src, d, again)
		}
		if d != canonical(d.neg, d.coef, int(d.exp)) || math.IsInf(d.Float64(), 0) {
			t.Errorf("% x reads as %#v", src, d)
		}
	})
}
