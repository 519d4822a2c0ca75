package rediscache_test

import (
	"io"
	"net"
	"sync"
	"sync/atomic"
	"testing"
)

// proxy is between a cache and a server. It counts requests, and cuts connections after the server received a request and
// before its reply arrives.
type proxy struct {
	listener net.Listener
	target   string
	sent     atomic.Int64 // bytes to the server
	received atomic.Int64
	cut      atomic.Int64 // one in so many answers is not handed on, and ends its connection; 0: none

	mu      sync.Mutex // protects conns and answers
	conns   map[net.Conn]bool
	answers int64
	all     sync.WaitGroup
}

func newProxy(tb testing.TB, target string) *proxy {
	tb.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	p := &proxy{listener: l, target: target, conns: map[net.Conn]bool{}}
	p.all.Go(p.serve)
	tb.Cleanup(func() {
		_ = l.Close()
		p.cutAll()
		p.all.Wait()
	})
	return p
}

func (p *proxy) url() string { return "redis://" + p.listener.Addr().String() }

func (p *proxy) serve() {
	for {
		client, err := p.listener.Accept()
		if err != nil {
			return
		}
		server, err := net.Dial("tcp", p.target)
		if err != nil {
			_ = client.Close()
			continue
		}
		p.mu.Lock()
		p.conns[client], p.conns[server] = true, true
		p.mu.Unlock()
		p.all.Go(func() { p.pass(client, server, &p.sent, func() bool { return false }) })
		p.all.Go(func() { p.pass(server, client, &p.received, p.cuts) })
	}
}

// cuts reports whether the next reply is lost.
func (p *proxy) cuts() bool {
	n := p.cut.Load()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.answers++
	return n > 0 && p.answers%n == 0
}

func (p *proxy) pass(from, to net.Conn, count *atomic.Int64, lost func() bool) {
	defer func() {
		_, _ = from.Close(), to.Close()
		p.mu.Lock()
		defer p.mu.Unlock()
		delete(p.conns, from)
	}()
	buffer := make([]byte, 64<<10)
	for {
		n, err := from.Read(buffer)
		if err != nil && err != io.EOF || n == 0 || lost() {
			return
		}
		count.Add(int64(n))
		if _, err := to.Write(buffer[:n]); err != nil {
			return
		}
	}
}

// cutAll ends all connections.
func (p *proxy) cutAll() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for c := range p.conns {
		_ = c.Close()
	}
}
