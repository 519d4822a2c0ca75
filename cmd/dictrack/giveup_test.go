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

// watchedWriter is a writer that closes a channel when a text was written.
type watchedWriter struct {
	mu    sync.Mutex // protects text
	text  bytes.Buffer
	until string
	found chan struct{} // closed when until was written
	once  sync.Once
}

func (h *watchedWriter) Write(p []byte) (int, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	n, err := h.text.Write(p)
	if strings.Contains(h.text.String(), h.until) {
		h.once.Do(func() { close(h.found) })
	}
	return n, err
}

func (h *watchedWriter) String() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.text.String()
}

// TestGiveUpWaitingForTheStore ends a run whose store is down. The run waits with a notice and can be interrupted; its
// error says what is missing. The store still has what it had before.
func TestGiveUpWaitingForTheStore(t *testing.T) {
	pg := startPostgres(t)
	p := newProcesses(t, "--store", pg.URL()+"&retry_timeout=1s")
	must(t, "add", "--store", pg.URL(), "--trackers", p.trackers, "group 0")

	input, typing := io.Pipe()
	errs := &watchedWriter{until: "interrupt to give up", found: make(chan struct{})}
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
	case <-errs.found:
	case <-time.After(time.Minute):
		t.Error("no notice was printed")
	}
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	var ended *exec.ExitError
	if err := cmd.Wait(); !errors.As(err, &ended) || ended.ExitCode() == 0 {
		t.Errorf("the process exited with %v", err)
	}
	for _, want := range []string{"dictrack: gave up before all changes were in the store: ", "200 call"} {
		if !strings.Contains(errs.String(), want) {
			t.Errorf("%q is not in: %s", want, errs)
		}
	}
	if err := pg.Resume(); err != nil {
		t.Fatal(err)
	}
	if shown, _ := must(t, "show", "--store", pg.URL(), "group 0", "all", "-o", "json"); !strings.Contains(shown, `"progress": 0,`) {
		t.Errorf("the store has %s", shown)
	}
}
