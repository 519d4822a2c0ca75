package main

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spf13/cobra"
)

// setup writes a definition file and some data into a new directory, and returns both.
func setup(t *testing.T) (trackers, data string) {
	t.Helper()
	dir := t.TempDir()
	trackers, data = filepath.Join(dir, "trackers.yaml"), filepath.Join(dir, "data.jsonl")
	write(t, trackers, "trackers: [{name: each, kind: count, targets: [1], loop: true, reset: none}]")
	write(t, data, strings.Repeat(`{"g":1}`+"\n", 3))
	return trackers, data
}

func write(t *testing.T, file, text string) {
	t.Helper()
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// command runs the command with streams that may be terminals, and input to type.
func command(t *testing.T, terminals streams, typed string, args ...string) (status int, out, errs string) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "typed")
	write(t, file, typed)
	in, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = in.Close() }()
	var stdout, stderr bytes.Buffer
	s := terminals
	s.in, s.out, s.err = in, &stdout, &stderr
	status = run(args, &s)
	return status, stdout.String(), stderr.String()
}

func TestBarIsForTerminals(t *testing.T) {
	trackers, data := setup(t)
	args := []string{"track", "--trackers", trackers, "--group-by", "g", data}
	for _, terminal := range []bool{true, false} {
		status, out, errs := command(t, streams{errTerminal: terminal, outTerminal: terminal}, "", args...)
		if status != 0 || strings.Count(out, "\n") != 3 || strings.Contains(out, "tracking") {
			t.Errorf("status %d, events:\n%s", status, out)
		}
		if got := strings.Contains(errs, "tracking"); got != terminal {
			t.Errorf("terminal %v: a bar: %v, in %q", terminal, got, errs)
		}
		if !strings.Contains(errs, "messages:    3\n") {
			t.Errorf("no summary in %q", errs)
		}
	}
}

func TestTrackDoesNotWaitForTyping(t *testing.T) {
	trackers, _ := setup(t)
	status, _, errs := command(t, streams{inTerminal: true}, `{"g":1}`, "track", "--trackers", trackers, "--group-by", "g")
	if status != exitUsage || !strings.Contains(errs, "standard input is a terminal\nhint: ") {
		t.Errorf("status %d: %s", status, errs)
	}
	status, out, _ := command(t, streams{inTerminal: true}, `{"g":1}`, "track", "--trackers", trackers, "--group-by", "g", "-")
	if status != 0 || out == "" {
		t.Errorf("with -: status %d, events %q", status, out)
	}
	status, _, errs = command(t, streams{inTerminal: true}, `{"g":1}`, "explain", "--trackers", trackers)
	if status != exitUsage || !strings.Contains(errs, "standard input is a terminal\nhint: ") {
		t.Errorf("explain: status %d: %s", status, errs)
	}
}

func TestFlushAsks(t *testing.T) {
	trackers, data := setup(t)
	dir := filepath.Join(t.TempDir(), "state")
	if status, _, errs := command(t, streams{}, "", "track", "--trackers", trackers, "--group-by", "g", "--data", dir, data); status != 0 {
		t.Fatal(errs)
	}
	asked := streams{inTerminal: true, errTerminal: true}
	for _, c := range []struct {
		answer, left string
		status       int
	}{{"", "1\n", exitFailure}, {"y\n", "1\n", exitFailure}, {"yes\n", "", 0}} {
		status, _, errs := command(t, asked, c.answer, "flush", "--data", dir)
		if status != c.status || !strings.Contains(errs, "Type yes") {
			t.Errorf("answer %q: status %d, %q", c.answer, status, errs)
		}
		if _, out, _ := command(t, streams{}, "", "groups", "--data", dir); out != c.left {
			t.Errorf("answer %q: groups %q, want %q", c.answer, out, c.left)
		}
	}
}

// interrupting interrupts this process when something is written.
type interrupting struct{ bytes.Buffer }

func (w *interrupting) Write(p []byte) (int, error) {
	self, err := os.FindProcess(os.Getpid())
	if err == nil {
		err = self.Signal(os.Interrupt)
	}
	if err != nil {
		return 0, err
	}
	return w.Buffer.Write(p)
}

func TestInterruptionKeepsWhatWasTracked(t *testing.T) {
	trackers, _ := setup(t)
	dir := filepath.Join(t.TempDir(), "state")
	in, typing, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = typing.Close() }()
	if _, err := io.WriteString(typing, "{\"g\":1}\n{\"g\":1}\n{\"g\""); err != nil {
		t.Fatal(err)
	}
	var events interrupting
	var errs bytes.Buffer
	status := run([]string{"track", "--trackers", trackers, "--group-by", "g", "--data", dir}, &streams{in: in, out: &events, err: &errs})
	if status != exitInterrupted || !strings.Contains(errs.String(), "messages:    2\n") || !strings.HasSuffix(errs.String(), "dictrack: interrupted\n") {
		t.Errorf("status %d: %s", status, errs.String())
	}
	if n := strings.Count(events.String(), "\n"); n != 2 {
		t.Errorf("%d events", n)
	}
	if _, out, _ := command(t, streams{}, "", "show", "--data", dir, "-o", "json"); !strings.Contains(out, `"cycle": 3,`) {
		t.Errorf("the state is %s", out)
	}
}

func TestOneProcessADirectory(t *testing.T) {
	trackers, _ := setup(t)
	dir := filepath.Join(t.TempDir(), "state")
	in, typing, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(typing, "{\"g\":1}\n"); err != nil {
		t.Fatal(err)
	}
	events, told := io.Pipe()
	done := make(chan int)
	go func() {
		done <- run([]string{"track", "--trackers", trackers, "--group-by", "g", "--data", dir}, &streams{in: in, out: told, err: io.Discard})
	}()
	if _, err := events.Read(make([]byte, 1000)); err != nil {
		t.Fatal(err)
	}
	status, _, errs := command(t, streams{}, "", "show", "--data", dir)
	if status != exitFailure || !strings.Contains(errs, "hint: another dictrack is using this directory") {
		t.Errorf("status %d: %s", status, errs)
	}
	_ = typing.Close()
	if status := <-done; status != 0 {
		t.Errorf("the first ended with %d", status)
	}
}

// Every command has an example, whose flags it knows.
func TestExamples(t *testing.T) {
	root := newRoot(&app{streams: &streams{}})
	for _, cmd := range append(root.Commands(), root) {
		if cmd.Example == "" && !cmd.IsAdditionalHelpTopicCommand() {
			t.Errorf("%s has no example", cmd.CommandPath())
		}
		for line := range strings.Lines(cmd.Example) {
			checkExample(t, root, line)
		}
	}
}

func checkExample(t *testing.T, root *cobra.Command, line string) {
	t.Helper()
	_, line, ok := strings.Cut(line, "dictrack ")
	words := strings.Fields(line)
	if !ok || len(words) == 0 {
		t.Fatalf("%q does not call dictrack", line)
	}
	cmd, _, err := root.Find(words[:1])
	if err != nil {
		t.Fatal(err)
	}
	for _, word := range words[1:] {
		name, ok := strings.CutPrefix(word, "--")
		if ok && cmd.Flags().Lookup(name) == nil {
			t.Errorf("%s has no flag --%s", cmd.CommandPath(), name)
		}
	}
}
