// Package gate counts the calls under way on something that is used by many goroutines and closed once. After Close no
// call begins any more, and Wait returns when the last one has ended.
package gate

import (
	"context"
	"errors"
	"math"
	"sync"
	"sync/atomic"
)

// ErrClosed is the reason of a gate that was closed without another one.
var ErrClosed = errors.New("closed")

// Gate lets calls enter until it is closed, and counts those inside. The zero Gate is open and empty. All methods may be
// called from any goroutine; a Gate must not be copied after its first use.
//
// Entering and leaving an open gate takes one atomic operation each.
type Gate struct {
	inside atomic.Int64 // calls that entered and have not left; plus shut while none may enter
	why    atomic.Pointer[error]

	mu      sync.Mutex    // protects all below; held while why is set, and while shut is added or subtracted
	paused  bool          // from the beginning of Pause to Resume
	changed chan struct{} // closed at the next change of state; nil when nobody waits for it
	closed  chan struct{} // closed with the gate; nil when nobody asked for it
}

// shut makes the count negative, however many calls are inside.
const shut = math.MinInt64 / 2

// Enter lets n calls in; Leave must follow for each of them. The error is the reason given to Close. While the gate is
// paused, Enter blocks.
func (g *Gate) Enter(n int) error {
	for {
		inside := g.inside.Load()
		switch {
		case inside < 0:
			if err := g.waitOpen(); err != nil {
				return err
			}
		case g.inside.CompareAndSwap(inside, inside+int64(n)):
			return nil
		}
	}
}

// TryEnter lets one call in if the gate is open, and never blocks. It returns false while the gate is paused, and once it
// is closed.
func (g *Gate) TryEnter() bool {
	for {
		inside := g.inside.Load()
		if inside < 0 {
			return false
		}
		if g.inside.CompareAndSwap(inside, inside+1) {
			return true
		}
	}
}

// Leave ends one call that entered.
func (g *Gate) Leave() {
	switch n := g.inside.Add(-1); n {
	case -1, shut - 1:
		panic("gate: Leave without Enter")
	case shut:
		g.mu.Lock()
		defer g.mu.Unlock()
		g.broadcast()
	}
}

// Close lets nothing in any more: later calls of Enter and Pause return why, or ErrClosed when why is nil. It does not
// wait for the calls inside; see Wait. Of several calls of Close the first one closes the gate and returns true, and its
// reason counts.
func (g *Gate) Close(why error) (first bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.Err() != nil {
		return false
	}
	if why == nil {
		why = ErrClosed
	}
	g.why.Store(&why)
	if !g.paused {
		g.inside.Add(shut)
	}
	if g.closed != nil {
		close(g.closed)
	}
	g.broadcast()
	return true
}

// Err is the reason given to Close; nil while the gate is not closed.
func (g *Gate) Err() error {
	if why := g.why.Load(); why != nil {
		return *why
	}
	return nil
}

// Closed returns a channel that is closed together with the gate.
func (g *Gate) Closed() <-chan struct{} {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.closed == nil {
		g.closed = make(chan struct{})
		if g.Err() != nil {
			close(g.closed)
		}
	}
	return g.closed
}

// Wait returns nil once the gate is closed and empty, or the error of ctx if that ends first.
func (g *Gate) Wait(ctx context.Context) error {
	return g.await(ctx, func() bool { return g.Err() != nil && g.inside.Load() == shut })
}

// Pause makes calls of Enter block, and returns when the gate is empty; Resume must follow. When ctx ends first, or the
// gate is closed already, it returns the error and nothing is paused. A second Pause waits for the Resume of the first.
//
// The pause itself does not count as a call inside: Close and Wait do not wait for Resume.
func (g *Gate) Pause(ctx context.Context) error {
	mine := false
	err := g.await(ctx, func() bool {
		mine = g.tryPause()
		return mine || g.Err() != nil
	})
	switch {
	case err != nil:
		return err
	case !mine:
		return g.Err()
	}
	if err := g.await(ctx, func() bool { return g.inside.Load() == shut }); err != nil {
		g.Resume()
		return err
	}
	return nil
}

// Resume ends a Pause.
func (g *Gate) Resume() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if !g.paused {
		panic("gate: Resume without Pause")
	}
	g.paused = false
	if g.Err() == nil {
		g.inside.Add(-shut)
	}
	g.broadcast()
}

// tryPause shuts the gate, unless it is closed or somebody else has paused it. The lock is held.
func (g *Gate) tryPause() bool {
	if g.paused || g.Err() != nil {
		return false
	}
	g.paused = true
	g.inside.Add(shut)
	return true
}

// waitOpen returns nil when the gate is not paused any more, and the reason when it is closed.
func (g *Gate) waitOpen() error {
	_ = g.await(context.Background(), func() bool { return g.Err() != nil || !g.paused })
	return g.Err()
}

// await returns when holds is true, or with the error of ctx if that ends first. Holds is called with the lock held.
func (g *Gate) await(ctx context.Context, holds func() bool) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	for !holds() {
		if g.changed == nil {
			g.changed = make(chan struct{})
		}
		changed := g.changed
		g.mu.Unlock()
		select {
		case <-changed:
			g.mu.Lock()
		case <-ctx.Done():
			g.mu.Lock()
			return ctx.Err()
		}
	}
	return nil
}

// broadcast wakes everybody who waits. The lock is held.
func (g *Gate) broadcast() {
	if g.changed != nil {
		close(g.changed)
		g.changed = nil
	}
}
