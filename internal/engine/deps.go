package engine

import (
	"sync"

	"github.com/dictrack/dictrack/group"
	"github.com/dictrack/dictrack/internal/notify"
	"github.com/dictrack/dictrack/internal/states"
)

// deps is what a task works with.
type deps struct {
	now       func() int64
	idWindow  int64 // milliseconds
	templates Templates
	publisher *notify.Publisher
	schedule  func(group string, due int64)
	remote    bool // see Config.Remote
	compile   group.Compiler
	scratches sync.Pool // of *states.Scratch
}

// scratch borrows working memory for matching; release gives it back.
func (d *deps) scratch() *states.Scratch {
	if x, ok := d.scratches.Get().(*states.Scratch); ok {
		return x
	}
	return &states.Scratch{}
}

func (d *deps) release(x *states.Scratch) {
	x.Release()
	d.scratches.Put(x)
}
