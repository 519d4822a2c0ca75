package main

import (
	"bytes"
	"fmt"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/dictrack/dictrack/internal/testserver/mongodb"
	"github.com/dictrack/dictrack/internal/testserver/postgres"
	"github.com/dictrack/dictrack/internal/testserver/redis"
)

// flights is a real run: its events and its end must be the same wherever the state is.
var flights = []string{
	"track", "--trackers", "../../examples/flights/trackers.yaml", "--group-by", "origin",
	"--time-by", "date", "--time-layout", "2006/01/02 15:04", "../../examples/flights/flights.ndjson",
}

// startPostgres starts a server for a test.
func startPostgres(t *testing.T) *postgres.Server {
	t.Helper()
	s, err := postgres.Start()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Stop(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// startRedis starts a server for a test, which keeps what it answered when it is killed.
func startRedis(t *testing.T) *redis.Server {
	t.Helper()
	s, err := redis.Start("--appendonly", "yes", "--appendfsync", "everysec")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

// startMongo starts a server for a test, and returns the URL of a database.
func startMongo(t *testing.T) string {
	t.Helper()
	s, err := mongodb.Start()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Stop)
	return strings.Replace(s.URL(), "/?", "/dictrack_test_command?retry_timeout=2m&", 1) // FerretDB is slow
}

// must runs the command, and returns what it prints: results, and the rest.
func must(t *testing.T, args ...string) (out, errs string) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	cmd := exec.Command("dictrack", args...)
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		t.Fatalf("dictrack %s: %v\n%s", strings.Join(args, " "), err, stderr.String())
	}
	return stdout.String(), stderr.String()
}

// TestStatesAgree runs the flights with every kind of store and cache: all must tell the same. Only the ids of events
// may differ: they have the versions of groups, which count what had to be kept.
func TestStatesAgree(t *testing.T) {
	pg, hot := startPostgres(t), startRedis(t)
	events, summary := must(t, flights...)
	events = withoutIDs.ReplaceAllString(events, "")
	places := map[string][]string{
		"directory":                {"--data", filepath.Join(t.TempDir(), "state")},
		"PostgreSQL":               ofItsOwn("--store", pg.URL()),
		"write-behind, PostgreSQL": ofItsOwn("--store", pg.URL(), "--cache", "memory:?write_behind=100ms&changes=5000"),
		"Redis":                    ofItsOwn("--cache", hot.URL()),
		"Redis, PostgreSQL":        ofItsOwn("--cache", hot.URL(), "--store", pg.URL()),
	}
	shown, of := "", ""
	for name, place := range places {
		gotEvents, gotSummary := must(t, append(flights, place...)...)
		if got := withoutIDs.ReplaceAllString(gotEvents, ""); got != events {
			t.Errorf("%s: the events are %s", name, difference(got, events))
		}
		if counted(gotSummary) != counted(summary) {
			t.Errorf("%s: the summary is\n%s\nin memory it is\n%s", name, gotSummary, summary)
		}
		got, _ := must(t, append([]string{"show", "-o", "json"}, place...)...)
		if of == "" {
			shown, of = got, name
		} else if got != shown {
			t.Errorf("%s shows other trackers than %s: %s", name, of, difference(got, shown))
		}
		must(t, append([]string{"flush", "--yes"}, place...)...)
		if left, _ := must(t, append([]string{"groups"}, place...)...); left != "" {
			t.Errorf("%s has groups after flush: %q", name, left)
		}
	}
	if !strings.Contains(shown, `"group": "ATL"`) {
		t.Errorf("what is shown is %.300s", shown)
	}
}

var withoutIDs = regexp.MustCompile(`,"id":"[^"]*"`)

// counted is a summary without the figures of time.
func counted(summary string) string {
	before, _, _ := strings.Cut(summary, "messages/s:")
	return before[strings.Index(before, "messages:"):] // warnings come before it
}

// difference is where one text goes its own way.
func difference(got, want string) string {
	gots, wants := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i, line := range gots {
		if i >= len(wants) || line != wants[i] {
			return fmt.Sprintf("different from line %d on: %q", i+1, line)
		}
	}
	return fmt.Sprintf("%d lines, want %d", len(gots), len(wants))
}
