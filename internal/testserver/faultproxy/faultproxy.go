// Package faultproxy is a TCP proxy on 127.0.0.1 for tests. It can delay requests, drop replies, cut connections
// and refuse new ones.
package faultproxy

import (
	"fmt"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// Proxy forwards connections to a server. Its methods may be called from any goroutine while traffic flows.
type Proxy struct {
	target   string
	listener net.Listener

	delay           atomic.Int64 // nanoseconds, for each request
	down            atomic.Bool  // connections are refused
	droppingReplies atomic.Bool  // replies of the server are dropped
	sent            atomic.Int64 // bytes sent to the server
	received        atomic.Int64 // bytes received from the server
	roundTrips      atomic.Int64 // times that a request followed a reply
	goroutines      sync.WaitGroup

	mu    sync.Mutex // protects pairs
	pairs map[*pair]bool
}

// pair is one connection on both sides.
type pair struct {
	client, server net.Conn
	answered       atomic.Bool // the last bytes came from the server
	lostReply      atomic.Bool // a reply was dropped: those after it would answer the wrong requests
}

func (p *pair) close() {
	_ = p.client.Close() // closing twice does no harm
	_ = p.server.Close()
}

// New starts a proxy to the server at an address. The caller must Close it.
func New(target string) (*Proxy, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listen for a proxy to %s: %w", target, err)
	}
	l := &Proxy{target: target, listener: listener, pairs: map[*pair]bool{}}
	l.goroutines.Go(l.accept)
	return l, nil
}

// Address returns the host and port that clients connect to.
func (l *Proxy) Address() string { return l.listener.Addr().String() }

// Close closes the listener and all connections, and waits for its goroutines.
func (l *Proxy) Close() {
	_ = l.listener.Close() // closing twice does no harm
	l.CutConnections()
	l.goroutines.Wait()
}

// Delay makes every request take longer, until Restore.
func (l *Proxy) Delay(d time.Duration) { l.delay.Store(int64(d)) }

// TakeDown cuts all connections and refuses new ones, until Restore.
func (l *Proxy) TakeDown() {
	l.down.Store(true)
	l.CutConnections()
}

// Restore ends all faults. Connections that lost a reply are closed: they cannot be used any more.
func (l *Proxy) Restore() {
	l.down.Store(false)
	l.delay.Store(0)
	l.cutWhere(func(p *pair) bool { return p.lostReply.Load() })
}

// DropReplies drops the replies of the server until the next CutConnections or Restore: requests reach the server, and clients get no
// reply.
func (l *Proxy) DropReplies() { l.droppingReplies.Store(true) }

// CutConnections closes all current connections, wherever they are.
func (l *Proxy) CutConnections() { l.cutWhere(func(*pair) bool { return true }) }

// cutWhere ends the dropping of replies, and closes the connections for which the function reports true.
func (l *Proxy) cutWhere(which func(*pair) bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.droppingReplies.Store(false)
	for p := range l.pairs {
		if which(p) {
			p.close()
		}
	}
}

// Traffic returns what was forwarded since New: round trips (bytes to the server after bytes from it, so pipelined
// requests count once) and the bytes sent to the server and received from it.
func (l *Proxy) Traffic() (roundTrips, sent, received int64) {
	return l.roundTrips.Load(), l.sent.Load(), l.received.Load()
}

func (l *Proxy) accept() {
	for {
		client, err := l.listener.Accept()
		if err != nil {
			return
		}
		if l.down.Load() {
			_ = client.Close()
			continue
		}
		server, err := net.DialTimeout("tcp", l.target, 5*time.Second)
		if err != nil {
			_ = client.Close()
			continue
		}
		l.serve(&pair{client: client, server: server})
	}
}

func (l *Proxy) serve(p *pair) {
	p.answered.Store(true)
	l.mu.Lock()
	l.pairs[p] = true
	if l.down.Load() { // since the connection was accepted
		p.close()
	}
	l.mu.Unlock()
	var both sync.WaitGroup
	both.Go(func() { l.copyRequests(p) })
	both.Go(func() { l.copyReplies(p) })
	l.goroutines.Go(func() {
		both.Wait()
		l.mu.Lock()
		defer l.mu.Unlock()
		delete(l.pairs, p)
	})
}

// copyRequests copies requests to the server.
func (l *Proxy) copyRequests(p *pair) {
	defer p.close()
	buf := make([]byte, 64<<10)
	for {
		n, err := p.client.Read(buf)
		if n > 0 {
			time.Sleep(time.Duration(l.delay.Load()))
			if p.answered.Swap(false) {
				l.roundTrips.Add(1)
			}
			l.sent.Add(int64(n))
			if _, err := p.server.Write(buf[:n]); err != nil {
				return
			}
		}
		if err != nil {
			return
		}
	}
}

// dropsReply reports whether to drop a reply of the server.
func (l *Proxy) dropsReply(p *pair) bool {
	if l.droppingReplies.Load() {
		p.lostReply.Store(true)
	}
	if p.lostReply.Load() && !l.droppingReplies.Load() { // Restore came before the reply was marked as lost
		p.close()
	}
	return p.lostReply.Load()
}

// copyReplies copies replies to the client.
func (l *Proxy) copyReplies(p *pair) {
	defer p.close()
	buf := make([]byte, 64<<10)
	for {
		n, err := p.server.Read(buf)
		if n > 0 && l.dropsReply(p) {
			continue
		}
		if n > 0 {
			p.answered.Store(true)
			l.received.Add(int64(n))
			if _, err := p.client.Write(buf[:n]); err != nil {
				return
			}
		}
		if err != nil {
			return
		}
	}
}
