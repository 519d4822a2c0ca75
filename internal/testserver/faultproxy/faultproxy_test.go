package faultproxy

import (
	"bufio"
	"io"
	"net"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// echo is a server that answers each line with itself, and counts them.
func echo(t *testing.T) (address string, requests chan string) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	requests = make(chan string, 100)
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go func() {
				defer func() { _ = conn.Close() }()
				for lines := bufio.NewScanner(conn); lines.Scan(); {
					requests <- lines.Text()
					_, _ = io.WriteString(conn, lines.Text()+"\n")
				}
			}()
		}
	}()
	return listener.Addr().String(), requests
}

func dial(t *testing.T, l *Proxy) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", l.Address())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	if err := conn.SetDeadline(time.Now().Add(10 * time.Second)); err != nil {
		t.Fatal(err)
	}
	return conn
}

// ask sends a line and returns the answer.
func ask(conn net.Conn, line string) (string, error) {
	if _, err := io.WriteString(conn, line+"\n"); err != nil {
		return "", err
	}
	return bufio.NewReader(conn).ReadString('\n')
}

func open(t *testing.T) (*Proxy, chan string) {
	address, requests := echo(t)
	l, err := New(address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(l.Close)
	return l, requests
}

func TestLinkCarries(t *testing.T) {
	l, _ := open(t)
	conn := dial(t, l)
	for range 3 {
		if copyReplies, err := ask(conn, "hello"); copyReplies != "hello\n" || err != nil {
			t.Fatalf("%q, %v", copyReplies, err)
		}
	}
	if roundTrips, sent, received := l.Traffic(); roundTrips != 3 || sent != 18 || received != 18 {
		t.Errorf("%d roundTrips, %d bytes, %d received; want 3, 18, 18", roundTrips, sent, received)
	}
}

// What a silent link loses is the answer: the server has heard.
func TestSilenceLosesAnswers(t *testing.T) {
	l, requests := open(t)
	conn := dial(t, l)
	l.DropReplies()
	if _, err := io.WriteString(conn, "lost\n"); err != nil {
		t.Fatal(err)
	}
	if line := <-requests; line != "lost" {
		t.Errorf("the server requests %q", line)
	}
	time.AfterFunc(50*time.Millisecond, l.CutConnections)
	if copyReplies, err := bufio.NewReader(conn).ReadString('\n'); err == nil {
		t.Errorf("an copyReplies came: %q", copyReplies)
	}
	if copyReplies, err := ask(dial(t, l), "again"); copyReplies != "again\n" || err != nil {
		t.Errorf("after the cutWhere: %q, %v", copyReplies, err)
	}
}

// A connection that lost an answer ends with the silence: the next answer would be taken for the lost one.
func TestMendEndsWhatLostAnAnswer(t *testing.T) {
	l, requests := open(t)
	lostReply, quiet := dial(t, l), dial(t, l)
	if _, err := ask(quiet, "before"); err != nil {
		t.Fatal(err)
	}
	<-requests
	l.DropReplies()
	if _, err := io.WriteString(lostReply, "lost\n"); err != nil {
		t.Fatal(err)
	}
	<-requests
	time.Sleep(20 * time.Millisecond) // for the answer to be on its way
	l.Restore()
	if copyReplies, err := ask(lostReply, "next"); err == nil {
		t.Errorf("the connection goes on with %q", copyReplies)
	}
	if copyReplies, err := ask(quiet, "after"); copyReplies != "after\n" || err != nil {
		t.Errorf("the other one: %q, %v", copyReplies, err)
	}
}

func TestBreakAndMend(t *testing.T) {
	l, requests := open(t)
	conn := dial(t, l)
	l.TakeDown()
	if copyReplies, err := ask(conn, "x"); err == nil {
		t.Errorf("a down faultproxy answers %q", copyReplies)
	}
	if copyReplies, err := ask(dial(t, l), "y"); err == nil {
		t.Errorf("a new connection over a down faultproxy answers %q", copyReplies)
	}
	l.Restore()
	if copyReplies, err := ask(dial(t, l), "z"); copyReplies != "z\n" || err != nil {
		t.Errorf("mended: %q, %v", copyReplies, err)
	}
	if line := <-requests; line != "z" {
		t.Errorf("the server requests %q over a down faultproxy", line)
	}
}

func TestDelay(t *testing.T) {
	l, _ := open(t)
	conn := dial(t, l)
	l.Delay(80 * time.Millisecond)
	begun := time.Now()
	if _, err := ask(conn, "slow"); err != nil || time.Since(begun) < 80*time.Millisecond {
		t.Errorf("answered after %v, %v", time.Since(begun), err)
	}
}
