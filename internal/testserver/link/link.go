// Package link is a way to a server that can be slow, be cut, lose answers, or lead nowhere: a TCP proxy on
// 127.0.0.1, for tests.
package link

import (
	"fmt"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// Link forwards connections to a server. Its methods may be called from any goroutine, while data flows.
type Link struct {
	target   string
	listener net.Listener

	delay   atomic.Int64 // nanoseconds, on the way to the server
	broken  atomic.Bool  // connections are refused
	silent  atomic.Bool  // what the server answers is thrown away
	toward  atomic.Int64 // bytes that went to the server
	back    atomic.Int64 // bytes that came back
	trips   atomic.Int64 // times that the direction changed toward the server
	running sync.WaitGroup

	mu    sync.Mutex // protects pairs
	pairs map[*pair]bool
}

// pair is one connection on both sides.
type pair struct {
	client, server net.Conn
	answered       atomic.Bool // the last bytes came from the server
	deaf           atomic.Bool // an answer was thrown away: those after it would answer the wrong questions
}

func (p *pair) close() {
	_ = p.client.Close() // closed twice is as good
	_ = p.server.Close()
}

// New is a link to the server at an address. Close it.
func New(target string) (*Link, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listen for a link to %s: %w", target, err)
	}
	l := &Link{target: target, listener: listener, pairs: map[*pair]bool{}}
	l.running.Go(l.accept)
	return l, nil
}

// Address is where the link begins.
func (l *Link) Address() string { return l.listener.Addr().String() }

// Close ends all connections.
func (l *Link) Close() {
	_ = l.listener.Close() // closed twice is as good
	l.Cut()
	l.running.Wait()
}

// Delay makes everything on the way to the server take longer.
func (l *Link) Delay(d time.Duration) { l.delay.Store(int64(d)) }

// Break refuses connections and cuts those there are; Mend ends that.
func (l *Link) Break() {
	l.broken.Store(true)
	l.Cut()
}

// Mend lets everything pass again. Connections that lost an answer end: none can go on without it.
func (l *Link) Mend() {
	l.broken.Store(false)
	l.delay.Store(0)
	l.cut(func(p *pair) bool { return p.deaf.Load() })
}

// Silence throws away what the server answers, until the next Cut or Mend: calls reach it, and nobody hears of it.
func (l *Link) Silence() { l.silent.Store(true) }

// Cut ends the connections there are, in the midst of whatever they carry.
func (l *Link) Cut() { l.cut(func(*pair) bool { return true }) }

// cut ends silence, and those connections.
func (l *Link) cut(which func(*pair) bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.silent.Store(false)
	for p := range l.pairs {
		if which(p) {
			p.close()
		}
	}
}

// Traffic is what was carried since the link was made: round trips (bytes to the server after bytes from it, so that
// what is pipelined counts as one) and bytes both ways.
func (l *Link) Traffic() (trips, toward, back int64) {
	return l.trips.Load(), l.toward.Load(), l.back.Load()
}

func (l *Link) accept() {
	for {
		client, err := l.listener.Accept()
		if err != nil {
			return
		}
		if l.broken.Load() {
			_ = client.Close()
			continue
		}
		server, err := net.DialTimeout("tcp", l.target, 5*time.Second)
		if err != nil {
			_ = client.Close()
			continue
		}
		l.carry(&pair{client: client, server: server})
	}
}

func (l *Link) carry(p *pair) {
	p.answered.Store(true)
	l.mu.Lock()
	l.pairs[p] = true
	if l.broken.Load() { // since the connection was accepted
		p.close()
	}
	l.mu.Unlock()
	var both sync.WaitGroup
	both.Go(func() { l.forward(p) })
	both.Go(func() { l.answer(p) })
	l.running.Go(func() {
		both.Wait()
		l.mu.Lock()
		defer l.mu.Unlock()
		delete(l.pairs, p)
	})
}

// forward carries to the server.
func (l *Link) forward(p *pair) {
	defer p.close()
	buf := make([]byte, 64<<10)
	for {
		n, err := p.client.Read(buf)
		if n > 0 {
			time.Sleep(time.Duration(l.delay.Load()))
			if p.answered.Swap(false) {
				l.trips.Add(1)
			}
			l.toward.Add(int64(n))
			if _, err := p.server.Write(buf[:n]); err != nil {
				return
			}
		}
		if err != nil {
			return
		}
	}
}

// hushed tells whether what the server answers is lost.
func (l *Link) hushed(p *pair) bool {
	if l.silent.Load() {
		p.deaf.Store(true)
	}
	if p.deaf.Load() && !l.silent.Load() { // a Mend that did not see it deaf yet
		p.close()
	}
	return p.deaf.Load()
}

// answer carries back.
func (l *Link) answer(p *pair) {
	defer p.close()
	buf := make([]byte, 64<<10)
	for {
		n, err := p.server.Read(buf)
		if n > 0 && l.hushed(p) {
			continue
		}
		if n > 0 {
			p.answered.Store(true)
			l.back.Add(int64(n))
			if _, err := p.client.Write(buf[:n]); err != nil {
				return
			}
		}
		if err != nil {
			return
		}
	}
}
