package dotpath_test

import (
	"bytes"
	"errors"
	"fmt"
	"math/big"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dictrack/dictrack/dotpath"
	"github.com/dictrack/dictrack/internal/rawjson"
	"github.com/dictrack/dictrack/value"
)

// naiveLookup is a simple reference implementation of Lookup.
func naiveLookup(v any, path string) (any, bool) {
	const mark = "\x00dot\x00"
	keys := strings.Split(strings.ReplaceAll(path, `\.`, mark), ".")
	for _, key := range keys {
		key = strings.ReplaceAll(key, mark, ".")
		switch at := v.(type) {
		case map[string]any:
			member, ok := at[key]
			if !ok {
				return nil, false
			}
			v = member
		case []any:
			i, ok := naiveIndex(key, len(at))
			if !ok {
				return nil, false
			}
			v = at[i]
		default:
			return nil, false
		}
	}
	return v, true
}

var index = regexp.MustCompile(`^-?[0-9]+$`)

func naiveIndex(key string, length int) (int, bool) {
	if !index.MatchString(key) {
		return 0, false
	}
	n, _ := new(big.Int).SetString(key, 10)
	if n.Sign() < 0 {
		n.Add(n, big.NewInt(int64(length)))
	}
	if n.Sign() < 0 || n.Cmp(big.NewInt(int64(length))) >= 0 {
		return 0, false
	}
	return int(n.Int64()), true
}

func FuzzLookup(f *testing.F) {
	for _, c := range lookups {
		f.Add([]byte(c.data), c.path)
	}
	for _, segment := range notIndexes {
		f.Add([]byte(`{"l":[7]}`), "l."+segment)
	}
	f.Fuzz(func(t *testing.T, data []byte, text string) {
		decoded, err := rawjson.Decode(data)
		object, ok := decoded.(map[string]any)
		path, empty := dotpath.Parse(text)
		if (empty != nil) != (text == "") || path.String() != text {
			t.Fatalf("Parse(%q): %v, %q", text, empty, path)
		}
		if err != nil || !ok || empty != nil || strings.Contains(text, "\x00dot\x00") {
			return
		}
		want := absent
		if v, ok := naiveLookup(object, text); ok {
			want = show(value.Of(v))
		}
		checkEverywhere(t, string(data), text, want)
	})
}

// somePaths are requested from fuzzed data: nested, with and without content, by index from both ends, one within
// another, twice.
var somePaths = []string{
	"a", "a.b", "b!", "b.a", "c.0", "c.-1", "c.00.a", "c.1!", "c.-1.b", "d.e.f", "d.e", "d.-2.0", "longer_than_eight", "a", `x\.y`, "",
}

// FuzzScan compares Scan and ScanTrusted with Decode and Lookup.
func FuzzScan(f *testing.F) {
	for _, seed := range []string{
		`{"a":{"b":1},"b":{"a":[1,{"x":null}]},"c":[{"a":1,"b":2},[3]],"d":{"e":{"f":"x"}},"longer_than_eight":true,"x.y":1e3}`,
		`{"a":[],"c":[{"a":1,"a":2}],"d":[[5],6],"\u0061":1}`, `{"b":{"k":1,"k":2}}`, `{"z":1,"z":2}`, `{"c":[[],{}],"z":"\"}]"}`,
		`{"d":[0,[1,2],3],"c":["\ud83d\ude00"],"z":{"a":[{"b":"ümläut in a text"}]}}`, `{"a":{"b":1},"a":2}`, ` {"a" : 1e999 } `, `[]`,
	} {
		f.Add([]byte(seed), "z.z")
	}
	f.Fuzz(func(t *testing.T, data []byte, another string) {
		if strings.Contains(another, "\x00") {
			return
		}
		plan, paths := fuzzPlan(another)
		scanned := make([]value.Value, plan.Slots())
		trusted := make([]value.Value, plan.Slots())
		decoded, decodeErr := rawjson.Decode(data)
		scanErr := plan.Scan(data, scanned)
		trustedErr := plan.ScanTrusted(data, trusted)
		checkError(t, data, another, scanErr)
		checkTrusted(t, data, scanErr, trustedErr)
		object, ok := decoded.(map[string]any)
		if decodeErr != nil || !ok {
			return
		}
		planned := make([]value.Value, plan.Slots())
		plan.Lookup(object, planned)
		for i, path := range paths {
			want := path.Lookup(object)
			checkSlot(t, path, want, planned[i], scanned[i])
			checkSlot(t, path, want, planned[i], trusted[i])
		}
	})
}

// fuzzPlan requests somePaths and another one; the empty path stands for one that finds nothing.
func fuzzPlan(another string) (*dotpath.Plan, []dotpath.Path) {
	var wants []dotpath.Request
	var paths []dotpath.Path
	for _, text := range append([]string{another}, somePaths...) {
		text, deep := strings.CutSuffix(text, "!")
		path, _ := dotpath.Parse(text)
		wants = append(wants, dotpath.Request{Path: path, WithContent: deep})
		paths = append(paths, path)
	}
	return dotpath.NewPlan(wants), paths
}

// checkError checks that Scan fails exactly when Decode fails, except for duplicate keys that are not requested, or when
// the data is not an object.
func checkError(t *testing.T, data []byte, another string, scanErr error) {
	t.Helper()
	strict := rawjson.Scanner{Data: data}
	if end := strict.Skip(strict.SkipSpace(0), 0); end >= 0 {
		strict.End(end)
	}
	var twice *dotpath.DuplicateError
	isTwice := errors.As(scanErr, &twice)
	switch {
	case strict.Err() != nil:
		if scanErr == nil {
			t.Fatalf("%q: accepted, want %v", data, strict.Err())
		}
	case data[strict.SkipSpace(0)] != '{':
		if !errors.Is(scanErr, dotpath.ErrNotObject) {
			t.Fatalf("%q: no object, but %v", data, scanErr)
		}
	case usesDuplicate(data, append(somePaths, another)) != isTwice || !isTwice && scanErr != nil:
		t.Fatalf("%q: a used key is given twice: %v, but %v", data, !isTwice, scanErr)
	}
}

// checkTrusted checks that ScanTrusted agrees with Scan on data that is strict JSON, and accepts no other data that does not end like an object.
func checkTrusted(t *testing.T, data []byte, scanErr, trustedErr error) {
	t.Helper()
	var syntax *rawjson.SyntaxError
	if !errors.As(scanErr, &syntax) && fmt.Sprint(scanErr) != fmt.Sprint(trustedErr) {
		t.Fatalf("%q: %v, but trusted: %v", data, scanErr, trustedErr)
	}
	if trustedErr == nil && !bytes.HasSuffix(bytes.TrimRight(data, " \t\r\n"), []byte("}")) {
		t.Fatalf("%q: accepted, and has no end", data)
	}
}

// checkSlot compares the value found with the expected one; a scan may leave out the content of lists and objects.
func checkSlot(t *testing.T, path dotpath.Path, want, planned, scanned value.Value) {
	t.Helper()
	if diff := cmp.Diff(show(want), show(planned)); diff != "" {
		t.Errorf("%q, planned lookup: %s", path, diff)
	}
	shallow := want.Kind() == scanned.Kind() && strings.HasPrefix(show(scanned), "shallow")
	if diff := cmp.Diff(show(want), show(scanned)); diff != "" && !shallow {
		t.Errorf("%q, scan: %s", path, diff)
	}
}
