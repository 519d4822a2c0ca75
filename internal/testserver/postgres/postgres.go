// Package postgres runs a PostgreSQL server for tests.
package postgres

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/dictrack/dictrack/internal/testserver"
)

// Guarded is the one role that is let in with its password only. It does not exist until a test makes it.
const Guarded = "guarded"

// access lets everybody in from this machine, but Guarded only with the password.
const access = `host all ` + Guarded + ` 127.0.0.1/32 scram-sha-256
host all all 127.0.0.1/32 trust
`

// Server is a PostgreSQL server with an empty cluster of its own. Its methods may be called from any
// goroutine.
type Server struct {
	account  account
	binaries string
	dir      string // the cluster's
	port     int
	settings []string

	mu      sync.Mutex // protects process
	process *testserver.Process
}

// NoSync is a setting for tests that measure nothing: what was answered survives the end of the server, as
// always, but not that of the machine.
const NoSync = "fsync=off"

// Start makes a cluster and starts a server for it, with settings such as NoSync where they differ from the
// server's own. Whoever starts it calls Stop.
func Start(settings ...string) (*Server, error) {
	binaries, err := findBinaries()
	if err != nil {
		return nil, err
	}
	s := &Server{binaries: binaries, settings: settings}
	if s.account, err = findAccount(); err != nil {
		return nil, err
	}
	if s.port, err = testserver.FreePort(); err != nil {
		return nil, err
	}
	if err = s.create(); err == nil {
		err = s.Resume()
	}
	if err != nil {
		return nil, errors.Join(err, s.remove())
	}
	return s, nil
}

// findBinaries is the directory of the newest PostgreSQL installed.
func findBinaries() (string, error) {
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/postgres") // the pattern is not malformed
	newest, best := "", 0
	for _, name := range found {
		dir := filepath.Dir(name)
		if version, err := strconv.Atoi(filepath.Base(filepath.Dir(dir))); err == nil && version > best {
			newest, best = dir, version
		}
	}
	if newest != "" {
		return newest, nil
	}
	if name, err := exec.LookPath("postgres"); err == nil {
		return filepath.Dir(name), nil
	}
	return "", errors.New("no PostgreSQL server is installed: apt-get install postgresql, or make deps")
}

// create makes the cluster.
func (s *Server) create() (err error) {
	if s.dir, err = os.MkdirTemp("", "dictrack-postgres-"); err != nil {
		return fmt.Errorf("directory for PostgreSQL: %w", err)
	}
	if err := s.account.own(s.dir); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	initdb := exec.CommandContext(ctx, s.binary("initdb"), "-D", s.dir, // #nosec G204 -- a test starts what it found
		"-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync")
	s.prepare(initdb)
	if out, err := initdb.CombinedOutput(); err != nil {
		return fmt.Errorf("initdb: %w\n%s", err, out)
	}
	return os.WriteFile(filepath.Join(s.dir, "pg_hba.conf"), []byte(access), 0o600)
}

func (s *Server) binary(name string) string { return filepath.Join(s.binaries, name) }

// prepare lets a command run where and as whom the server does.
func (s *Server) prepare(command *exec.Cmd) {
	command.Dir = s.dir
	command.SysProcAttr = &syscall.SysProcAttr{Credential: s.account.credential}
}

// patience is for what holds a server up that was just killed: its other processes have its shared memory
// for a moment, and a client somewhere may have been given its port.
const patience = 20 * time.Second

// passing tells that a server did not start for a reason that passes.
func passing(err error) bool {
	return strings.Contains(err.Error(), "shared memory block") || strings.Contains(err.Error(), "Address already in use")
}

// Resume starts the server again after Kill or Halt, on the same port and with the same data, and returns
// when it answers.
func (s *Server) Resume() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for end := time.Now().Add(patience); ; time.Sleep(50 * time.Millisecond) {
		process, err := s.launch()
		if err == nil {
			s.process = process
			return nil
		}
		if time.Now().After(end) || !passing(err) {
			return err
		}
	}
}

func (s *Server) launch() (*testserver.Process, error) {
	args := []string{
		"-D", s.dir, "-p", strconv.Itoa(s.port), "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=",
		"-c", "max_connections=200", "-c", "shared_buffers=64MB", "-c", "log_min_messages=fatal", "-c", "lc_messages=C",
	}
	for _, setting := range s.settings {
		args = append(args, "-c", setting)
	}
	command := exec.Command(s.binary("postgres"), args...) // #nosec G204 -- a test starts what it found
	s.prepare(command)
	process, err := testserver.Start(command)
	if err != nil {
		return nil, err
	}
	if err := process.Await("PostgreSQL", s.ready); err != nil {
		process.Kill()
		return nil, err
	}
	return process, nil
}

func (s *Server) ready(ctx context.Context) error {
	conn, err := pgx.Connect(ctx, s.URL())
	if err != nil {
		return err
	}
	return conn.Close(ctx)
}

// URL is that of the database postgres, for its superuser.
func (s *Server) URL() string {
	return fmt.Sprintf("postgres://postgres@%s/postgres?sslmode=disable", s.Address())
}

// Address is host and port.
func (s *Server) Address() string { return testserver.Address(s.port) }

// Kill ends the server at once, with SIGKILL. Its other processes notice and end too.
func (s *Server) Kill() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.process.Kill()
}

// Halt ends the server as an administrator does: sessions are cut off, what they have begun is undone.
func (s *Server) Halt() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.process.Stop(syscall.SIGINT)
}

// Demote makes the server a standby, which takes no writes and waits for a primary that never comes.
func (s *Server) Demote() error {
	s.Halt()
	if err := os.WriteFile(filepath.Join(s.dir, "standby.signal"), nil, 0o600); err != nil {
		return err
	}
	if err := s.account.own(filepath.Join(s.dir, "standby.signal")); err != nil {
		return err
	}
	return s.Resume()
}

// Stop ends the server and removes its data.
func (s *Server) Stop() error {
	s.Halt()
	return s.remove()
}

func (s *Server) remove() error {
	if s.dir == "" {
		return nil
	}
	return os.RemoveAll(s.dir)
}
