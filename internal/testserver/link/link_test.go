package link

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
func echo(t *testing.T) (address string, heard chan string) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	heard = make(chan string, 100)
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
					heard <- lines.Text()
					_, _ = io.WriteString(conn, lines.Text()+"\n")
				}
			}()
		}
	}()
	return listener.Addr().String(), heard
}

func dial(t *testing.T, l *Link) net.Conn {
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

func open(t *testing.T) (*Link, chan string) {
	address, heard := echo(t)
	l, err := New(address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(l.Close)
	return l, heard
}

func TestLinkCarries(t *testing.T) {
	l, _ := open(t)
	conn := dial(t, l)
	for range 3 {
		if answer, err := ask(conn, "hello"); answer != "hello\n" || err != nil {
			t.Fatalf("%q, %v", answer, err)
		}
	}
	if trips, toward, back := l.Traffic(); trips != 3 || toward != 18 || back != 18 {
		t.Errorf("%d trips, %d bytes, %d back; want 3, 18, 18", trips, toward, back)
	}
}

// What a silent link loses is the answer: the server has heard.
func TestSilenceLosesAnswers(t *testing.T) {
	l, heard := open(t)
	conn := dial(t, l)
	l.Silence()
	if _, err := io.WriteString(conn, "lost\n"); err != nil {
		t.Fatal(err)
	}
	if line := <-heard; line != "lost" {
		t.Errorf("the server heard %q", line)
	}
	time.AfterFunc(50*time.Millisecond, l.Cut)
	if answer, err := bufio.NewReader(conn).ReadString('\n'); err == nil {
		t.Errorf("an answer came: %q", answer)
	}
	if answer, err := ask(dial(t, l), "again"); answer != "again\n" || err != nil {
		t.Errorf("after the cut: %q, %v", answer, err)
	}
}

// A connection that lost an answer ends with the silence: the next answer would be taken for the lost one.
func TestMendEndsWhatLostAnAnswer(t *testing.T) {
	l, heard := open(t)
	deaf, quiet := dial(t, l), dial(t, l)
	if _, err := ask(quiet, "before"); err != nil {
		t.Fatal(err)
	}
	<-heard
	l.Silence()
	if _, err := io.WriteString(deaf, "lost\n"); err != nil {
		t.Fatal(err)
	}
	<-heard
	time.Sleep(20 * time.Millisecond) // for the answer to be on its way
	l.Mend()
	if answer, err := ask(deaf, "next"); err == nil {
		t.Errorf("the connection goes on with %q", answer)
	}
	if answer, err := ask(quiet, "after"); answer != "after\n" || err != nil {
		t.Errorf("the other one: %q, %v", answer, err)
	}
}

func TestBreakAndMend(t *testing.T) {
	l, heard := open(t)
	conn := dial(t, l)
	l.Break()
	if answer, err := ask(conn, "x"); err == nil {
		t.Errorf("a broken link answers %q", answer)
	}
	if answer, err := ask(dial(t, l), "y"); err == nil {
		t.Errorf("a new connection over a broken link answers %q", answer)
	}
	l.Mend()
	if answer, err := ask(dial(t, l), "z"); answer != "z\n" || err != nil {
		t.Errorf("mended: %q, %v", answer, err)
	}
	if line := <-heard; line != "z" {
		t.Errorf("the server heard %q over a broken link", line)
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
