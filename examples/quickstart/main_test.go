package main

import (
	"os"
	"strings"
	"testing"
)

// TestReadme holds the README to the program.
func TestReadme(t *testing.T) {
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	program, err := os.ReadFile("main.go")
	if err != nil {
		t.Fatal(err)
	}
	_, body, _ := strings.Cut(string(program), "package main")
	if !strings.Contains(string(readme), "```go\npackage main"+body+"```") {
		t.Error("README.md does not show this program as it is")
	}
}

// Example prints what the README says.
func Example() {
	main()
	// Output:
	// monday changed 1 trackers, duplicate: false
	// event: Robot001 reached 2 of active-days
	// tuesday changed 1 trackers, duplicate: false
	// tuesday changed 0 trackers, duplicate: true
	// active-days 2/50, stage 2 of 2, active
}
