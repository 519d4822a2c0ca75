package pgstore_test

import (
	"fmt"
	"net"
	"sync"
	"testing"
)

// proxy stands between a store and the server. It counts round trips and does to connections what networks
// do.
type proxy struct {
	listener net.Listener
	running  sync.WaitGroup
	gate     sync.Mutex // held to keep new links waiting

	mu    sync.Mutex // protects all below, and links
	links map[*link]struct{}
	asked bool // the last bytes went to the server
	trips int
	next  fault // of the link that asks next
	away  bool  // new links end at once
}

// link is one connection.
type link struct {
	client, server net.Conn
	fault          fault
}

func (l *link) close() {
	l.client.Close()
	l.server.Close()
}

// fault is what happens to a link.
type fault int

const (
	none       fault = iota
	loseAsking       // it breaks before the server hears what is asked
	loseAnswer       // it breaks when the server answers
	silence          // answers do not arrive
)

func newProxy(tb testing.TB) *proxy {
	tb.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	p := &proxy{listener: l, links: map[*link]struct{}{}}
	p.running.Go(func() {
		for {
			client, err := l.Accept()
			if err != nil {
				return
			}
			p.running.Go(func() { p.serve(client) })
		}
	})
	tb.Cleanup(p.close)
	return p
}

func (p *proxy) url() string {
	return fmt.Sprintf("postgres://postgres@%s/postgres?sslmode=disable", p.listener.Addr())
}

func (p *proxy) serve(client net.Conn) {
	p.gate.Lock()
	upstream, err := net.Dial("tcp", server.Address())
	p.gate.Unlock()
	if err != nil {
		client.Close()
		return
	}
	l := &link{client: client, server: upstream}
	p.mu.Lock()
	p.links[l] = struct{}{}
	if p.away {
		l.close()
	}
	p.mu.Unlock()
	p.running.Go(func() { pass(l, l.client, l.server, p.forwardRequest) })
	pass(l, l.server, l.client, p.forwardReply)
}

// pass copies as allowed, until one side or a fault ends the link.
func pass(l *link, from, to net.Conn, allowed func(l *link) (forward, goOn bool)) {
	defer l.close()
	buffer := make([]byte, 1<<20)
	for {
		n, err := from.Read(buffer)
		if err != nil {
			return
		}
		forward, goOn := allowed(l)
		if !goOn {
			return
		}
		if forward {
			if _, err := to.Write(buffer[:n]); err != nil {
				return
			}
		}
	}
}

func (p *proxy) forwardRequest(l *link) (forward, goOn bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.asked {
		p.asked = true
		p.trips++
	}
	if l.fault == none {
		l.fault, p.next = p.next, none
	}
	return true, l.fault != loseAsking
}

func (p *proxy) forwardReply(l *link) (forward, goOn bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.asked = false
	return l.fault != silence, l.fault != loseAnswer
}

// set says what happens to the next link that asks.
func (p *proxy) set(f fault) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.next = f
}

// disconnect ends all links, and those to come until it is called again.
func (p *proxy) disconnect(away bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.away = away
	for l := range p.links {
		l.close()
	}
}

// count is how many round trips there were since the last count.
func (p *proxy) count() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	n := p.trips
	p.trips = 0
	return n
}

func (p *proxy) close() {
	p.listener.Close()
	p.mu.Lock()
	for l := range p.links {
		l.close()
	}
	p.mu.Unlock()
	p.running.Wait()
}
