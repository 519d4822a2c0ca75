package bench_test

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"testing"
	"time"
)

// crew is processes that track into the same groups.
type crew struct {
	workers []*worker
	used    time.Duration // processor time
}

// worker is one of them.
type worker struct {
	command *exec.Cmd
	in      io.WriteCloser
	out     *bufio.Scanner
}

// enlist starts n workers that share the goroutines, and ends them with the benchmark.
func enlist(b *testing.B, n int, o orders) *crew {
	b.Helper()
	o.Goroutines /= n
	c := &crew{}
	b.Cleanup(func() { c.disband(b) })
	for range n {
		w, err := startWorker(o)
		if err != nil {
			b.Fatal(err)
		}
		c.workers = append(c.workers, w)
	}
	for _, w := range c.workers {
		if err := w.hear("ready"); err != nil {
			b.Fatal(err)
		}
	}
	return c
}

func startWorker(o orders) (*worker, error) {
	w := &worker{command: exec.Command(os.Args[0])} // #nosec G204 G702 -- the test binary itself
	w.command.Env = append(os.Environ(), envWorker+"=1")
	w.command.Stderr = os.Stderr
	in, inErr := w.command.StdinPipe()
	out, outErr := w.command.StdoutPipe()
	if err := errors.Join(inErr, outErr, w.command.Start()); err != nil {
		return nil, err
	}
	w.in, w.out = in, bufio.NewScanner(out)
	return w, json.NewEncoder(in).Encode(o)
}

// hear reads a line, which must be of the format.
func (w *worker) hear(format string, values ...any) error {
	if !w.out.Scan() {
		return fmt.Errorf("a worker ended: %w", errors.Join(w.out.Err(), io.ErrUnexpectedEOF))
	}
	if _, err := fmt.Sscanf(w.out.Text(), format, values...); err != nil {
		return fmt.Errorf("a worker says %q: %w", w.out.Text(), err)
	}
	return nil
}

// track is a load: n data, shared among the workers.
func (c *crew) track(n int) error {
	for i, w := range c.workers {
		share := n*(i+1)/len(c.workers) - n*i/len(c.workers)
		if _, err := fmt.Fprintln(w.in, share); err != nil {
			return err
		}
	}
	for _, w := range c.workers {
		var used int64
		if err := w.hear("done %d", &used); err != nil {
			return err
		}
		c.used += time.Duration(used) * time.Microsecond
	}
	return nil
}

// time is the processor time that the workers have used for data.
func (c *crew) time() (time.Duration, error) { return c.used, nil }

// disband lets the workers end.
func (c *crew) disband(b *testing.B) {
	for _, w := range c.workers {
		_ = w.in.Close() // it may have ended
	}
	for _, w := range c.workers {
		if err := w.command.Wait(); err != nil {
			b.Errorf("a worker: %v", err)
		}
	}
}
