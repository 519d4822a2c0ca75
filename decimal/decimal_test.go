package decimal

import (
	"math"
	"testing"
	"unsafe"
)

// num parses a number of a test case.
func num(t testing.TB, text string) Decimal {
	t.Helper()
	var d Decimal
	if err := d.UnmarshalJSON([]byte(text)); err != nil {
		t.Fatal(err)
	}
	return d
}

func TestSize(t *testing.T) {
	if size := unsafe.Sizeof(Decimal{}); size != 16 {
		t.Errorf("a Decimal has %d bytes, want 16", size)
	}
}

func TestAddSub(t *testing.T) {
	for _, c := range []struct{ a, b, sum string }{
		{"0", "0", "0"},
		{"1", "2", "3"},
		{"-1", "-2", "-3"},
		{"5", "-5", "0"},
		{"-5", "3", "-2"},
		{"3", "-5", "-2"},
		{"0", "-0.5", "-0.5"},
		{"0.1", "0.2", "0.3"},
		{"0.5", "0.5", "1"},
		{"33.1", "33.6", "66.7"},
		{"9007199254740992", "1", "9007199254740993"},
		{"9223372036854775807", "1", "9223372036854775808"},
		{"9900000000000000000", "100000000000000000", "10000000000000000000"},
		{"9999999999999999999", "1", "10000000000000000000"},
		{"9999999999999999999", "2", "10000000000000000000"}, // 20 digits: as float64
		{"9999999999999999999", "9999999999999999999", "20000000000000000000"},
		{"1", "-0.0000000000000000001", "0.9999999999999999999"},
		{"1", "0.0000000000000000001", "1"},
		{"10000000000000000000", "1", "10000000000000000000"},
		{"10000000000000000000", "-1", "9999999999999999999"},
		{"10000000000000000000", "-0.1", "10000000000000000000"},
		{"1e300", "1", "1e+300"},
		{"1e300", "-1e300", "0"},
		{"1e30", "1e15", "1.000000000000001e+30"},
		{"1e18", "0.1", "1000000000000000000"},
		{"1e17", "0.1", "100000000000000000.1"},
		{"1e-300", "1e-310", "1.0000000001e-300"},
		{"5e-324", "5e-324", "1e-323"},
		{"1.7976931348623157e308", "1e308", "1.7976931348623157e+308"},
		{"-1.7976931348623157e308", "-1", "-1.7976931348623157e+308"},
		{"1e308", "9e307", "1.7976931348623157e+308"},
	} {
		a, b := num(t, c.a), num(t, c.b)
		if got := a.Add(b).String(); got != c.sum {
			t.Errorf("%s + %s = %s, want %s", c.a, c.b, got, c.sum)
		}
		if got := b.Add(a).String(); got != c.sum {
			t.Errorf("%s + %s = %s, want %s", c.b, c.a, got, c.sum)
		}
		if got := a.Sub(Decimal{}.Sub(b)).String(); got != c.sum {
			t.Errorf("%s - -%s = %s, want %s", c.a, c.b, got, c.sum)
		}
	}
}

func TestSumsOfTenthsReachTheirTarget(t *testing.T) {
	var sum Decimal
	tenth, _ := FromFloat(0.1)
	for range 10 {
		sum = sum.Add(tenth)
	}
	if sum != FromInt(1) {
		t.Errorf("ten tenths are %v", sum)
	}
}

