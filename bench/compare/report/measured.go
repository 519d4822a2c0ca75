package main

import (
	"io"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/perf/benchfmt"
)

// measured are the values of each unit of each benchmark, "dir name", in the order of the runs.
type measured map[string]map[string][]float64

func (m measured) add(name, unit string, value float64) {
	if m[name] == nil {
		m[name] = map[string][]float64{}
	}
	m[name][unit] = append(m[name][unit], value)
}

// take replaces what was measured of the same benchmarks before.
func (m measured) take(newer measured) {
	for name, units := range newer {
		m[name] = units
	}
}

// drop forgets the benchmarks of a suite.
func (m measured) drop(s *suite) {
	for name := range m {
		if s.has(name) {
			delete(m, name)
		}
	}
}

// median is the middle of some values, of which there must be one at least.
func median(values []float64) float64 {
	return slices.Sorted(slices.Values(values))[len(values)/2]
}

const module = "github.com/dictrack/dictrack/"

// cores is what go test puts behind a name when there are several.
var cores = regexp.MustCompile(`-\d+$`)

// read takes in the output of go test, of one package or several.
func (m measured) read(out io.Reader) error {
	lines := benchfmt.NewReader(out, "go test")
	for lines.Scan() {
		r, ok := lines.Result().(*benchfmt.Result)
		if !ok {
			continue
		}
		name := strings.TrimPrefix(r.GetConfig("pkg"), module) + " " + cores.ReplaceAllString(string(r.Name.Full()), "")
		for _, v := range r.Values {
			unit, value := v.Unit, v.Value
			if v.OrigUnit != "" {
				unit, value = v.OrigUnit, v.OrigValue
			}
			m.add(name, unit, value)
		}
	}
	return lines.Err()
}
