package main

import (
	"encoding/json"
	"os"
	"runtime"
	"slices"
)

// measured are the values of each unit of each benchmark: "dir name" -> unit -> values.
type measured map[string]map[string][]float64

func (m measured) add(name, unit string, value float64) {
	if m[name] == nil {
		m[name] = map[string][]float64{}
	}
	m[name][unit] = append(m[name][unit], value)
}

// median is the middle of what was measured; ok is false when nothing was.
func (m measured) median(name, unit string) (value float64, ok bool) {
	values := slices.Sorted(slices.Values(m[name][unit]))
	if len(values) == 0 {
		return 0, false
	}
	return values[len(values)/2], true
}

// save writes everything, with the machine it was measured on.
func (m measured) save(file string) error {
	text, err := json.MarshalIndent(struct {
		Go, OS, Arch string
		Cores        int
		Benchmarks   measured
	}{runtime.Version(), runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), m}, "", " ")
	if err != nil {
		return err
	}
	return os.WriteFile(file, append(text, '\n'), 0o600)
}
