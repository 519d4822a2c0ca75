// Package mongodb runs a server of the MongoDB protocol for tests: FerretDB, behind a proxy that can lose
// answers, or a real MongoDB when DICTRACK_TEST_MONGODB_URL names one.
package mongodb

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"

	"github.com/dictrack/dictrack/internal/testserver"
)

// Variable names the environment variable with the URL of a real MongoDB: mongodb://, one host, no TLS,
// and a user who may create and drop databases. Tests reach it through a proxy too.
const Variable = "DICTRACK_TEST_MONGODB_URL"

// Server is a running server and the proxy in front of it. Its methods may be called from any goroutine,
// but for Down, Up and Stop, which are for one at a time.
type Server struct {
	// Proxy is what clients talk to.
	Proxy *Proxy

	url    string // of the proxy
	direct string // past it
	port   int    // of FerretDB
	dir    string // its data; "" for a real MongoDB
	run    *testserver.Process
}

// Start starts a server. It says on standard error what it is. The first one ever builds FerretDB, which
// takes minutes.
func Start() (*Server, error) {
	if text := os.Getenv(Variable); text != "" {
		return real(text)
	}
	binary, err := build()
	if err != nil {
		return nil, err
	}
	s := &Server{}
	if s.dir, err = os.MkdirTemp("", "dictrack-ferretdb-"); err != nil {
		return nil, err
	}
	if s.port, err = testserver.FreePort(); err == nil {
		err = s.start(binary)
	}
	if err == nil {
		s.Proxy, err = newProxy(testserver.Address(s.port), true)
	}
	if err != nil {
		s.Stop()
		return nil, err
	}
	const direct = "/?directConnection=true"
	s.url, s.direct = "mongodb://"+s.Proxy.Address()+direct, "mongodb://"+testserver.Address(s.port)+direct
	fmt.Fprintln(os.Stderr, "MongoDB tests run on FerretDB, one message a database at a time; set", Variable, "to run them on a real MongoDB")
	return s, nil
}

// real puts a proxy in front of a MongoDB that somebody else runs.
func real(text string) (*Server, error) {
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "mongodb" || u.Hostname() == "" {
		return nil, fmt.Errorf("%s: want mongodb://host:port/ with one host", Variable)
	}
	query := u.Query()
	if query.Get("tls") == "true" || query.Get("ssl") == "true" {
		return nil, fmt.Errorf("%s: want one without TLS, which the proxy of the tests cannot look into", Variable)
	}
	port := u.Port()
	if port == "" {
		port = "27017"
	}
	s := &Server{direct: text}
	if s.Proxy, err = newProxy(net.JoinHostPort(u.Hostname(), port), false); err != nil {
		return nil, err
	}
	fmt.Fprintln(os.Stderr, "MongoDB tests run on the server at", u.Host, "as", Variable, "says")
	query.Set("directConnection", "true") // otherwise the driver goes past the proxy to the replica set's members
	u.Host, u.RawQuery = s.Proxy.Address(), query.Encode()
	s.url = u.String()
	return s, nil
}

// URL is the server behind the proxy, without a database.
func (s *Server) URL() string { return s.url }

// Database is the URL of a database behind the proxy. That of a real MongoDB stays, unless somebody drops it.
func (s *Server) Database(name string) string { return strings.Replace(s.url, "/?", "/"+name+"?", 1) }

// Slow tells whether calls take milliseconds, as those on FerretDB do.
func (s *Server) Slow() bool { return s.dir != "" }

// Direct is the server without the proxy: for a watcher of messages, which holds up all that pass.
func (s *Server) Direct() string { return s.direct }

// Down ends the server as a crash would; the address stays. A real MongoDB is cut off instead.
func (s *Server) Down() {
	s.Proxy.Refuse(true)
	if s.run != nil {
		s.run.Kill()
	}
}

// Up brings the server back, with the data it had.
func (s *Server) Up() error {
	if s.dir != "" {
		binary, err := build()
		if err != nil {
			return err
		}
		if err := s.start(binary); err != nil {
			return err
		}
	}
	s.Proxy.Refuse(false)
	return nil
}

// Stop ends the proxy and the server, and removes its data.
func (s *Server) Stop() {
	if s.Proxy != nil {
		s.Proxy.close()
	}
	if s.run != nil {
		s.run.Stop(syscall.SIGTERM)
	}
	if s.dir != "" {
		_ = os.RemoveAll(s.dir) // in the directory for what is temporary, at worst
	}
}

// Log is the end of what the server has printed, as far as that is known.
func (s *Server) Log() string {
	if s.run == nil {
		return ""
	}
	return s.run.Log()
}

// start starts FerretDB and waits until somebody listens.
func (s *Server) start(binary string) (err error) {
	command := exec.Command(binary, "-dir", s.dir, "-port", strconv.Itoa(s.port)) // #nosec G204 -- what build made
	if s.run, err = testserver.Start(command); err != nil {
		return err
	}
	return s.run.Await("FerretDB", func(ctx context.Context) error {
		conn, err := new(net.Dialer).DialContext(ctx, "tcp", testserver.Address(s.port))
		if err != nil {
			return err
		}
		return conn.Close()
	})
}

// errNoModule says that the tests do not run in the module.
var errNoModule = errors.New("find FerretDB: go env GOMOD names no go.mod")

// moduleDir is the directory of FerretDB's module in this one.
func moduleDir() (string, error) {
	out, err := exec.Command("go", "env", "GOMOD").Output()
	if err != nil {
		return "", fmt.Errorf("find FerretDB: go env GOMOD: %w", err)
	}
	root, ok := strings.CutSuffix(strings.TrimSpace(string(out)), "go.mod")
	if !ok {
		return "", errNoModule
	}
	return root + "internal/ferretdb", nil
}
