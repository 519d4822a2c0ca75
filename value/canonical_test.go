package value

import (
	"bytes"
	"encoding/hex"
	"math"
	"strings"
	"testing"

	"github.com/dictrack/dictrack/internal/rawjson"
)

func TestAppendCanonical(t *testing.T) {
	for _, c := range []struct {
		in   any
		want string
	}{
		{nil, `null`},
		{true, `true`},
		{false, `false`},
		{-7, `-7`},
		{int64(math.MaxInt64), `9223372036854775807`},
		{1.0, `1`},
		{math.Copysign(0, -1), `0`},
		{0.1, `0.1`},
		{1e18, `1000000000000000000`},
		{float64(1 << 63), `9223372036854776000`},
		{-float64(1 << 63), `-9223372036854775808`},
		{1e20, `100000000000000000000`},
		{1e21, `1e+21`},
		{1e-6, `0.000001`},
		{1.5e-7, `1.5e-7`},
		{-1e-10, `-1e-10`},
		{1e100, `1e+100`},
		{1e-100, `1e-100`},
		{5e-324, `5e-324`},
		{"", `""`},
		{"a\"b\\c/\b\f\n\r\t\x00\x1f\x7f<>&\u2028ä😀", "\"a\\\"b\\\\c/\\b\\f\\n\\r\\t\\u0000\\u001f\x7f<>&\u2028ä😀\""},
		{[]any{}, `[]`},
		{[]any{1, "a", nil, []int{2}}, `[1,"a",null,[2]]`},
		{map[string]any{}, `{}`},
		{map[string]any{"b": 1, "a": 2, "": 3, "é": 4, "Z": 5, "a.b": 6}, `{"":3,"Z":5,"a":2,"a.b":6,"b":1,"é":4}`},
		{namedMap{"k": namedList{1}}, `{"k":[1]}`},
	} {
		got, err := AppendCanonical([]byte("before "), c.in)
		if string(got) != "before "+c.want || err != nil {
			t.Errorf("%v is %s, %v, want %s", c.in, got, err, c.want)
		}
	}
}

func TestAppendCanonicalErrors(t *testing.T) {
	deep := any(0)
	for range 65 {
		deep = []any{deep}
	}
	for _, c := range []struct {
		in   any
		want string
	}{
		{make(chan int), `no canonical JSON: chan int is no JSON value`},
		{map[string]any{"a": []any{1, map[string]any{"b.c": math.NaN()}}}, `no canonical JSON at "a.1.b\\.c": float64 is no JSON value`},
		{[]any{"ok", "\xff"}, `no canonical JSON at "1": "\xff" is not valid UTF-8`},
		{map[string]any{"a": map[string]any{"\xff": 1}}, `no canonical JSON at "a.\xff": "\xff" is not valid UTF-8`},
		{deep, `no canonical JSON at "` + strings.Repeat("0.", 63) + `0": nested deeper than 64`},
	} {
		got, err := AppendCanonical([]byte("before"), c.in)
		if err == nil || err.Error() != c.want || string(got) != "before" {
			t.Errorf("error %v, want %s, text %q", err, c.want, got)
		}
		if _, err := Hash(c.in); err == nil {
			t.Errorf("%v has a hash", c.in)
		}
	}
}

func TestHash(t *testing.T) {
	sum, err := Hash(map[string]any{"b": 1, "a": []any{"x"}})
	if got := hex.EncodeToString(sum[:]); err != nil || got != knownHash {
		t.Errorf("hash %s, %v, want %s", got, err, knownHash)
	}
}

// knownHash is the start of SHA-256 of {"a":["x"],"b":1}. It must never change: stored definitions are named by it.
const knownHash = "9bfce180614e8aaffe8a52084e7be3ee"

func TestEqualValuesHaveEqualTextAndHash(t *testing.T) {
	seen := map[[16]byte]int{}
	for i, forms := range distinct {
		for _, v := range forms {
			sum, err := Hash(v)
			if j, ok := seen[sum]; err != nil || ok && j != i {
				t.Errorf("%v: %v, or the hash of group %d", v, err, j)
			}
			seen[sum] = i
		}
	}
	if len(seen) != len(distinct) {
		t.Errorf("%d values have %d hashes", len(distinct), len(seen))
	}
}

// FuzzCanonical checks that canonical text decodes to the same value, which has the same text.
func FuzzCanonical(f *testing.F) {
	for _, seed := range []string{`{"b":[1,1.0,-0.0,1e21,1e-7],"a":{"\u0000":null,"ä":"\ud83d\ude00"}}`, `[9223372036854775808,0.1]`, `"x"`, `{"a.b":1e-310}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		v, err := rawjson.Decode(data)
		if err != nil {
			return
		}
		text, err := AppendCanonical(nil, v)
		if err != nil {
			t.Fatalf("%q: %v", data, err)
		}
		back, err := rawjson.Decode(text)
		if err != nil || !EqualAny(v, back) {
			t.Fatalf("%q became %s, which reads as %v, %v", data, text, back, err)
		}
		again, err := AppendCanonical(nil, back)
		if err != nil || !bytes.Equal(text, again) {
			t.Errorf("%s became %s, %v", text, again, err)
		}
	})
}

func BenchmarkHash(b *testing.B) {
	data := map[string]any{"group_id": "10000123", "bet": 317, "game": "b", "tags": []any{"x", "y"}}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Hash(data); err != nil {
			b.Fatal(err)
		}
	}
}
