package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/perf/benchfmt"
)

// suite is benchmarks of one package that run together.
type suite struct {
	dir   string // of the package, from the root of the repository
	bench string // which, as go test -bench takes it
	time  string // how long each, as go test -benchtime takes it
}

// run runs a suite and takes in what it measured.
func (s suite) run(o *options, m measured) error {
	cmd := exec.Command("go", "test", "-run", "^$", "-bench", s.bench, "-benchmem", "-benchtime", s.time, // #nosec G204 -- the catalogue's words
		"-count", strconv.Itoa(o.count), "-timeout", "0", ".")
	cmd.Dir = filepath.Join(o.root, s.dir)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = io.MultiWriter(&out, os.Stdout), os.Stderr
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("%s in %s: %w", s.bench, s.dir, err)
	}
	return m.read(s.dir, &out)
}

// read takes in the output of go test.
func (m measured) read(dir string, out io.Reader) error {
	lines := benchfmt.NewReader(out, dir)
	for lines.Scan() {
		r, ok := lines.Result().(*benchfmt.Result)
		if !ok {
			continue
		}
		name := string(r.Name.Full())
		if cut := strings.LastIndexByte(name, '-'); cut > 0 { // the number of cores
			name = name[:cut]
		}
		for _, v := range r.Values {
			unit, value := v.Unit, v.Value
			if v.OrigUnit != "" {
				unit, value = v.OrigUnit, v.OrigValue
			}
			m.add(dir+" "+name, unit, value)
		}
	}
	return lines.Err()
}
