package rediscache

import (
	"runtime"
	"sync"
	"time"

	"github.com/redis/rueidis"
)

// A round costs its system calls and little else, so rounds travel together: what comes while enough convoys are on
// their way waits until one is back. Nobody waits when there are few, and nobody for longer than impatience.
const (
	// convoy is how many rounds go together at most.
	convoy = 128
	// impatience is how long a round waits for others to come back.
	impatience = 500 * time.Microsecond
)

// line is where slots wait for a convoy.
type line struct {
	most int // convoys under way, from which on others wait; 0: nobody waits

	mu      sync.Mutex // protects all below
	waiting []*slot
	under   int  // convoys under way
	timed   bool // a timer sees to it that nobody waits for too long
}

// newLine is for a client. In a cluster a convoy would be as slow as the slowest node it goes to.
func newLine(client rueidis.Client) line {
	if client.Mode() == rueidis.ClientModeCluster {
		return line{}
	}
	return line{most: 3 * runtime.GOMAXPROCS(0)}
}

// dispatch takes what waits for slots to its end. A patient caller waits for that anyway, and goes along itself when
// that is all there is in the convoy.
func (c *Cache) dispatch(slots []*slot, patient bool) {
	if c.line.most == 0 {
		c.scatter(slots, patient)
		return
	}
	convoys := c.line.join(slots, c.hurry)
	if patient && len(convoys) == 1 && len(convoys[0]) == len(slots) && convoys[0][0] == slots[0] {
		c.escort(slots)
		return
	}
	for _, convoy := range convoys {
		go c.escort(convoy)
	}
}

// scatter takes slots to their ends without waiting for others.
func (c *Cache) scatter(slots []*slot, patient bool) {
	for len(slots) > convoy {
		go c.begin(slots[:convoy])
		slots = slots[convoy:]
	}
	if patient {
		c.begin(slots)
		return
	}
	go c.begin(slots)
}

// escort takes a convoy to its end, and lets another go after it.
func (c *Cache) escort(slots []*slot) {
	defer func() {
		if next := c.line.leave(); next != nil {
			go c.escort(next)
		}
	}()
	c.begin(slots)
}

// hurry starts a convoy although many are under way: a server may be far away or gone, a condition slow.
func (c *Cache) hurry() {
	if next := c.line.overdue(c.hurry); next != nil {
		c.escort(next)
	}
}

// join lets slots wait. It returns the convoys that are to go at once.
func (l *line) join(slots []*slot, hurry func()) (convoys [][]*slot) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.waiting = append(l.waiting, slots...)
	for l.under < l.most && len(l.waiting) > 0 {
		convoys = append(convoys, l.next())
	}
	l.watch(hurry)
	return convoys
}

// leave ends a convoy, and returns the one after it.
func (l *line) leave() []*slot {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.under--
	if l.under < l.most {
		return l.next()
	}
	return nil
}

// overdue returns the convoy of those who have waited long enough.
func (l *line) overdue(hurry func()) []*slot {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.timed = false
	next := l.next()
	l.watch(hurry)
	return next
}

// watch makes sure that those who wait do not wait for long. The line is locked.
func (l *line) watch(hurry func()) {
	if len(l.waiting) > 0 && !l.timed {
		l.timed = true
		time.AfterFunc(impatience, hurry)
	}
}

// next is a convoy of those at the front. The line is locked.
func (l *line) next() []*slot {
	if len(l.waiting) == 0 {
		return nil
	}
	n := min(convoy, len(l.waiting))
	next := l.waiting[:n:n]
	if l.waiting = l.waiting[n:]; len(l.waiting) == 0 {
		l.waiting = nil
	}
	l.under++
	return next
}
