package decimal

import (
	"encoding/json"
	"math"
	"strings"
	"testing"
)

func TestParse(t *testing.T) {
	for text, want := range map[string]string{
		"1": "1", " 3 ": "3", "3.5": "3.5", "+2": "2", ".5": "0.5", "5.": "5", "-7": "-7", "1e2": "100", "1E+2": "100",
		"\t\r\n 4\n": "4", "-0": "0", "-0.0": "0", "007": "7", "1.50": "1.5", "-.5e-1": "-0.05",
		"9007199254740993":      "9007199254740993",
		"9223372036854775807":   "9223372036854775807",
		"-9223372036854775808":  "-9223372036854775808",
		"9223372036854775808":   "9223372036854776000", // past int64: as float64
		"9007199254740993.0":    "9007199254740992",
		"0.1000000000000000055": "0.1",
		"1e-400":                "0",
		"1e300":                 "1e+300",
	} {
		d, ok := Parse(text)
		if !ok || d.String() != want {
			t.Errorf("Parse(%q) = %v, %v, want %s", text, d, ok, want)
		}
	}
}

func TestParseErrors(t *testing.T) {
	for _, text := range []string{
		"", " ", ".", "+", "-", "abc", "0x10", "--1", "1e", "1e+", "e5", "_1", "1_0", "1__0", "True", "None", "1 2", "１２", "١",
		"inf", "Infinity", "-inf", "nan", "NaN", "1e400", "-1e400", "1\v", "\u00a01", "1f", "1,5", "1.2.3", "0b1", "0o7", "1p3",
	} {
		if d, ok := Parse(text); ok {
			t.Errorf("Parse(%q) = %v", text, d)
		}
	}
}

func TestFromFloat(t *testing.T) {
	for f, want := range map[float64]string{
		0: "0", math.Copysign(0, -1): "0", 0.1: "0.1", -2.5: "-2.5", 100.3: "100.3", 1e21: "1000000000000000000000",
		1 << 53: "9007199254740992", 1 << 63: "9223372036854776000", 1.0 / 3: "0.3333333333333333",
		math.MaxFloat64: "1.7976931348623157e+308", math.SmallestNonzeroFloat64: "5e-324", 12345.6789: "12345.6789",
		1240059999387141.5: "1240059999387141.5", 0.0001: "0.0001", 123456789012.3456: "123456789012.3456", 2.2250738585072014e-308: "2.2250738585072014e-308",
	} {
		d, ok := FromFloat(f)
		if !ok || d.String() != want {
			t.Errorf("FromFloat(%g) = %v, %v, want %s", f, d, ok, want)
		}
		if d.Float64() != f {
			t.Errorf("FromFloat(%g).Float64() = %g", f, d.Float64())
		}
	}
	for _, f := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
		if d, ok := FromFloat(f); ok {
			t.Errorf("FromFloat(%g) = %v", f, d)
		}
	}
}

func TestFloat64IsNearest(t *testing.T) {
	for text, want := range map[string]float64{
		"397373499.4152199333": 397373499.41521996, "91698873757298181.37": 9.169887375729818e16, "9007199254740993": 9007199254740992,
		"-9007199254740995": -9007199254740996, "1e22": 1e22, "1e23": 1e23, "-1e-23": -1e-23, "1e-324": 0,
	} {
		if got := num(t, text).Float64(); got != want {
			t.Errorf("%s is %v, want %v", text, got, want)
		}
	}
}

func TestString(t *testing.T) {
	for text, want := range map[string]string{
		"1e2": "100", "-1.50": "-1.5", "0.00001": "0.00001", "1e24": "1000000000000000000000000", "1e25": "1e+25",
		"1e-23": "0.00000000000000000000001", "1e-24": "1e-24", "-1.25e-30": "-1.25e-30", "123456e30": "1.23456e+35",
		"0.1234567890123456789": "0.1234567890123456789", "1234567890.123456789": "1234567890.123456789",
	} {
		if got := num(t, text).String(); got != want {
			t.Errorf("%s prints as %s, want %s", text, got, want)
		}
	}
}

func TestJSON(t *testing.T) {
	type box struct{ N Decimal }
	for _, text := range []string{`{"N":0.1}`, `{"N":-9223372036854775808}`, `{"N":1234567890123456.789}`, `{"N":1e+300}`, `{"N":1e-324}`} {
		var b box
		if err := json.Unmarshal([]byte(text), &b); err != nil {
			t.Errorf("%s: %v", text, err)
		}
		if out, err := json.Marshal(b); string(out) != text || err != nil {
			t.Errorf("%s went out as %s, %v", text, out, err)
		}
	}
}

func TestUnmarshalJSONBeyondNineteenDigits(t *testing.T) {
	for text, want := range map[string]string{
		"0.33333333333333333333333": "0.3333333333333333",
		"12345678901234567891":      "12345678901234567000",
		"3.5e-324":                  "5e-324",
		"1e-9999999999":             "0",
		"0e9999999999":              "0",
		"0.00e5":                    "0",
	} {
		if got := num(t, text).String(); got != want {
			t.Errorf("%s reads as %s, want %s", text, got, want)
		}
	}
}

func TestUnmarshalJSONErrors(t *testing.T) {
	for _, text := range []string{"", "null", `"1"`, "true", "[1]", "+1", ".5", "5.", "05", "-", "1e", " 1", "1e400", "NaN", "1e99999999999"} {
		d := FromInt(7)
		err := d.UnmarshalJSON([]byte(text))
		if err == nil || d != FromInt(7) {
			t.Errorf("%q: %v, error %v", text, d, err)
		} else if text == "1e400" && !strings.Contains(err.Error(), "out of range") {
			t.Errorf("%q: unclear error %v", text, err)
		}
	}
}

func TestBinarySizes(t *testing.T) {
	for text, want := range map[string]int{
		"0": 1, "127": 1, "128": 2, "16511": 2, "16512": 3, "-1": 2, "0.5": 4, "1e300": 4,
		"9223372036854775807": 9, "-1.797693134862315e-300": 10,
	} {
		if got := num(t, text).AppendBinary(nil); len(got) != want {
			t.Errorf("%s takes %d bytes % x, want %d", text, len(got), got, want)
		}
	}
}

func TestReadBinaryErrors(t *testing.T) {
	for _, bytes := range []string{
		"", "\x80", "\xC0", "\xC0\x05", "\xC4\x05\x00", "\xC2\x00", "\xC1\x05", "\xC1\x05\x00\x00", "\xC1\x0A\x01\x00", "\xE0\x80\x80",
		"\xDC\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF", "\xC1\x05\xFF\x7F", "\xC1\x05\xFF\xFF", "\xC1\x09\x68\x02",
	} {
		if d, rest, ok := ReadBinary([]byte(bytes)); ok || string(rest) != bytes {
			t.Errorf("% x reads as %v, rest % x, %v", bytes, d, rest, ok)
		}
	}
}
