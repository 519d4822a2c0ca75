package rawjson

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

var seeds = []string{
	`{"group_id":"10000123","bet":317,"game":"b"}`, `[1,-0,0.5,1e300,1e400,-9223372036854775808,9223372036854775808]`,
	`{"a":{"a":1},"b":[{"a":1,"a":2}]}`, `{"\u0061":1,"a":2}`, `"\ud83d\ude00 \ud83d"`, "\"\xff\"", `{"a":tru}`, ` [ ] `, `{"a":1}x`,
	`"\\\"\u00zz"`, `[[[[]]]]`, `-`, `1.`, `"` + "\x01" + `"`, `"a long enough text, with ümläuts, and \n"`, `nullnull`, ``, `"\`,
}

// FuzzDecode compares Decode with encoding/json and the stricter rules.
func FuzzDecode(f *testing.F) {
	for _, seed := range seeds {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		got, err := Decode(data)
		if strict := isStrict(data); strict != (err == nil) {
			t.Fatalf("%q: error %v, but strict is %v", data, err, strict)
		}
		checkSkip(t, data, err)
		if err != nil {
			return
		}
		decoder := json.NewDecoder(bytes.NewReader(data))
		decoder.UseNumber()
		var want any
		if err := decoder.Decode(&want); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(withNumbers(want), got); diff != "" {
			t.Errorf("%q:\n%s", data, diff)
		}
	})
}

// checkSkip checks that Skip agrees with Decode, apart from duplicate keys, and on strict JSON also when it is trusted.
func checkSkip(t *testing.T, data []byte, err error) {
	skip, jump := Scanner{Data: data}, Scanner{Data: data, Trusted: true}
	end := skip.Skip(skip.SkipSpace(0), 0)
	after := jump.Skip(jump.SkipSpace(0), 0)
	if end >= 0 {
		skip.End(end)
	}
	var twice *DuplicateKeyError
	if !errors.As(err, &twice) && (err == nil) != (skip.Err() == nil) {
		t.Fatalf("%q: Decode says %v, Skip %v", data, err, skip.Err())
	}
	if skip.Err() == nil && after != end {
		t.Fatalf("%q: trusted Skip goes to %d, Skip to %d", data, after, end)
	}
}

func isStrict(data []byte) bool {
	if !json.Valid(data) || !utf8.Valid(data) || hasLoneSurrogate(data) {
		return false
	}
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	return strictValue(decoder, 0) && noMore(decoder)
}

func noMore(decoder *json.Decoder) bool {
	_, err := decoder.Token()
	return errors.Is(err, io.EOF)
}

// strictValue reads one value token by token.
func strictValue(decoder *json.Decoder, depth int) bool {
	token, err := decoder.Token()
	if err != nil {
		return false
	}
	switch token := token.(type) {
	case json.Number:
		_, err := strconv.ParseFloat(token.String(), 64)
		return err == nil
	case json.Delim:
		if depth == MaxDepth {
			return false
		}
		keys := map[string]bool{}
		for decoder.More() {
			if token == '{' && !freshKey(decoder, keys) || !strictValue(decoder, depth+1) {
				return false
			}
		}
		_, err := decoder.Token()
		return err == nil
	}
	return true
}

func freshKey(decoder *json.Decoder, keys map[string]bool) bool {
	token, _ := decoder.Token()
	key, ok := token.(string)
	fresh := ok && !keys[key]
	keys[key] = true
	return fresh
}

// hasLoneSurrogate reports whether valid JSON has an escape that is half a surrogate pair.
func hasLoneSurrogate(data []byte) bool {
	unit := func(i int) uint64 {
		if i+6 > len(data) || data[i] != '\\' || data[i+1] != 'u' {
			return 0
		}
		n, _ := strconv.ParseUint(string(data[i+2:i+6]), 16, 16)
		return n
	}
	for i := 0; i < len(data); i++ {
		if data[i] != '\\' {
			continue
		}
		switch high := unit(i); {
		case high>>10 == 0xD800>>10 && unit(i+6)>>10 == 0xDC00>>10:
			i += 11
		case high>>11 == 0xD800>>11:
			return true
		default:
			i++
		}
	}
	return false
}

// withNumbers returns v with every json.Number as the int64 or float64 that it is.
func withNumbers(v any) any {
	switch v := v.(type) {
	case json.Number:
		if n, err := strconv.ParseInt(v.String(), 10, 64); err == nil && !strings.ContainsAny(v.String(), ".eE") {
			return n
		}
		f, _ := v.Float64()
		return f
	case []any:
		for i := range v {
			v[i] = withNumbers(v[i])
		}
	case map[string]any:
		for key := range v {
			v[key] = withNumbers(v[key])
		}
	}
	return v
}

// FuzzSkipUnchecked checks that skipping without checks ends on any data.
func FuzzSkipUnchecked(f *testing.F) {
	for _, seed := range seeds {
		f.Add([]byte(seed), 0)
	}
	f.Fuzz(func(t *testing.T, data []byte, i int) {
		if i < 0 || i >= len(data) {
			return
		}
		s := Scanner{Data: data, Trusted: true}
		if end := s.Skip(i, 0); end > len(data) || end >= 0 && end < i {
			t.Errorf("%q: from %d to %d", data, i, end)
		}
		s.AppendText(nil, Text{Start: i, End: len(data), Escaped: true})
	})
}
