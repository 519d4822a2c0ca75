package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// crowd is data for a few groups that several processes track at once: n records, each with an id.
func crowd(n int) (lines []string) {
	for i := range n {
		lines = append(lines, fmt.Sprintf(`{"g":"group %d","id":%d,"n":%d.5}`+"\n", i%crowdGroups, i, i))
	}
	return lines
}

const crowdGroups = 7

// crowdTrackers count every record, sum it up, and tell of every tenth.
const crowdTrackers = `
trackers:
  - {name: all, kind: count, targets: [1000000]}
  - {name: sum, kind: sum, key: n, targets: [1000000000]}
  - {name: tens, kind: count, targets: [10], loop: true, reset: none}
`

// processes is a test with processes that track into one place.
type processes struct {
	*testing.T
	trackers string
	place    []string
	records  int // that are tracked in all
}

func newProcesses(t *testing.T, place ...string) *processes {
	t.Helper()
	p := &processes{t, filepath.Join(t.TempDir(), "trackers.yaml"), place, 3000}
	if strings.Contains(strings.Join(place, " "), "mongodb:") {
		p.records = 600 // the server for tests is slow
	}
	write(t, p.trackers, crowdTrackers)
	return p
}

// tracking is a process that tracks what it reads.
func (p *processes) tracking(input io.Reader) *exec.Cmd {
	args := append([]string{"track", "--trackers", p.trackers, "--group-by", "g", "--id-by", "id"}, p.place...)
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute) // a process that hangs is killed
	p.Cleanup(cancel)
	cmd := exec.CommandContext(ctx, "dictrack", args...)
	cmd.Stdin = input
	return cmd
}

// check holds what is kept, and the tens that were told, to what n records come to; told is nil where nobody heard all.
func (p *processes) check(n int, told map[string]int) {
	p.Helper()
	shown, _ := must(p.T, append([]string{"show", "-o", "json"}, p.place...)...)
	var got []struct {
		Group, Name string
		Progress    json.Number
		Cycle       int
	}
	if err := json.Unmarshal([]byte(shown), &got); err != nil {
		p.Fatal(err)
	}
	if len(got) != 3*crowdGroups {
		p.Errorf("%d trackers, want 3 of %d groups", len(got), crowdGroups)
	}
	want := p.expected(n)
	for _, s := range got {
		text := fmt.Sprintf("%s %v %d", s.Name, s.Progress, s.Cycle)
		if !want[s.Group][text] {
			p.Errorf("%s: %s, want one of %v", s.Group, text, want[s.Group])
		}
	}
	for event, times := range told {
		if times != 1 {
			p.Errorf("%s is told %d times", event, times)
		}
	}
	if tens := countTens(n); told != nil && len(told) != tens {
		p.Errorf("%d different events, want %d", len(told), tens)
	}
}

// expected are the trackers of each group after n records.
func (p *processes) expected(n int) map[string]map[string]bool {
	counts, sums := map[string]int{}, map[string]float64{}
	for i := range n {
		group := fmt.Sprintf("group %d", i%crowdGroups)
		counts[group]++
		sums[group] += float64(i) + 0.5 // exact: halves
	}
	want := map[string]map[string]bool{}
	for group, count := range counts {
		want[group] = map[string]bool{
			fmt.Sprintf("all %d 1", count):                                         true,
			fmt.Sprintf("sum %s 1", strconv.FormatFloat(sums[group], 'f', -1, 64)): true,
			fmt.Sprintf("tens %d %d", count%10, count/10+1):                        true,
		}
	}
	return want
}

// countTens is how many tens n records come to.
func countTens(n int) (tens int) {
	for g := range crowdGroups {
		tens += (n + crowdGroups - 1 - g) / crowdGroups / 10
	}
	return tens
}

// heard counts the events that a process printed, by group and cycle.
func heard(t *testing.T, events string, told map[string]int) {
	t.Helper()
	for line := range strings.Lines(events) {
		var e struct {
			Event, Group string
			Cycle        int
		}
		if err := json.Unmarshal([]byte(line), &e); err != nil {
			t.Fatal(err)
		}
		if e.Event == "ALL_COMPLETED" || e.Event == "STAGE_COMPLETED" {
			told[fmt.Sprintf("%s of %s, cycle %d", e.Event, e.Group, e.Cycle)]++
		}
	}
}

