// Package testserver runs real servers for tests: processes on free ports of 127.0.0.1 that end with
// the test binary at the latest. A package below it for each kind of server knows how to start one.
package testserver

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strconv"
	"sync"
	"syscall"
	"time"
)

// Process is a server that was started. Its methods may be called from any goroutine.
type Process struct {
	command *exec.Cmd
	log     tail
	ended   chan struct{} // closed when the process has exited and was waited for
}

// Start starts a command, whose output goes to Log. On Linux the command is killed when this process dies. User and
// directory are those that the command has.
func Start(command *exec.Cmd) (*Process, error) {
	p := &Process{command: command, ended: make(chan struct{})}
	command.Stdout, command.Stderr = &p.log, &p.log
	if command.SysProcAttr == nil {
		command.SysProcAttr = &syscall.SysProcAttr{}
	}
	killWithParent(command.SysProcAttr)
	if err := command.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", command.Path, err)
	}
	go func() {
		defer close(p.ended)
		_ = command.Wait() // the log says more
	}()
	return p, nil
}

// Signal sends a signal, such as SIGSTOP or SIGCONT.
func (p *Process) Signal(s os.Signal) error { return p.command.Process.Signal(s) }

// Kill ends the process with SIGKILL and waits until it has exited.
func (p *Process) Kill() {
	_ = p.command.Process.Kill() // it may have exited already
	<-p.ended
}

// Stop sends the signal, and kills the process if it has not exited after ten seconds.
func (p *Process) Stop(s os.Signal) {
	_ = p.Signal(s)
	select {
	case <-p.ended:
	case <-time.After(10 * time.Second):
		p.Kill()
	}
}

// Ended is closed when the process has exited.
func (p *Process) Ended() <-chan struct{} { return p.ended }

// Pid returns the process id.
func (p *Process) Pid() int { return p.command.Process.Pid }

// Log returns the end of the process's output.
func (p *Process) Log() string { return p.log.String() }

// Await calls ready until it returns nil, for half a minute at most. The error contains
// what, the last error of ready, and the end of the process's output.
func (p *Process) Await(what string, ready func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	for {
		err := ready(ctx)
		if err == nil {
			return nil
		}
		select {
		case <-p.ended:
			return fmt.Errorf("%s: the process ended: %w\n%s", what, err, p.Log())
		case <-ctx.Done():
			return fmt.Errorf("%s: %w\n%s", what, errors.Join(err, ctx.Err()), p.Log())
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// FreePort returns a TCP port of 127.0.0.1 that was free a moment ago.
func FreePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, fmt.Errorf("find a free port: %w", err)
	}
	port := l.Addr().(*net.TCPAddr).Port
	return port, l.Close()
}

// Address returns the address of a port on 127.0.0.1.
func Address(port int) string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(port)) }

// tail keeps the end of what is written to it.
type tail struct {
	mu   sync.Mutex // protects text
	text bytes.Buffer
}

const tailSize = 16 << 10

func (t *tail) Write(b []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if excess := t.text.Len() + len(b) - 2*tailSize; excess > 0 {
		t.text.Next(min(excess+tailSize, t.text.Len()))
	}
	return t.text.Write(b)
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	text := t.text.Bytes()
	return string(text[max(0, len(text)-tailSize):])
}
