package rawjson

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestDecode(t *testing.T) {
	for text, want := range map[string]any{
		`null`: nil, ` true `: true, "\t\r\nfalse\n": false,
		`0`: int64(0), `-0`: int64(0), `17`: int64(17), `-17`: int64(-17), `123456789012345678`: int64(123456789012345678),
		`9223372036854775807`: int64(math.MaxInt64), `-9223372036854775808`: int64(math.MinInt64),
		`9223372036854775808`: float64(1 << 63), `1.0`: 1.0, `-0.0`: math.Copysign(0, -1), `1e2`: 100.0, `1E+2`: 100.0,
		`0.1`: 0.1, `1e-400`: 0.0, `1.5e-3`: 0.0015, `1` + strings.Repeat("0", 308): 1e308,
		`""`: "", `"a"`: "a", `"äöü 名前 😀"`: "äöü 名前 😀", `"a\"b\\c\/d\b\f\n\r\t"`: "a\"b\\c/d\b\f\n\r\t",
		`"\u0041\u00e4\u540D\ud83d\ude00\u0000"`: "Aä名😀\x00", `"\uD7FF\uE000\uFFFF"`: "\uD7FF\uE000\uFFFF",
		`"0123456789 plain text that is longer than a word"`: "0123456789 plain text that is longer than a word",
		"\"del \x7f\"": "del \x7f",
		`[]`:           []any{}, `[ ]`: []any{}, `[1,"a",[null]]`: []any{int64(1), "a", []any{nil}},
		`{}`: map[string]any{}, `{ "a" : 1 , "b":{"a":2} }`: map[string]any{"a": int64(1), "b": map[string]any{"a": int64(2)}},
		`{"a": [1, 2], "b":` + "\n\t3}": map[string]any{"a": []any{int64(1), int64(2)}, "b": int64(3)},
		`{"":0,"\u0061":1}`:             map[string]any{"": int64(0), "a": int64(1)},
	} {
		got, err := Decode([]byte(text))
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("%s: error %v, difference\n%s", text, err, diff)
		}
		checkSkip(t, []byte(text), err)
	}
}

const surrogate = `invalid JSON at byte 1: expected \u and four hex digits of a character, or of a surrogate pair`

