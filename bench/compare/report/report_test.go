package main

import (
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

const output = `goos: linux
pkg: github.com/dictrack/dictrack/bench
cpu: some
BenchmarkDurable/W100-2    10   100.0 ns/op   70 messages/s
BenchmarkDurable/W100-2    10   300.0 ns/op   50 messages/s
BenchmarkDurable/W100-2    10   200.0 ns/op   90 messages/s
BenchmarkDurable/plain-2   10   10.0 ns/op   100 messages/s
BenchmarkDurable/plain-2   10   10.0 ns/op   100 messages/s
BenchmarkDurable/plain-2   10   10.0 ns/op   100 messages/s
PASS
`

func parsed(t *testing.T, text string) measured {
	t.Helper()
	m := measured{}
	if err := m.read(strings.NewReader(text)); err != nil {
		t.Fatal(err)
	}
	return m
}

func TestRows(t *testing.T) {
	m := parsed(t, output)
	const own, plain = "bench Durable/W100", "bench Durable/plain"
	for _, test := range []struct {
		row  row
		want string
	}{
		{row{name: own, unit: "ns/op", most: 200}, "200 ns | 100 to 300 | 3 | at most 200: met"},
		{row{name: own, unit: "ns/op", most: 100}, "200 ns | 100 to 300 | 3 | at most 100: **missed**, 2 times as much"},
		{row{name: own, unit: "messages/s", least: 100}, "70 messages/s | 50 to 90 | 3 | at least 100: **missed**, 0.7 of it"},
		{row{name: own, unit: "messages/s", over: plain, least: 0.6}, "0.7 times | 0.5 to 0.9 | 3 | at least 0.6: met"},
		{row{name: own, unit: "ns/op", beside: plain}, "200 ns, 20 times Durable/plain | 100 to 300 | 3 | "},
		{row{name: own, unit: "bytes"}, "not measured | | | "},
	} {
		if got := test.row.cells(m, test.row.values(m)); got != test.want {
			t.Errorf("%+v:\n got %s\nwant %s", test.row, got, test.want)
		}
	}
}

func TestCommands(t *testing.T) {
	alone := row{name: "bench Durable/W100", unit: "ns/op"}
	if got, want := alone.command(), "go test -run '^$' -bench '^BenchmarkDurable$/^W100$' -benchmem -benchtime 2s -timeout 0 ./bench"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	ratio := row{name: "bench/compare Compare/W10/dictrack", over: "bench/compare Compare/W10/loop"}
	if got, want := ratio.command(), "go -C bench/compare test -run '^$' -bench '^BenchmarkCompare$/^W10$' -benchmem -benchtime 0.2s -timeout 0 ."; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// A suite that fails is an error, but what was measured is written, and what was measured before stays.
func TestFailureIsPassedOver(t *testing.T) {
	docs := t.TempDir()
	document := filepath.Join(docs, "performance.md")
	if err := os.WriteFile(document, []byte("before\n"+begins+"stale\n"+ends+"after\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	earlier := &record{Machine: here(), Benchmarks: parsed(t, output)}
	if err := earlier.save(filepath.Join(docs, "performance.json")); err != nil {
		t.Fatal(err)
	}
	o := options{count: 1, only: regexp.MustCompile("bench Durable"), root: t.TempDir(), docs: docs}
	err := o.run([]suite{{dir: "bench", names: "Durable"}, {dir: "bench", names: "Durable|Behind"}})
	if err == nil || strings.Count(err.Error(), "bench Durable") < 2 {
		t.Errorf("two suites without a directory: %v", err)
	}
	text, err := os.ReadFile(document)
	if err != nil || !strings.Contains(string(text), "70 messages/s") || !strings.HasPrefix(string(text), "before\n") ||
		!strings.HasSuffix(string(text), "after\n") || strings.Contains(string(text), "stale") {
		t.Errorf("the document says\n%s\n%v", text, err)
	}
}

// Figures of another machine are not added to.
func TestOtherMachine(t *testing.T) {
	file := filepath.Join(t.TempDir(), "performance.json")
	if err := (&record{Machine: machine{CPU: "Z80"}}).save(file); err != nil {
		t.Fatal(err)
	}
	if _, err := load(file); err == nil || !strings.Contains(err.Error(), "Z80") {
		t.Errorf("load: %v", err)
	}
}

func TestCheckNames(t *testing.T) {
	err := checkNames(strings.NewReader(output), io.Discard)
	if err == nil || strings.Contains(err.Error(), "bench Durable/") || !strings.Contains(err.Error(), "bench Behind/W100 (messages/s)") {
		t.Errorf("checkNames: %v", err)
	}
}
