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
	for {
		wait := g.tryEnter(n)
		if wait == nil {
			return
		}
		<-wait
	}
}

// tryEnter lets n rounds in, or returns what to wait for.
func (g *gate) tryEnter(n int) (wait <-chan struct{}) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.closed != nil {
		return g.closed
	}
	g.inside += n
	return nil
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
