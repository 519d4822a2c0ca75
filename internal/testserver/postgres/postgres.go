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

// PasswordRole is the one role that must log in with its password. Tests create it when they need it.
const PasswordRole = "guarded"

// hostAccess trusts every role that connects from this machine; only PasswordRole needs its password.
const hostAccess = `host all ` + PasswordRole + ` 127.0.0.1/32 scram-sha-256
host all all 127.0.0.1/32 trust
`

// Server is a PostgreSQL server with a database cluster of its own. Its methods may be called from any
// goroutine.
type Server struct {
	account  account
	binaries string
	dir      string // data directory of the cluster
	port     int
	settings []string

	mu      sync.Mutex // protects process
	process *testserver.Process
}

// NoSync is a setting for tests that do not measure: commits survive a crash of the server, but not of the machine.
const NoSync = "fsync=off"

// Start creates a cluster and starts a server for it. Settings, such as NoSync, replace the server's defaults. The
// caller must call Stop.
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

// findBinaries returns the directory of the newest PostgreSQL installed.
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

// create creates the cluster.
func (s *Server) create() (err error) {
	if s.dir, err = os.MkdirTemp("", "dictrack-postgres-"); err != nil {
		return fmt.Errorf("directory for PostgreSQL: %w", err)
	}
	if err := s.account.chown(s.dir); err != nil {
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
	return os.WriteFile(filepath.Join(s.dir, "pg_hba.conf"), []byte(hostAccess), 0o600)
}

func (s *Server) binary(name string) string { return filepath.Join(s.binaries, name) }

// prepare makes a command run in the directory and as the user of the server.
func (s *Server) prepare(command *exec.Cmd) {
	command.Dir = s.dir
	command.SysProcAttr = &syscall.SysProcAttr{Credential: s.account.credential}
}

// startTimeout bounds the retries of a start. After a kill, other processes of the server still have its shared memory
// for a moment, and some client may have been given its port.
const startTimeout = 20 * time.Second

// temporary tells whether a server did not start for a reason that goes away.
func temporary(err error) bool {
	return strings.Contains(err.Error(), "shared memory block") || strings.Contains(err.Error(), "Address already in use")
}

// Resume starts the server again after Kill or Halt, on the same port and with the same data, and returns
// when it accepts connections.
func (s *Server) Resume() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for end := time.Now().Add(startTimeout); ; time.Sleep(50 * time.Millisecond) {
		process, err := s.launch()
		if err == nil {
			s.process = process
			return nil
		}
		if time.Now().After(end) || !temporary(err) {
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

// URL returns the URL of the database postgres, for the superuser.
func (s *Server) URL() string {
	return fmt.Sprintf("postgres://postgres@%s/postgres?sslmode=disable", s.Address())
}

// Address returns host and port.
func (s *Server) Address() string { return testserver.Address(s.port) }

// Kill kills the server with SIGKILL. Its other processes notice and exit too.
func (s *Server) Kill() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.process.Kill()
}

// Halt shuts the server down in PostgreSQL's fast mode: sessions are disconnected and their transactions rolled back.
func (s *Server) Halt() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.process.Stop(syscall.SIGINT)
}

// Demote makes the server a standby, which refuses writes and waits for a primary that does not exist.
func (s *Server) Demote() error {
	s.Halt()
	if err := os.WriteFile(filepath.Join(s.dir, "standby.signal"), nil, 0o600); err != nil {
		return err
	}
	if err := s.account.chown(filepath.Join(s.dir, "standby.signal")); err != nil {
		return err
	}
	return s.Resume()
}

// Stop shuts the server down and removes its data.
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