func TestCmpAndEqual(t *testing.T) {
	ascending := []string{
		"-1.7976931348623157e308", "-1e300", "-10000000000000000000", "-9223372036854775808", "-1.5", "-1", "-1e-300",
		"0", "5e-324", "0.1", "0.11", "0.2", "1", "1.5", "9007199254740992", "9007199254740993", "9223372036854775807",
		"9999999999999999999", "10000000000000000000", "1e20", "1.1e20", "1e300", "1.7976931348623157e308",
	}
	for i, x := range ascending {
		for j, y := range ascending {
			a, b := num(t, x), num(t, y)
			want := min(1, max(-1, i-j))
			if got := a.Cmp(b); got != want {
				t.Errorf("%s Cmp %s = %d, want %d", x, y, got, want)
			}
			if (a == b) != (want == 0) || (a.String() == b.String()) != (want == 0) {
				t.Errorf("%s and %s: == is %v, printed %v and %v", x, y, a == b, a, b)
			}
		}
	}
	for _, same := range [][2]string{{"1", "1.0"}, {"100", "1e2"}, {"0.10", "1e-1"}, {"0", "-0.0"}, {"1e19", "10000000000000000000"}} {
		if a, b := num(t, same[0]), num(t, same[1]); a != b || a.Cmp(b) != 0 {
			t.Errorf("%s and %s differ: %#v %#v", same[0], same[1], a, b)
		}
	}
}

func TestSign(t *testing.T) {
	for text, want := range map[string]int{"0": 0, "-0": 0, "-0.0": 0, "0.1": 1, "-1e-300": -1, "7": 1} {
		d := num(t, text)
		if d.Sign() != want || d.IsZero() != (want == 0) {
			t.Errorf("%s: Sign %d, IsZero %v", text, d.Sign(), d.IsZero())
		}
	}
}

func TestInt64(t *testing.T) {
	for _, n := range []int64{0, 1, -1, 100, math.MaxInt64, math.MinInt64} {
		if got, ok := FromInt(n).Int64(); got != n || !ok {
			t.Errorf("FromInt(%d).Int64() = %d, %v", n, got, ok)
		}
	}
	for _, text := range []string{"0.5", "9223372036854775808", "-9223372036854775809", "1e300"} {
		if n, ok := num(t, text).Int64(); ok {
			t.Errorf("%s is an int64: %d", text, n)
		}
	}
}

func TestQuoRem(t *testing.T) {
	for _, c := range []struct {
		a, b string
		quo  int64
		rem  string
	}{
		{"7", "2", 3, "1"},
		{"6", "2", 3, "0"},
		{"1", "2", 0, "1"},
		{"0.7", "0.2", 3, "0.1"},
		{"100.3", "33.1", 3, "1"},
		{"1", "0.1", 10, "0"},
		{"1e300", "0.1", math.MaxInt64, "0"},
		{"1e300", "7", math.MaxInt64, "1"},
		{"0.1", "1e300", 0, "0.1"},
		{"9223372036854775807", "1", math.MaxInt64, "0"},
		{"9223372036854775808", "1", math.MaxInt64, "0"},
		{"9999999999999999999", "0.9999999999999999999", math.MaxInt64, "0"},
		{"100000000000000000.5", "1e17", 1, "0.5"},
		{"100000000.1234567891", "10000000.0", 10, "0.1234567891"},
		{"5e-324", "1e308", 0, "5e-324"},
		{"1.7976931348623157e308", "5e-324", math.MaxInt64, "0"},
		{"0", "5", 0, "0"},
		{"-7", "5", 0, "-7"},
		{"7", "0", 0, "7"},
		{"7", "-5", 0, "7"},
	} {
		quo, rem := num(t, c.a).QuoRem(num(t, c.b))
		if quo != c.quo || rem.String() != c.rem {
			t.Errorf("%s / %s = %d rest %s, want %d rest %s", c.a, c.b, quo, rem, c.quo, c.rem)
		}
	}
}

func TestSmallSumsDoNotAllocate(t *testing.T) {
	a, b := FromInt(1), num(t, "0.25")
	if n := testing.AllocsPerRun(100, func() { a = a.Add(b).Add(FromInt(1)) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkAddInts(b *testing.B) {
	sum, one := Decimal{}, FromInt(1)
	for b.Loop() {
		sum = sum.Add(one)
	}
}

func BenchmarkAddCents(b *testing.B) {
	sum, step := Decimal{}, num(b, "0.37")
	for b.Loop() {
		sum = sum.Add(step)
	}
}

func BenchmarkFromFloat(b *testing.B) {
	for b.Loop() {
		FromFloat(33.62)
	}
}

func BenchmarkParse(b *testing.B) {
	for b.Loop() {
		Parse(" 33.62 ")
	}
}
