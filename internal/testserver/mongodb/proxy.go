package mongodb

import (
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// Fault is what the proxy does to a message.
type Fault int

const (
	// Pass is nothing special.
	Pass Fault = iota
	// Cut closes the connection and lets the message get lost.
	Cut
	// Drop lets the server have the message, and closes the connection instead of passing the answer.
	Drop
)

// Proxy stands between clients and the server. FerretDB's updates are not atomic when several come at
// once, as MongoDB's are; so to each database of it one message passes at a time, answer included.
type Proxy struct {
	listener net.Listener
	target   string
	serial   bool

	turns   sync.Map // of databases; a *sync.Mutex each, held while a message is under way
	delay   atomic.Int64
	refuses atomic.Bool
	watch   atomic.Pointer[func(Message) Fault]

	mu     sync.Mutex // protects conns and closed
	conns  map[net.Conn]struct{}
	closed bool
	all    sync.WaitGroup
}

func newProxy(target string, serial bool) (*Proxy, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	p := &Proxy{listener: l, target: target, serial: serial, conns: map[net.Conn]struct{}{}}
	p.all.Go(p.accept)
	return p, nil
}

// Address is where the proxy listens.
func (p *Proxy) Address() string { return p.listener.Addr().String() }

// Watch shows every message to f, one at a time, and does what f says; nil for no more.
func (p *Proxy) Watch(f func(Message) Fault) {
	if f == nil {
		p.watch.Store(nil)
		return
	}
	var one sync.Mutex
	g := func(m Message) Fault {
		one.Lock()
		defer one.Unlock()
		return f(m)
	}
	p.watch.Store(&g)
}

// Delay holds every message up for d.
func (p *Proxy) Delay(d time.Duration) { p.delay.Store(int64(d)) }

// Refuse cuts all connections and accepts no others, until it is called with false.
func (p *Proxy) Refuse(refuse bool) {
	p.refuses.Store(refuse)
	if refuse {
		p.cutAll()
	}
}

func (p *Proxy) cutAll() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for c := range p.conns {
		_ = c.Close()
	}
}

func (p *Proxy) close() {
	p.mu.Lock()
	p.closed = true
	p.mu.Unlock()
	_ = p.listener.Close()
	p.cutAll()
	p.all.Wait()
}

func (p *Proxy) accept() {
	for {
		client, err := p.listener.Accept()
		if err != nil {
			return
		}
		if p.refuses.Load() {
			_ = client.Close()
			continue
		}
		p.all.Go(func() { p.serve(client) })
	}
}

// serve passes the messages of one client.
func (p *Proxy) serve(client net.Conn) {
	defer p.drop(client)
	if !p.keep(client) {
		return
	}
	server, err := net.Dial("tcp", p.target)
	if err != nil {
		return
	}
	defer p.drop(server)
	if !p.keep(server) {
		return
	}
	for p.pass(client, server) {
	}
}

// keep notes a connection, so that it can be cut; false when it is too late for it.
func (p *Proxy) keep(c net.Conn) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.conns[c] = struct{}{}
	return !p.closed && !p.refuses.Load()
}

func (p *Proxy) drop(c net.Conn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.conns, c)
	_ = c.Close()
}

// pass passes a message and its answer; false ends the connection.
func (p *Proxy) pass(client, server net.Conn) bool {
	message, err := readFrame(client)
	if err != nil {
		return false
	}
	time.Sleep(time.Duration(p.delay.Load()))
	what, fault := message.describe(), Pass
	if watch := p.watch.Load(); watch != nil {
		fault = (*watch)(what)
	}
	if fault == Cut {
		return false
	}
	answer, err := p.ask(server, message, what.Database)
	if err != nil || fault == Drop {
		return false
	}
	_, err = client.Write(answer)
	return err == nil
}

// maxTurn is how long a message may take, so that one that hangs does not hang all others.
const maxTurn = time.Minute

// ask brings a message to the server and returns its answer.
func (p *Proxy) ask(server net.Conn, message frame, database string) ([]byte, error) {
	if p.serial {
		turn, _ := p.turns.LoadOrStore(database, new(sync.Mutex))
		turn.(*sync.Mutex).Lock()
		defer turn.(*sync.Mutex).Unlock()
		if err := server.SetDeadline(time.Now().Add(maxTurn)); err != nil {
			return nil, err
		}
	}
	if _, err := server.Write(message); err != nil {
		return nil, err
	}
	var all []byte
	for more := !message.moreToCome(); more; {
		answer, err := readFrame(server)
		if err != nil {
			return nil, err
		}
		all = append(all, answer...)
		more = answer.moreToCome()
	}
	return all, nil
}
