// Package redis starts Redis servers for tests: one, a cluster of six, or a primary with a replica under three
// Sentinels. Their data is in temporary directories, and they listen on 127.0.0.1.
package redis

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/dictrack/dictrack/internal/testserver"
)

// Server is one redis-server. Its methods are for one goroutine at a time.
type Server struct {
	*testserver.Process
	// Port is where it listens, on 127.0.0.1; it stays the same when the server starts again.
	Port int
	dir  string
	args []string
}

// Start starts a server without persistence, unless the options (as on the command line: "--appendonly", "yes") say
// otherwise. Close it.
func Start(options ...string) (*Server, error) {
	port, err := testserver.FreePort()
	if err != nil {
		return nil, err
	}
	return startOn(port, options...)
}

func startOn(port int, options ...string) (*Server, error) {
	dir, err := os.MkdirTemp("", "dictrack-redis-")
	if err != nil {
		return nil, fmt.Errorf("start redis-server: %w", err)
	}
	s := &Server{Port: port, dir: dir, args: append([]string{
		"--port", strconv.Itoa(port), "--bind", "127.0.0.1", "--protected-mode", "no", "--daemonize", "no",
		"--dir", dir, "--save", "", "--appendonly", "no", "--repl-diskless-sync-delay", "0",
		"--maxmemory", "1gb", "--maxmemory-policy", "noeviction", "--loglevel", "notice",
	}, options...)}
	if err := s.Restart(); err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	return s, nil
}

// Restart starts the server again, after Kill or Stop, with the data that it has on disk.
func (s *Server) Restart() error {
	binary, err := exec.LookPath("redis-server")
	if err != nil {
		return fmt.Errorf("the tests need redis-server: apt-get install redis-server: %w", err)
	}
	s.Process, err = testserver.Start(exec.Command(binary, s.args...)) // #nosec G204 -- a server for tests
	if err != nil {
		return err
	}
	err = s.Await("redis-server on "+s.Address(), func(ctx context.Context) error {
		return s.expect(ctx, "PONG", "PING")
	})
	if err != nil {
		s.Kill()
	}
	return err
}

// RemoveData removes the data of a server that does not run.
func (s *Server) RemoveData() error {
	if err := os.RemoveAll(s.dir); err != nil {
		return err
	}
	return os.Mkdir(s.dir, 0o700)
}

// Address is its host and port.
func (s *Server) Address() string { return testserver.Address(s.Port) }

// URL is that of its first database.
func (s *Server) URL() string { return "redis://" + s.Address() }

// Close ends the server and removes its data.
func (s *Server) Close() {
	s.Stop(syscall.SIGTERM)
	_ = os.RemoveAll(s.dir) // a temporary directory
}

// Do runs a command by redis-cli and returns what it prints.
func (s *Server) Do(args ...string) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	return s.do(ctx, args...)
}

func (s *Server) do(ctx context.Context, args ...string) (string, error) {
	return cli(ctx, append([]string{"-h", "127.0.0.1", "-p", strconv.Itoa(s.Port)}, args...)...)
}

func cli(ctx context.Context, args ...string) (string, error) {
	command := exec.CommandContext(ctx, "redis-cli", args...) // #nosec G204 -- a server for tests
	out, err := command.CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("redis-cli %s: %w: %s", strings.Join(args, " "), err, out)
	}
	return strings.TrimSpace(string(out)), nil
}

// expect runs a command whose output must have something in it.
func (s *Server) expect(ctx context.Context, want string, args ...string) error {
	out, err := s.do(ctx, args...)
	if err == nil && !strings.Contains(out, want) {
		err = fmt.Errorf("%s says %q, want %q", strings.Join(args, " "), out, want)
	}
	return err
}
