package rediscache

import (
	"context"
	"sync"
)

// gate lets rounds in but while it is closed. Unlike a lock for readers it can be entered by many at once, and the one
// who waits for it to be empty may give up.
type gate struct {
	mu     sync.Mutex // protects all below
	inside int
	closed chan struct{} // closed when the gate is opened; nil while it is open
	empty  chan struct{} // closed when nobody is inside; nil when nobody asked
}

// enter lets n rounds in, waiting while the gate is closed.
func (g *gate) enter(n int) {
	g.mu.Lock()
	for g.closed != nil {
		wait := g.closed
		g.mu.Unlock()
		<-wait
		g.mu.Lock()
	}
	g.inside += n
	g.mu.Unlock()
}

func (g *gate) leave() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.inside--
	if g.inside == 0 && g.empty != nil {
		close(g.empty)
		g.empty = nil
	}
}

// close lets nobody in and returns when nobody is inside; open must follow. When ctx ends first the gate is open again.
func (g *gate) close(ctx context.Context) error {
	g.mu.Lock()
	g.closed = make(chan struct{})
	empty := make(chan struct{})
	if g.inside == 0 {
		close(empty)
	} else {
		g.empty = empty
	}
	g.mu.Unlock()
	select {
	case <-empty:
		return nil
	case <-ctx.Done():
		g.open()
		return ctx.Err()
	}
}

func (g *gate) open() {
	g.mu.Lock()
	defer g.mu.Unlock()
	close(g.closed)
	g.closed, g.empty = nil, nil
}
