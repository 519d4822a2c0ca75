package main

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"
)

// heeding is a writer that tells when it was told something.
type heeding struct {
	mu    sync.Mutex // protects text
	text  bytes.Buffer
	until string
	told  chan struct{} // closed then
	once  sync.Once
}

func (h *heeding) Write(p []byte) (int, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	n, err := h.text.Write(p)
	if strings.Contains(h.text.String(), h.until) {
		h.once.Do(func() { close(h.told) })
	}
	return n, err
}

func (h *heeding) String() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.text.String()
}

// TestGiveUpWaitingForTheStore ends a run whose store went away: it waits, says so, and can be interrupted; then it
// says what is missing. The store has what it had before.
func TestGiveUpWaitingForTheStore(t *testing.T) {
	pg := startPostgres(t)
	p := newProcesses(t, "--store", pg.URL()+"&retry_timeout=1s")
	must(t, "add", "--store", pg.URL(), "--trackers", p.trackers, "group 0")

	input, typing := io.Pipe()
	errs := &heeding{until: "interrupt to give up", told: make(chan struct{})}
	cmd := p.tracking(input)
	cmd.Args = append(cmd.Args, "--cache", "memory:?write_behind=1h")
	cmd.Stderr = errs
	events, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	for _, line := range crowd(200) {
		if _, err := io.WriteString(typing, line); err != nil {
			t.Fatal(err)
		}
	}
	if !bufio.NewScanner(events).Scan() {
		t.Fatal("no event")
	}
	go func() { _, _ = io.Copy(io.Discard, events) }() // ends with the process
	pg.Kill()
	if err := typing.Close(); err != nil {
		t.Fatal(err)
	}
	select {
	case <-errs.told:
	case <-time.After(time.Minute):
		t.Error("nothing is said of waiting")
	}
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	var ended *exec.ExitError
	if err := cmd.Wait(); !errors.As(err, &ended) || ended.ExitCode() == 0 {
		t.Errorf("the process ended with %v", err)
	}
	for _, want := range []string{"dictrack: gave up before the store had everything: ", "200 call"} {
		if !strings.Contains(errs.String(), want) {
			t.Errorf("%q is not among: %s", want, errs)
		}
	}
	if err := pg.Resume(); err != nil {
		t.Fatal(err)
	}
	if shown, _ := must(t, "show", "--store", pg.URL(), "group 0", "all", "-o", "json"); !strings.Contains(shown, `"progress": 0,`) {
		t.Errorf("the store has %s", shown)
	}
}