// atOnce runs two processes at the same time, each with half of the data.
func (p *processes) atOnce() {
	n := p.records / share
	lines := crowd(n)
	told := map[string]int{}
	var running []*exec.Cmd
	for half := range 2 {
		var input strings.Builder
		for i := half; i < n; i += 2 {
			input.WriteString(lines[i])
		}
		cmd := p.tracking(strings.NewReader(input.String()))
		cmd.Stdout, cmd.Stderr = &bytes.Buffer{}, &bytes.Buffer{}
		if err := cmd.Start(); err != nil {
			p.Fatal(err)
		}
		running = append(running, cmd)
	}
	for _, cmd := range running {
		if err := cmd.Wait(); err != nil {
			p.Fatalf("%v\n%s", err, cmd.Stderr)
		}
		heard(p.T, cmd.Stdout.(*bytes.Buffer).String(), told)
	}
	p.check(n, told)
}

// killed kills a process in the middle of its data while another one goes on, and tracks the killed one's data again.
func (p *processes) killed() {
	n := p.records
	lines := crowd(n)
	first, second := strings.Join(lines[:n/2], ""), strings.Join(lines[n/2:], "")

	input, feeding := io.Pipe()
	victim := p.tracking(input)
	events, err := victim.StdoutPipe()
	if err != nil {
		p.Fatal(err)
	}
	other := p.tracking(strings.NewReader(second))
	var errs bytes.Buffer
	other.Stderr = &errs
	for _, cmd := range []*exec.Cmd{victim, other} {
		if err := cmd.Start(); err != nil {
			p.Fatal(err)
		}
	}
	go func() { _, _ = io.WriteString(feeding, first) }() // ends with the pipe
	told := bufio.NewScanner(events)
	for range 20 {
		if !told.Scan() {
			p.Fatal("the process tells no more")
		}
	}
	if err := victim.Process.Kill(); err != nil {
		p.Fatal(err)
	}
	_ = input.Close()
	if err := victim.Wait(); err == nil {
		p.Fatal("the process ended before it was killed")
	}
	if err := other.Wait(); err != nil {
		p.Fatalf("%v\n%s", err, errs.String())
	}
	again := p.tracking(strings.NewReader(first))
	again.Stderr = &errs
	if err := again.Run(); err != nil {
		p.Fatalf("%v\n%s", err, errs.String())
	}
	if !strings.Contains(errs.String(), "duplicates:") {
		p.Errorf("nothing was done before the kill: %s", errs.String())
	}
	p.check(n, nil)
}

// TestProcesses tracks into one place from several processes at once.
func TestProcesses(t *testing.T) {
	pg, hot, mongo := startPostgres(t), startRedis(t), startMongo(t)
	places := map[string][]string{
		"PostgreSQL":        {"--store", pg.URL()},
		"Redis":             {"--cache", hot.URL()},
		"Redis, MongoDB":    {"--cache", hot.URL(), "--store", mongo},
		"Redis, PostgreSQL": {"--cache", hot.URL(), "--store", pg.URL()},
	}
	for name, place := range places {
		t.Run(name, func(t *testing.T) {
			for how, do := range map[string]func(*processes){"at once": (*processes).atOnce, "killed": (*processes).killed} {
				t.Run(how, func(t *testing.T) {
					own := ofItsOwn(place...)
					do(newProcesses(t, own...))
					must(t, append([]string{"flush", "--yes"}, own...)...)
				})
			}
		})
	}
}

// owners counts those who got a place of their own.
var owners atomic.Int64

// ofItsOwn is a place on the same servers that nobody else has.
func ofItsOwn(place ...string) []string {
	name := fmt.Sprintf("own%d", owners.Add(1))
	own := make([]string, len(place))
	for i, word := range place {
		own[i] = word
		switch {
		case strings.HasPrefix(word, "postgres:"):
			own[i] += "&schema=" + name
		case strings.HasPrefix(word, "mongodb:"):
			own[i] += "&prefix=" + name
		case strings.HasPrefix(word, "redis"):
			own[i] += "?prefix=" + name
		}
	}
	return own
}
