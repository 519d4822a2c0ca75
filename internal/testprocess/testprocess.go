// Package testprocess runs the test binary again as child processes, for tests
// that kill, pause or compare several processes. A child gets its role by an
// environment variable, its configuration as JSON on standard input, and
// answers by lines on standard output; its standard error is that of the test.
//
// TestMain of a package that uses it asks for [Role] first, and runs the child
// instead of the tests if there is one.
package testprocess

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"syscall"
)

// envRole holds the role of a child process.
const envRole = "DICTRACK_TEST_PROCESS"

// Role returns what this process was started as, "" for the tests themselves.
func Role() string { return os.Getenv(envRole) }

// Process is a child process. All methods but Kill, Pause and Resume are for
// one goroutine at a time.
type Process struct {
	command *exec.Cmd
	input   io.WriteCloser
	output  *bufio.Scanner
}

// Start starts the test binary in a role, with additional variables of the
// form "key=value" in its environment, and sends it the configuration. The
// caller must call Wait.
func Start(role string, config any, env ...string) (*Process, error) {
	p := &Process{command: exec.Command(os.Args[0])} // #nosec G204 G702 -- the test binary itself
	p.command.Env = append(append(os.Environ(), envRole+"="+role), env...)
	p.command.Stderr = os.Stderr
	input, inputErr := p.command.StdinPipe()
	output, outputErr := p.command.StdoutPipe()
	if err := errors.Join(inputErr, outputErr, p.command.Start()); err != nil {
		return nil, fmt.Errorf("start a %s process: %w", role, err)
	}
	p.input, p.output = input, bufio.NewScanner(output)
	if err := p.Send(config); err != nil {
		p.Kill()
		return nil, errors.Join(err, p.Wait())
	}
	return p, nil
}

// Send writes a value to the standard input as a line of JSON.
func (p *Process) Send(value any) error {
	if err := json.NewEncoder(p.input).Encode(value); err != nil {
		return fmt.Errorf("write to a process: %w", err)
	}
	return nil
}

// CloseInput ends the standard input, by which a child knows that it should
// end. Closing twice does no harm.
func (p *Process) CloseInput() { _ = p.input.Close() }

// Line returns the next line of the standard output; ok is false at its end.
func (p *Process) Line() (line string, ok bool) {
	if !p.output.Scan() {
		return "", false
	}
	return p.output.Text(), true
}

// Scanf reads the next line, which must have the format of [fmt.Sscanf].
func (p *Process) Scanf(format string, values ...any) error {
	line, ok := p.Line()
	if !ok {
		return fmt.Errorf("a process ended: %w", errors.Join(p.output.Err(), io.ErrUnexpectedEOF))
	}
	if _, err := fmt.Sscanf(line, format, values...); err != nil {
		return fmt.Errorf("a process wrote %q: %w", line, err)
	}
	return nil
}

// Kill ends the process with SIGKILL; one that has ended stays so.
func (p *Process) Kill() { _ = p.command.Process.Kill() }

// Pause stops the process with SIGSTOP, until Resume.
func (p *Process) Pause() error { return p.command.Process.Signal(syscall.SIGSTOP) }

// Resume continues a paused process with SIGCONT.
func (p *Process) Resume() error { return p.command.Process.Signal(syscall.SIGCONT) }

// Wait waits until the process ends, closing its pipes: read the output to its
// end first. The error is that of [exec.Cmd.Wait].
func (p *Process) Wait() error { return p.command.Wait() }

// ExitStatus returns the exit status after Wait, -1 if a signal ended the process.
func (p *Process) ExitStatus() int { return p.command.ProcessState.ExitCode() }
