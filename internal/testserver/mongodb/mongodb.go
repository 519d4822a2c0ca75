// Package mongodb runs a server of the MongoDB protocol for tests: FerretDB, behind a proxy that can lose
// replies, or a real MongoDB when DICTRACK_TEST_MONGODB_URL names one.
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
// except Down, Up and Stop, which must not be called concurrently.
type Server struct {
	// Proxy is what clients connect to.
	Proxy *Proxy

	url    string              // of the proxy
	direct string              // of the server
	port   int                 // of FerretDB
	dir    string              // of its data; "" for a real MongoDB
	server *testserver.Process // nil for a real MongoDB
}

// Start starts a server and prints on standard error which one it is. The first call on a machine builds FerretDB,
// which takes minutes.
func Start() (*Server, error) {
	if text := os.Getenv(Variable); text != "" {
		return connectReal(text)
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
	fmt.Fprintln(os.Stderr, "MongoDB tests run on FerretDB, one message per database at a time; set", Variable, "to run them on a real MongoDB")
	return s, nil
}

// connectReal starts a proxy in front of a MongoDB that runs already.
func connectReal(text string) (*Server, error) {
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "mongodb" || u.Hostname() == "" {
		return nil, fmt.Errorf("%s: want mongodb://host:port/ with one host", Variable)
	}
	query := u.Query()
	if query.Get("tls") == "true" || query.Get("ssl") == "true" {
		return nil, fmt.Errorf("%s: want one without TLS, which the tests' proxy cannot parse", Variable)
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

// URL returns the URL of the proxy, without a database.
func (s *Server) URL() string { return s.url }

// Database returns the URL of a database behind the proxy. On a real MongoDB the caller must drop it.
func (s *Server) Database(name string) string { return strings.Replace(s.url, "/?", "/"+name+"?", 1) }

// Slow tells whether calls take milliseconds, as those on FerretDB do.
func (s *Server) Slow() bool { return s.dir != "" }

// Direct returns the URL of the server itself, for functions given to Proxy.Watch, which must not use the proxy.
func (s *Server) Direct() string { return s.direct }

// Down crashes the server; its address stays reserved. A real MongoDB is disconnected instead.
func (s *Server) Down() {
	s.Proxy.Refuse(true)
	if s.server != nil {
		s.server.Kill()
	}
}

// Up starts the server again with its data.
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

// Stop stops the proxy and the server, and removes its data.
func (s *Server) Stop() {
	if s.Proxy != nil {
		s.Proxy.close()
	}
	if s.server != nil {
		s.server.Stop(syscall.SIGTERM)
	}
	if s.dir != "" {
		_ = os.RemoveAll(s.dir) // an error leaves files in the directory for temporary files
	}
}

// Log returns the end of the server's output, "" for a real MongoDB.
func (s *Server) Log() string {
	if s.server == nil {
		return ""
	}
	return s.server.Log()
}

// start starts FerretDB and waits until it accepts connections.
func (s *Server) start(binary string) (err error) {
	command := exec.Command(binary, "-dir", s.dir, "-port", strconv.Itoa(s.port)) // #nosec G204 -- what build made
	if s.server, err = testserver.Start(command); err != nil {
		return err
	}
	return s.server.Await("FerretDB", func(ctx context.Context) error {
		conn, err := new(net.Dialer).DialContext(ctx, "tcp", testserver.Address(s.port))
		if err != nil {
			return err
		}
		return conn.Close()
	})
}

// errNoModule is returned when the working directory is not in the module.
var errNoModule = errors.New("find FerretDB: go env GOMOD names no go.mod")

// moduleDir returns the directory of the FerretDB module.
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
