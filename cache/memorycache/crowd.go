package memorycache

import (
	"math"
	"sync/atomic"
)

// crowd counts who is inside, and once it is shut lets nobody in any more.
type crowd struct {
	inside atomic.Int64  // plus shut, once it is
	gone   chan struct{} // closed when it is shut and nobody is inside
}

const shut = math.MinInt64

// enter lets one more in, who must leave; false when it is shut.
func (c *crowd) enter() bool {
	for {
		n := c.inside.Load()
		if n < 0 {
			return false
		}
		if c.inside.CompareAndSwap(n, n+1) {
			return true
		}
	}
}

func (c *crowd) leave() {
	if c.inside.Add(-1) == shut {
		close(c.gone)
	}
}

// shut lets nobody in from now on.
func (c *crowd) shut() {
	for {
		n := c.inside.Load()
		if n < 0 {
			return
		}
		if c.inside.CompareAndSwap(n, n+shut) {
			if n == 0 {
				close(c.gone)
			}
			return
		}
	}
}
