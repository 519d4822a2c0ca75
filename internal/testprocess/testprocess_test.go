package testprocess_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/dictrack/dictrack/internal/testprocess"
)

func TestMain(m *testing.M) {
	if role := testprocess.Role(); role != "" {
		os.Exit(child(role))
	}
	m.Run()
}

// child writes its role and the texts that it reads, and ends with its input.
func child(role string) (status int) {
	fmt.Println("role", role, os.Getenv("CHILD_NUMBER"))
	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
		var text string
		if err := json.Unmarshal(lines.Bytes(), &text); err != nil {
			return 1
		}
		fmt.Println("text", text)
	}
	return 7
}

func TestProcess(t *testing.T) {
	p, err := testprocess.Start("echo", "one", "CHILD_NUMBER=3")
	if err != nil {
		t.Fatal(err)
	}
	var number int
	if err := p.Scanf("role echo %d", &number); err != nil || number != 3 {
		t.Errorf("number %d, %v", number, err)
	}
	if err := p.Send("two"); err != nil {
		t.Error(err)
	}
	for _, want := range []string{"text one", "text two"} {
		if line, ok := p.Line(); line != want || !ok {
			t.Errorf("line %q, %v; want %q", line, ok, want)
		}
	}
	p.CloseInput()
	p.CloseInput()
	if err := p.Scanf("text"); err == nil {
		t.Error("no error at the end of the output")
	}
	if err := p.Wait(); err == nil || p.ExitStatus() != 7 {
		t.Errorf("status %d, %v", p.ExitStatus(), err)
	}
}

func TestKilledProcess(t *testing.T) {
	p, err := testprocess.Start("echo", "one")
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Pause(); err != nil {
		t.Error(err)
	}
	if err := p.Resume(); err != nil {
		t.Error(err)
	}
	p.Kill()
	for _, ok := p.Line(); ok; _, ok = p.Line() {
	}
	if err := p.Wait(); err == nil || !strings.Contains(err.Error(), "killed") || p.ExitStatus() != -1 {
		t.Errorf("status %d, %v", p.ExitStatus(), err)
	}
}
