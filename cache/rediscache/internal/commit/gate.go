package commit

import (
	"context"
	"sync"
)

// gate counts the attempts that are under way, and keeps others out while it is paused.
type gate struct {
	mu     sync.Mutex // protects all below
	inside int
	resume chan struct{} // closed by Resume; nil while the gate is open
	empty  chan struct{} // closed when nobody is inside; nil when nobody waits for that
}

// Enter lets n attempts in, after the pause if there is one.
func (g *gate) Enter(n int) {
	g.mu.Lock()
	for g.resume != nil {
		wait := g.resume
		g.mu.Unlock()
		<-wait
		g.mu.Lock()
	}
	g.inside += n
	g.mu.Unlock()
}

// Leave ends one attempt.
func (g *gate) Leave() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.inside--
	if g.inside == 0 && g.empty != nil {
		close(g.empty)
		g.empty = nil
	}
}

// Pause lets nothing in and returns when nothing is inside; Resume must follow. If ctx ends first, there is no pause.
func (g *gate) Pause(ctx context.Context) error {
	g.mu.Lock()
	g.resume = make(chan struct{})
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
		g.Resume()
		return ctx.Err()
	}
}

// Resume ends a pause.
func (g *gate) Resume() {
	g.mu.Lock()
	defer g.mu.Unlock()
	close(g.resume)
	g.resume, g.empty = nil, nil
}
