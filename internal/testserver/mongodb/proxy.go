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
	// Pass does nothing.
	Pass Fault = iota
	// LoseRequest closes the connection instead of passing the message on.
	LoseRequest
	// LoseReply passes the message to the server, and closes the connection instead of passing the reply.
	LoseReply
)

// Proxy stands between clients and the server. Unlike those of MongoDB, concurrent updates of FerretDB are not atomic;
// the proxy therefore sends each database of FerretDB one message at a time, and waits for its reply.
type Proxy struct {
	listener net.Listener
	target   string
	serial   bool

	locks   sync.Map // database -> *sync.Mutex, held from a message to its reply
	delay   atomic.Int64
	refuses atomic.Bool // see Refuse
	watch   atomic.Pointer[func(Message) Fault]

	mu     sync.Mutex // protects conns and closed
	conns  map[net.Conn]struct{}
	closed bool
	tasks  sync.WaitGroup
}

func newProxy(target string, serial bool) (*Proxy, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	p := &Proxy{listener: l, target: target, serial: serial, conns: map[net.Conn]struct{}{}}
	p.tasks.Go(p.accept)
	return p, nil
}

// Address returns the address that the proxy listens on.
func (p *Proxy) Address() string { return p.listener.Addr().String() }

// Watch calls f with every message, one at a time, and applies the fault that f returns. A nil f ends that.
func (p *Proxy) Watch(f func(Message) Fault) {
	if f == nil {
		p.watch.Store(nil)
		return
	}
	var mu sync.Mutex
	g := func(m Message) Fault {
		mu.Lock()
		defer mu.Unlock()
		return f(m)
	}
	p.watch.Store(&g)
}

// Delay delays every message by d.
func (p *Proxy) Delay(d time.Duration) { p.delay.Store(int64(d)) }

// Refuse closes all connections and refuses new ones, until it is called with false.
func (p *Proxy) Refuse(refuse bool) {
	p.refuses.Store(refuse)
	if refuse {
		p.closeAll()
	}
}

// closeAll closes all connections.
func (p *Proxy) closeAll() {
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
	p.closeAll()
	p.tasks.Wait()
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
		p.tasks.Go(func() { p.serve(client) })
	}
}

// serve forwards the messages of one client.
func (p *Proxy) serve(client net.Conn) {
	defer p.remove(client)
	if !p.add(client) {
		return
	}
	server, err := net.Dial("tcp", p.target)
	if err != nil {
		return
	}
	defer p.remove(server)
	if !p.add(server) {
		return
	}
	for p.forward(client, server) {
	}
}

// add registers a connection to be closed later; false if the proxy is closed or refuses connections.
func (p *Proxy) add(c net.Conn) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.conns[c] = struct{}{}
	return !p.closed && !p.refuses.Load()
}

// remove closes a connection.
func (p *Proxy) remove(c net.Conn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.conns, c)
	_ = c.Close()
}

// forward forwards a message and its reply; false ends the connection.
func (p *Proxy) forward(client, server net.Conn) bool {
	message, err := readFrame(client)
	if err != nil {
		return false
	}
	time.Sleep(time.Duration(p.delay.Load()))
	request, fault := message.describe(), Pass
	if watch := p.watch.Load(); watch != nil {
		fault = (*watch)(request)
	}
	if fault == LoseRequest {
		return false
	}
	answer, err := p.roundTrip(server, message, request.Database)
	if err != nil || fault == LoseReply {
		return false
	}
	_, err = client.Write(answer)
	return err == nil
}

// replyTimeout bounds the time to a reply, so that a message that hangs does not block all others.
const replyTimeout = time.Minute

// roundTrip sends a message to the server and returns its replies.
func (p *Proxy) roundTrip(server net.Conn, message frame, database string) ([]byte, error) {
	if p.serial {
		lock, _ := p.locks.LoadOrStore(database, new(sync.Mutex))
		lock.(*sync.Mutex).Lock()
		defer lock.(*sync.Mutex).Unlock()
		if err := server.SetDeadline(time.Now().Add(replyTimeout)); err != nil {
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
