package mongodb_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"net/url"
	"os"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/dictrack/dictrack/internal/testserver/mongodb"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// ping is OP_MSG {ping: 1, $db: "admin"}.
func ping() []byte {
	doc := []byte("\x00\x00\x00\x00\x10ping\x00\x01\x00\x00\x00\x02$db\x00\x06\x00\x00\x00admin\x00\x00")
	binary.LittleEndian.PutUint32(doc, uint32(len(doc)))
	message := make([]byte, 16, 64)
	message = append(message, 0, 0, 0, 0, 0)
	message = append(message, doc...)
	binary.LittleEndian.PutUint32(message, uint32(len(message)))
	binary.LittleEndian.PutUint32(message[4:], 7)
	binary.LittleEndian.PutUint32(message[12:], 2013)
	return message
}

// call sends a ping to the server and reads the answer.
func call(s *mongodb.Server) ([]byte, error) {
	u, err := url.Parse(s.URL())
	if err != nil {
		return nil, err
	}
	conn, err := net.Dial("tcp", u.Host)
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(20 * time.Second)); err != nil {
		return nil, err
	}
	if _, err := conn.Write(ping()); err != nil {
		return nil, err
	}
	size := make([]byte, 4)
	if _, err := io.ReadFull(conn, size); err != nil {
		return nil, err
	}
	rest := make([]byte, binary.LittleEndian.Uint32(size)-4)
	_, err = io.ReadFull(conn, rest)
	return rest, err
}

// TestServer starts a server, loses requests and replies, delays, and restarts it.
func TestServer(t *testing.T) {
	s, err := mongodb.Start()
	if err != nil {
		t.Fatal(err)
	}
	defer s.Stop()
	answers := func(what string) {
		t.Helper()
		if answer, err := call(s); err != nil || !bytes.Contains(answer, []byte("ok\x00")) {
			t.Fatalf("%s: answer %q, %v, want one that says ok", what, answer, err)
		}
	}
	silent := func(what string) {
		t.Helper()
		if answer, err := call(s); err == nil {
			t.Fatalf("%s: got the answer %q", what, answer)
		} else if errors.Is(err, os.ErrDeadlineExceeded) {
			t.Fatalf("%s: %v, want the connection closed", what, err)
		}
	}
	answers("started")

	var seen atomic.Int64
	for what, fault := range map[string]mongodb.Fault{"cut": mongodb.LoseRequest, "dropped": mongodb.LoseReply} {
		s.Proxy.Watch(func(m mongodb.Message) mongodb.Fault {
			if m.Command == "ping" {
				seen.Add(1)
			}
			return fault
		})
		silent(what)
	}
	if seen.Load() != 2 {
		t.Fatalf("the proxy showed %d pings, want 2", seen.Load())
	}
	s.Proxy.Watch(nil)
	answers("after the faults")

	s.Proxy.Delay(50 * time.Millisecond)
	start := time.Now()
	answers("delayed")
	if took := time.Since(start); took < 50*time.Millisecond {
		t.Fatalf("a delayed answer took %v", took)
	}
	s.Proxy.Delay(0)

	s.Down()
	silent("down")
	if err := s.Up(); err != nil {
		t.Fatal(err)
	}
	answers("up again")
}

// TestInvalidURL checks that a URL which tests cannot use gives an error that explains it without the password.
func TestInvalidURL(t *testing.T) {
	for _, text := range []string{"postgres://h", "mongodb://", "mongodb://u:secret@h:port/", "mongodb://u:secret@h/?tls=true"} {
		t.Setenv(mongodb.Variable, text)
		s, err := mongodb.Start()
		if err == nil {
			s.Stop()
			t.Errorf("%q was accepted", text)
		} else if !bytes.Contains([]byte(err.Error()), []byte(mongodb.Variable)) || bytes.Contains([]byte(err.Error()), []byte("secret")) {
			t.Errorf("%q: error %q", text, err)
		}
	}
}
