package cachetest

import "sync"

// barrier stops whoever comes to it until it is opened.
type barrier struct {
	reached chan struct{} // closed when the first comes
	opened  chan struct{}
	first   sync.Once
	once    sync.Once
}

func newBarrier() *barrier {
	return &barrier{reached: make(chan struct{}), opened: make(chan struct{})}
}

func (g *barrier) wait() {
	g.first.Do(func() { close(g.reached) })
	<-g.opened
}

// open lets all pass from now on.
func (g *barrier) open() { g.once.Do(func() { close(g.opened) }) }
