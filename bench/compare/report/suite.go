package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// suite is benchmarks of one package that run together.
type suite struct {
	dir   string // of the package, from the root of the repository
	names string // without Benchmark, with | between them
	time  string // how long each, as go test -benchtime takes it
	once  bool   // all runs are in one process, one after the other; otherwise each has a process of its own
}

func (s *suite) String() string { return s.dir + " " + s.names }

// has tells whether a benchmark, "dir name/sub", is of the suite.
func (s *suite) has(name string) bool {
	dir, name, _ := strings.Cut(name, " ")
	top, _, _ := strings.Cut(name, "/")
	return dir == s.dir && slices.Contains(strings.Split(s.names, "|"), top)
}

// run runs a suite and returns what it measured, also when it failed in the middle. Runs are the outer loop, so that
// the benchmarks that are compared with each other meet the same moods of the machine.
func (s *suite) run(o *options) (measured, error) {
	processes, count := o.count, 1
	if s.once {
		processes, count = 1, o.count
	}
	m := measured{}
	for range processes {
		if err := s.process(o, count, m); err != nil {
			return m, fmt.Errorf("%s: %w", s, err)
		}
	}
	return m, nil
}

func (s *suite) process(o *options, count int, m measured) error {
	cmd := exec.Command("go", "test", "-run", "^$", "-bench", "^Benchmark("+s.names+")$", "-benchmem", // #nosec G204 -- the catalogue's words
		"-benchtime", s.benchtime(o), "-count", strconv.Itoa(count), "-timeout", "0", ".")
	cmd.Dir = filepath.Join(o.root, s.dir)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = io.MultiWriter(&out, os.Stdout), os.Stderr
	return errors.Join(cmd.Run(), m.read(&out))
}

func (s *suite) benchtime(o *options) string {
	if o.time != "" {
		return o.time
	}
	return s.time
}

// command is how to run some of the suite's benchmarks by hand, from the root of the repository.
func (s *suite) command(path string) string {
	parts := strings.Split(path, "/")
	parts[0] = "Benchmark" + parts[0]
	expression := "^" + strings.Join(parts, "$/^") + "$"
	start, end := "go test", "./"+s.dir
	if s.dir == comparing {
		start, end = "go -C "+s.dir+" test", "."
	}
	return fmt.Sprintf("%s -run '^$' -bench '%s' -benchmem -benchtime %s -timeout 0 %s", start, expression, s.time, end)
}

// comparing is where the module of the comparisons is.
const comparing = "bench/compare"
