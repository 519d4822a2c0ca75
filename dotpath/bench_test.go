package dotpath_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/dictrack/dictrack/dotpath"
	"github.com/dictrack/dictrack/value"
)

const small = `{"group_id":"10000123","bet":317,"game":"b"}`

// document returns small, padded to a size with fields that are not requested, before or after the requested ones.
func document(fields, size int, wantedFirst bool) []byte {
	inner := strings.Trim(small, "{}")
	each := (size-len(small))/fields - 13
	var extra []string
	for i := range fields {
		extra = append(extra, fmt.Sprintf(`"field_%03d":%s`, i, filler(i, each)))
	}
	all := strings.Join(extra, ",")
	if wantedFirst {
		return []byte("{" + inner + "," + all + "}")
	}
	return []byte("{" + all + "," + inner + "}")
}

// filler returns some value of about n bytes: two texts, a number, a bool next to a text in a list, an object.
func filler(i, n int) string {
	text := strings.Repeat("Lorem ipsum dolor sit amet ", n/27+1)
	switch i % 5 {
	case 0, 1:
		return `"` + text[:n] + `"`
	case 2:
		return fmt.Sprintf(`[true,-%d.%04d,"%s"]`, 1000+i, 9999-i, text[:max(1, n-18)])
	case 3:
		return fmt.Sprintf(`{"id":%d,"name":"%s"}`, 1000000+i, text[:max(1, n-22)])
	}
	return fmt.Sprintf(`"%s"`, strings.Repeat("0123456789abcdef", n/16+1)[:n])
}

func benchmarkScan(b *testing.B, data []byte, scan func(*dotpath.Plan, []byte, []value.Value) error) {
	plan := newPlan(b, "bet", "game")
	into := make([]value.Value, plan.Slots())
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		if err := scan(plan, data, into); err != nil {
			b.Fatal(err)
		}
	}
	if into[0].Int() != 317 || into[1].Str() != "b" {
		b.Fatal("wrong values", into)
	}
}

func benchmarkDocuments(b *testing.B, scan func(*dotpath.Plan, []byte, []value.Value) error) {
	for _, d := range []struct {
		name string
		data []byte
	}{
		{"D44", []byte(small)},
		{"D500/last", document(12, 500, false)},
		{"D500/first", document(12, 500, true)},
		{"D2k/last", document(30, 2000, false)},
		{"D2k/first", document(30, 2000, true)},
		{"D2k/spaced", bytes.ReplaceAll(document(30, 2000, false), []byte(`":`), []byte(`": `))},
	} {
		b.Run(d.name, func(b *testing.B) { benchmarkScan(b, d.data, scan) })
	}
}

func BenchmarkScan(b *testing.B) { benchmarkDocuments(b, (*dotpath.Plan).Scan) }

func BenchmarkScanTrusted(b *testing.B) { benchmarkDocuments(b, (*dotpath.Plan).ScanTrusted) }

func BenchmarkLookup(b *testing.B) {
	data := map[string]any{"group_id": "10000123", "bet": 317, "game": "b"}
	plan := newPlan(b, "bet", "game")
	into := make([]value.Value, plan.Slots())
	b.ReportAllocs()
	for b.Loop() {
		plan.Lookup(data, into)
	}
}

func BenchmarkNewPlan(b *testing.B) {
	var wants []dotpath.Request
	for i := range 1000 {
		wants = append(wants, dotpath.Request{Path: parse(b, fmt.Sprintf("player.stats.%d.count_%d", i%10, i))})
	}
	for b.Loop() {
		dotpath.NewPlan(wants)
	}
}

func parse(t testing.TB, text string) dotpath.Path {
	t.Helper()
	path, err := dotpath.Parse(text)
	if err != nil {
		t.Fatalf("Parse(%q): %v", text, err)
	}
	return path
}

// newPlan requests the paths; those that end in "!" with their content.
func newPlan(t testing.TB, paths ...string) *dotpath.Plan {
	t.Helper()
	var wants []dotpath.Request
	for _, text := range paths {
		text, deep := strings.CutSuffix(text, "!")
		wants = append(wants, dotpath.Request{Path: parse(t, text), WithContent: deep})
	}
	return dotpath.NewPlan(wants)
}
