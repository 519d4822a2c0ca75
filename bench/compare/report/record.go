package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"regexp"
	"runtime"
)

// record is what performance.json holds: everything that was measured, and where.
type record struct {
	Machine    machine
	Benchmarks measured
}

// machine is where something was measured. Figures of two machines never stand in one table.
type machine struct {
	CPU, OS, Arch, Go string
	Cores             int
}

func (m machine) String() string {
	return fmt.Sprintf("%s, %d cores, %s/%s, %s", m.CPU, m.Cores, m.OS, m.Arch, m.Go)
}

func here() machine {
	return machine{CPU: cpu(), OS: runtime.GOOS, Arch: runtime.GOARCH, Go: runtime.Version(), Cores: runtime.NumCPU()}
}

var modelName = regexp.MustCompile(`(?m)^model name\s*: (.*)$`)

// cpu is the name of the processor, where the system tells it as Linux does.
func cpu() string {
	text, _ := os.ReadFile("/proc/cpuinfo") // elsewhere there is none
	if found := modelName.FindSubmatch(text); found != nil {
		return string(found[1])
	}
	return "unknown processor"
}

// load reads a record to go on with. None is an empty one; one of another machine is an error.
func load(file string) (*record, error) {
	r := &record{Machine: here(), Benchmarks: measured{}}
	text, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return r, nil
	}
	if err == nil {
		err = json.Unmarshal(text, r)
	}
	if err != nil {
		return nil, err
	}
	if r.Machine != here() {
		return nil, fmt.Errorf("%s is of another machine (%s, this is %s): measure all anew, without -only", file, r.Machine, here())
	}
	return r, nil
}

func (r *record) save(file string) error {
	text, err := json.MarshalIndent(r, "", " ")
	if err != nil {
		return err
	}
	return os.WriteFile(file, append(text, '\n'), 0o600)
}