func TestDecodeErrors(t *testing.T) {
	for text, want := range map[string]string{
		``:                        `invalid JSON at byte 0: unexpected end, expected a value`,
		`  `:                      `invalid JSON at byte 2: unexpected end, expected a value`,
		`{"group_id" "10000123"}`: `invalid JSON at byte 12: expected ':' after object key`,
		`{"a":1,}`:                `invalid JSON at byte 7: expected an object key in double quotes`,
		`{a:1}`:                   `invalid JSON at byte 1: expected an object key in double quotes`,
		`{"a":1 "b":2}`:           `invalid JSON at byte 7: expected ',' or '}' after object value`,
		`{"a":1`:                  `invalid JSON at byte 6: unexpected end, expected ',' or '}' after object value`,
		`{"a":}`:                  `invalid JSON at byte 5: expected a value`,
		`{"a":1,"b":2,"a":3}`:     `invalid JSON at byte 13: object key "a" is given twice`,
		`{"a":1,"\u0061":3}`:      `invalid JSON at byte 7: object key "a" is given twice`,
		`[{"b":{"c":0,"c":0}}]`:   `invalid JSON at byte 13: object key "c" is given twice`,
		`[1,]`:                    `invalid JSON at byte 3: expected a value`,
		`[1 2]`:                   `invalid JSON at byte 3: expected ',' or ']' after list item`,
		`[`:                       `invalid JSON at byte 1: unexpected end, expected a value`,
		`[1,`:                     `invalid JSON at byte 3: unexpected end, expected a value`,
		`1 2`:                     `invalid JSON at byte 2: expected nothing after the value`,
		`nul`:                     `invalid JSON at byte 0: expected a value`,
		`True`:                    `invalid JSON at byte 0: expected a value`,
		`NaN`:                     `invalid JSON at byte 0: expected a value`,
		`+1`:                      `invalid JSON at byte 0: expected a value`,
		`.5`:                      `invalid JSON at byte 0: expected a value`,
		`-`:                       `invalid JSON at byte 1: unexpected end, expected a digit`,
		`-a`:                      `invalid JSON at byte 1: expected a digit`,
		`1.`:                      `invalid JSON at byte 2: unexpected end, expected a digit`,
		`1.e5`:                    `invalid JSON at byte 2: expected a digit`,
		`1e`:                      `invalid JSON at byte 2: unexpected end, expected a digit`,
		`1e+x`:                    `invalid JSON at byte 3: expected a digit`,
		`01`:                      `invalid JSON at byte 1: expected nothing after the value`,
		`1e400`:                   `invalid JSON at byte 0: number is out of the range of float64`,
		`[-1e400]`:                `invalid JSON at byte 1: number is out of the range of float64`,
		`"a`:                      `invalid JSON at byte 2: unexpected end, expected '"' at the end of the string`,
		`"a\`:                     `invalid JSON at byte 2: unknown escape in string`,
		`"\x"`:                    `invalid JSON at byte 1: unknown escape in string`,
		"\"a\nb\"":                `invalid JSON at byte 2: control character in string`,
		"\"long enough \x00\"":    `invalid JSON at byte 13: control character in string`,
		"\"\xff\"":                `invalid JSON at byte 1: string is not valid UTF-8`,
		"\"ä\xc3\"":               `invalid JSON at byte 3: string is not valid UTF-8`,
		"\"\xed\xa0\x80\"":        `invalid JSON at byte 1: string is not valid UTF-8`,
		"\"\xc0\xaf\"":            `invalid JSON at byte 1: string is not valid UTF-8`,
		`"\ud83d"`:                surrogate,
		`"\ude00\ud83d"`:          surrogate,
		`"\ude00\ude00"`:          surrogate,
		`"\ud83d\u0041"`:          surrogate,
		`"\ud83d\uE000"`:          surrogate,
		`"\u12g4"`:                surrogate,
		"{\"a\":1}\x00":           `invalid JSON at byte 7: expected nothing after the value`,
		"\ufeff1":                 `invalid JSON at byte 0: expected a value`,
		"\v1":                     `invalid JSON at byte 0: expected a value`,
	} {
		got, err := Decode([]byte(text))
		if err == nil || err.Error() != want {
			t.Errorf("%q: %v, error\n  %v, want\n  %s", text, got, err, want)
		}
	}
	for _, text := range []string{strings.Repeat("9", 400), strings.Repeat("9", 400) + ".5"} {
		if _, err := Decode([]byte(text)); err == nil {
			t.Errorf("%.5s... is accepted", text)
		}
	}
}

func TestErrorTypes(t *testing.T) {
	var syntax *SyntaxError
	if _, err := Decode([]byte(`{"a" 1}`)); !errors.As(err, &syntax) || syntax.Offset != 5 {
		t.Errorf("syntax error is %#v", err)
	}
	var twice *DuplicateKeyError
	if _, err := Decode([]byte(`{"a":1,"a":2}`)); !errors.As(err, &twice) || twice.Key != "a" || twice.Offset != 7 {
		t.Errorf("duplicate key error is %#v", err)
	}
}

func TestDepth(t *testing.T) {
	for _, pair := range [][2]string{{"[", "]"}, {`{"a":`, "}"}, {`[{"a":`, "}]"}} {
		width := strings.Count(pair[0], "[") + strings.Count(pair[0], "{")
		nested := func(depth int) []byte {
			return []byte(strings.Repeat(pair[0], depth/width) + "0" + strings.Repeat(pair[1], depth/width))
		}
		if _, err := Decode(nested(64)); err != nil {
			t.Errorf("%s 64 deep: %v", pair[0], err)
		}
		if _, err := Decode(nested(66)); err == nil || !strings.Contains(err.Error(), "nested deeper than 64") {
			t.Errorf("%s 66 deep: %v", pair[0], err)
		}
		s := Scanner{Data: nested(66)}
		if end := s.Skip(0, 0); end >= 0 || s.Err() == nil {
			t.Errorf("%s 66 deep is skipped to %d", pair[0], end)
		}
	}
	if _, err := Decode([]byte(strings.Repeat("[", 1e6))); err == nil {
		t.Error("a million brackets are accepted")
	}
}

func TestParseNumber(t *testing.T) {
	for text, want := range map[string]Number{
		"5": {Int: 5, IsInt: true}, "-0": {IsInt: true}, "5.0": {Float: 5}, "9223372036854775808": {Float: 1 << 63}, "1e3": {Float: 1000},
	} {
		if got, ok := ParseNumber(text); got != want || !ok {
			t.Errorf("ParseNumber(%q) = %+v, %v", text, got, ok)
		}
	}
	for _, text := range []string{"", " 1", "1 ", "+1", "0x1", "1_0", "inf", "1e400", "01", "1,2", "a"} {
		if got, ok := ParseNumber(text); ok {
			t.Errorf("ParseNumber(%q) = %+v", text, got)
		}
	}
}

func TestDecodeSharesNoMemory(t *testing.T) {
	data := []byte(`{"key":["text"]}`)
	got, err := Decode(data)
	for i := range data {
		data[i] = 'x'
	}
	if diff := cmp.Diff(map[string]any{"key": []any{"text"}}, got); err != nil || diff != "" {
		t.Errorf("%v %s", err, diff)
	}
}

// Each function marks every byte it should, at every position in a word of bytes that it does not mark.
func TestMarkedBytes(t *testing.T) {
	for _, c := range []struct {
		name   string
		marks  func(uint64) uint64
		others string
		marked func(c byte) bool
		not    func(c byte) bool // bytes that cannot occur there
	}{
		{"special", markSpecial, "plain, ~", func(c byte) bool { return c < ' ' || c == '"' || c == '\\' || c >= 0x80 }, nil},
		{"structure", markStructural, "-1.e+,: ", isOneOf("\"{}[]"), func(c byte) bool { return !outside(c) }},
		{"structure", markStructural, "tru\t\n\rz0", isOneOf("\"{}[]"), func(c byte) bool { return !outside(c) }},
		{"ends", markTerminators, "-12.5E+0", isOneOf(",}] \t\n\r"), func(c byte) bool { return !outside(c) || isOneOf(`":[{`)(c) }},
		{"ends", markTerminators, "falsenul", isOneOf(",}] \t\n\r"), func(c byte) bool { return !outside(c) || isOneOf(`":[{`)(c) }},
	} {
		for b := range 256 {
			for place := range 8 {
				if c.not != nil && c.not(byte(b)) {
					continue
				}
				text := []byte(c.others)
				text[place] = byte(b)
				want := 8
				if c.marked(byte(b)) {
					want = place
				}
				if got := firstMarked(c.marks(load64(text, 0))); got != want {
					t.Errorf("%s(%q): first mark at %d, want %d", c.name, text, got, want)
				}
			}
		}
	}
}

func isOneOf(set string) func(byte) bool {
	return func(c byte) bool { return strings.IndexByte(set, c) >= 0 }
}

// outside reports whether a byte can occur outside of strings, or begin one.
func outside(c byte) bool {
	return isOneOf("\"{}[],:-+. \t\n\r")(c) || '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || c == 'E'
}

// Plain text ends at every position of a word, at every distance from the end of the data.
func TestStringAlignment(t *testing.T) {
	for before := range 20 {
		for after := range 20 {
			for _, end := range []string{`"`, `\n"`, `ä"`, "\x1f\"", "\xff\""} {
				text := `"` + strings.Repeat("a", before) + end + strings.Repeat(" ", after)
				_, err := Decode([]byte(text))
				bad := strings.ContainsAny(end, "\x1f") || end[0] == 0xff
				if (err != nil) != bad {
					t.Errorf("%q: %v", text, err)
				}
				s := Scanner{Data: []byte(text), Trusted: true}
				if end := s.Skip(0, 0); !bad && end != len(text)-after {
					t.Errorf("%q is jumped to %d", text, end)
				}
			}
		}
	}
}

func BenchmarkDecode(b *testing.B) {
	data := []byte(`{"group_id":"10000123","bet":317,"game":"b","tags":["x","y"],"price":33.6}`)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Decode(data); err != nil {
			b.Fatal(err)
		}
	}
}

func ExampleDecode() {
	v, err := Decode([]byte(`{"bet":317,"price":33.6}`))
	fmt.Println(v, err)
	_, err = Decode([]byte(`{"bet" 317}`))
	fmt.Println(err)
	// Output:
	// map[bet:317 price:33.6] <nil>
	// invalid JSON at byte 7: expected ':' after object key
}
