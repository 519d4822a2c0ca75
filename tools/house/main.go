// House measures how readable a checkout of dictrack is: private words,
// circles of files, sizes, and documentation. With flags it also times the
// README's first command and the tests.
//
//	go run ./tools/house [-C DIR] [-json FILE] [-first COMMAND] [-test]
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"time"
)

func main() {
	dir := flag.String("C", ".", "the checkout to measure")
	file := flag.String("json", "", "write the figures as JSON to this file, too")
	first := flag.String("first", "", "time this shell command with empty module and build caches")
	test := flag.Bool("test", false, "time `make test`")
	flag.Parse()
	if err := run(*dir, *file, *first, *test); err != nil {
		fmt.Fprintln(os.Stderr, "house:", err)
		os.Exit(1)
	}
}

// run measures and prints.
func run(dir, file, first string, test bool) error {
	r, err := measure(dir)
	if err != nil {
		return err
	}
	if first != "" {
		if r.FirstSeconds, err = timeFirst(dir, first); err != nil {
			return err
		}
	}
	if test {
		if r.TestSeconds, err = timeCommand(dir, "make test"); err != nil {
			return err
		}
	}
	r.print(os.Stdout)
	if file == "" {
		return nil
	}
	text, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(file, append(text, '\n'), 0o600)
}

// timeFirst times a command that finds no compiled package and no downloaded
// module.
func timeFirst(dir, command string) (seconds float64, err error) {
	caches, err := os.MkdirTemp("", "house")
	if err != nil {
		return 0, err
	}
	defer os.RemoveAll(caches) //nolint:errcheck // a folder for temporary files
	return timeCommand(dir, command,
		"GOMODCACHE="+caches+"/mod", "GOCACHE="+caches+"/build", "GOFLAGS=-modcacherw")
}

// timeCommand times a shell command in dir.
func timeCommand(dir, command string, env ...string) (seconds float64, err error) {
	cmd := exec.Command("bash", "-c", command) // #nosec G204 -- the user's own command
	cmd.Dir, cmd.Env = dir, append(os.Environ(), env...)
	cmd.Stdout, cmd.Stderr = os.Stderr, os.Stderr
	begin := time.Now()
	if err := cmd.Run(); err != nil {
		return 0, fmt.Errorf("%s: %w", command, err)
	}
	return time.Since(begin).Seconds(), nil
}
