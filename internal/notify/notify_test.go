package notify_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/dictrack/dictrack/internal/notify"
	"github.com/dictrack/dictrack/tracker"
)

// commit is a commit with n events.
func commit(group string, version uint64, n int) notify.Commit {
	return notify.Commit{
		CommitInfo: notify.CommitInfo{Group: group, Version: version},
		Events:     make([]tracker.Event, n),
	}
}

// recorder is a handler that notes the ids of events.
type recorder struct {
	mu  sync.Mutex
	ids []string
}

func (r *recorder) handle(c *notify.Commit, index int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.ids = append(r.ids, c.EventID(index))
}

func (r *recorder) expect(t *testing.T, want ...string) {
	t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	if !slices.Equal(r.ids, want) {
		t.Errorf("delivered %q, want %q", r.ids, want)
	}
}

func quiet() *notify.Publisher { return notify.New(slog.New(slog.DiscardHandler)) }

func TestDeliverInOrder(t *testing.T) {
	p, all, some := quiet(), &recorder{}, &recorder{}
	p.Enqueue(commit("g", 1, 1)) // nobody subscribed to it
	p.Subscribe(all.handle)
	cancel := p.Subscribe(some.handle)
	p.Enqueue(commit("g", 2, 2))
	p.Enqueue(commit("h", 7, 1))
	p.Enqueue(commit("g", 3, 1))
	p.Deliver("g")
	all.expect(t, "g:2:0", "g:2:1", "g:3:0")
	cancel()
	cancel()
	p.Deliver("h")
	all.expect(t, "g:2:0", "g:2:1", "g:3:0", "h:7:0")
	some.expect(t, "g:2:0", "g:2:1", "g:3:0")
	if err := p.Wait(t.Context()); err != nil {
		t.Errorf("wait: %v", err)
	}
}

// TestDeliverFromAHandler leaves what was enqueued meanwhile to the delivery under way.
func TestDeliverFromAHandler(t *testing.T) {
	p, all := quiet(), &recorder{}
	p.Subscribe(func(c *notify.Commit, index int) {
		all.handle(c, index)
		if c.Version == 1 {
			p.Enqueue(commit("g", 2, 1))
			p.Deliver("g")
			all.expect(t, "g:1:0")
		}
	})
	p.Enqueue(commit("g", 1, 1))
	p.Deliver("g")
	all.expect(t, "g:1:0", "g:2:0")
}

// TestGroupsDoNotWaitForEachOther, and Wait waits for all.
func TestGroupsDoNotWaitForEachOther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, all, release := quiet(), &recorder{}, make(chan struct{})
		p.Subscribe(func(c *notify.Commit, index int) {
			if c.Group == "slow" {
				<-release
			}
			all.handle(c, index)
		})
		p.Enqueue(commit("slow", 1, 1))
		p.Enqueue(commit("g", 1, 1))
		go p.Deliver("slow")
		synctest.Wait()
		p.Deliver("g")
		all.expect(t, "g:1:0")
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := p.Wait(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("wait while a handler runs: %v", err)
		}
		close(release)
		if err := p.Wait(t.Context()); err != nil {
			t.Errorf("wait: %v", err)
		}
		all.expect(t, "g:1:0", "slow:1:0")
	})
}

// TestFailingHandlers that panic or end their goroutine keep no event from any handler, and are logged.
func TestFailingHandlers(t *testing.T) {
	for name, fail := range map[string]func(){
		"panic":       func() { panic("oh no") },
		"nil panic":   func() { panic(nil) },
		"end of test": runtime.Goexit,
	} {
		t.Run(name, func(t *testing.T) {
			var logged bytes.Buffer
			p, before, after := notify.New(slog.New(slog.NewTextHandler(&logged, nil))), &recorder{}, &recorder{}
			p.Subscribe(before.handle)
			p.Subscribe(func(*notify.Commit, int) { fail() })
			p.Subscribe(after.handle)
			names := []string{"a", "b", "c"}
			var want []string
			for _, group := range names {
				p.Enqueue(commit(group, 1, 2))
				p.Enqueue(commit(group, 2, 1))
				want = append(want, group+":1:0", group+":1:1", group+":2:0")
			}
			var caller sync.WaitGroup
			caller.Go(func() { p.DeliverEach(len(names), func(i int) string { return names[i] }) })
			caller.Wait()
			if err := p.Wait(t.Context()); err != nil {
				t.Fatal(err)
			}
			for _, r := range []*recorder{before, after} {
				slices.Sort(r.ids) // groups have no order among each other
				r.expect(t, want...)
			}
			if n := strings.Count(logged.String(), "level=ERROR"); n != len(want) {
				t.Errorf("%d entries in the log, want %d:\n%s", n, len(want), logged.String())
			}
		})
	}
}

// TestDeliverAll also when handlers end the goroutines they run on.
func TestDeliverAll(t *testing.T) {
	p, all := quiet(), &recorder{}
	p.Subscribe(all.handle)
	p.Subscribe(func(*notify.Commit, int) { runtime.Goexit() })
	var want []string
	for n := range 20 {
		p.Enqueue(commit(fmt.Sprintf("g%02d", n), 1, 1))
		want = append(want, fmt.Sprintf("g%02d:1:0", n))
	}
	p.DeliverAll()
	if err := p.Wait(t.Context()); err != nil {
		t.Fatal(err)
	}
	slices.Sort(all.ids)
	all.expect(t, want...)
}

// TestConcurrentDelivery: whoever delivers, the events of a group come in order and one at a time.
func TestConcurrentDelivery(t *testing.T) {
	p := quiet()
	const commits = 500
	var last uint64 // unguarded: the race detector tells of two at once
	p.Subscribe(func(c *notify.Commit, _ int) {
		if c.Version != last+1 {
			t.Errorf("version %d after %d", c.Version, last)
		}
		last = c.Version
	})
	var callers sync.WaitGroup
	var mu sync.Mutex // as a cache's, which orders commits
	var version uint64
	for range 4 {
		callers.Go(func() {
			for range commits {
				mu.Lock()
				version++
				p.Enqueue(commit("g", version, 1))
				mu.Unlock()
				p.Deliver("g")
			}
		})
	}
	callers.Wait()
	if err := p.Wait(t.Context()); err != nil || last != 4*commits {
		t.Errorf("the last version is %d, want %d; %v", last, 4*commits, err)
	}
}
