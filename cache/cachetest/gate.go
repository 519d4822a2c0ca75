package cachetest

import (
	"fmt"
	"sync"

	"github.com/dictrack/dictrack/tracker"
)

// gate stops whoever comes to it until it is opened.
type gate struct {
	came   chan struct{} // closed when the first comes
	opened chan struct{}
	first  sync.Once
	once   sync.Once
}

func newGate() *gate { return &gate{came: make(chan struct{}), opened: make(chan struct{})} }

func (g *gate) pass() {
	g.first.Do(func() { close(g.came) })
	<-g.opened
}

// open lets all pass from now on.
func (g *gate) open() { g.once.Do(func() { close(g.opened) }) }

// definitions is the definition of tracker i, alone in a list.
func definitions(i int) []*tracker.Definition {
	return []*tracker.Definition{define(fmt.Sprint("t", i))}
}
