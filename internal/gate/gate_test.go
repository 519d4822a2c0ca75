package gate_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/dictrack/dictrack/internal/gate"
)

var errGone = errors.New("gone")

func TestCloseStopsEntering(t *testing.T) {
	var g gate.Gate
	if err := g.Enter(1); err != nil || g.Err() != nil {
		t.Fatalf("enter an open gate: %v, Err %v", err, g.Err())
	}
	if !g.Close(errGone) {
		t.Error("the first Close does not say that it was the first")
	}
	if g.Close(nil) {
		t.Error("the second Close says that it was the first")
	}
	if err := g.Enter(1); !errors.Is(err, errGone) {
		t.Errorf("enter a closed gate: %v, want %v", err, errGone)
	}
	if err := g.Pause(t.Context()); !errors.Is(err, errGone) {
		t.Errorf("pause a closed gate: %v, want %v", err, errGone)
	}
	if err := g.Err(); !errors.Is(err, errGone) {
		t.Errorf("Err is %v, want %v", err, errGone)
	}
}

func TestCloseWithoutReason(t *testing.T) {
	var g gate.Gate
	g.Close(nil)
	if err := g.Enter(1); !errors.Is(err, gate.ErrClosed) {
		t.Errorf("enter: %v, want %v", err, gate.ErrClosed)
	}
}

func TestClosedChannel(t *testing.T) {
	var early, late gate.Gate
	closed := early.Closed()
	select {
	case <-closed:
		t.Fatal("the channel of an open gate is closed")
	default:
	}
	early.Close(nil)
	<-closed
	late.Close(nil)
	<-late.Closed()
}

func TestWaitForTheLast(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var g gate.Gate
		if err := g.Enter(2); err != nil {
			t.Fatal(err)
		}
		var empty atomic.Bool
		go func() {
			if err := g.Wait(t.Context()); err != nil {
				t.Errorf("wait: %v", err)
			}
			empty.Store(true)
		}()
		for _, step := range []func(){func() {}, func() { g.Close(nil) }, g.Leave} {
			step()
			synctest.Wait()
			if empty.Load() {
				t.Fatal("Wait returned while a call was inside or the gate was open")
			}
		}
		g.Leave()
		synctest.Wait()
		if !empty.Load() {
			t.Error("Wait does not return though the gate is closed and empty")
		}
	})
}

func TestWaitGivesUp(t *testing.T) {
	var g gate.Gate
	if err := g.Enter(1); err != nil {
		t.Fatal(err)
	}
	g.Close(nil)
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if err := g.Wait(ended); !errors.Is(err, context.Canceled) {
		t.Errorf("wait for a call that does not end: %v, want %v", err, context.Canceled)
	}
	g.Leave()
	if err := g.Wait(ended); err != nil {
		t.Errorf("wait when there is nothing to wait for: %v", err)
	}
}

func TestPause(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var g gate.Gate
		if err := g.Enter(1); err != nil {
			t.Fatal(err)
		}
		var paused, entered atomic.Bool
		go func() {
			if err := g.Pause(t.Context()); err != nil {
				t.Errorf("pause: %v", err)
			}
			paused.Store(true)
		}()
		synctest.Wait()
		go func() {
			if err := g.Enter(1); err != nil {
				t.Errorf("enter after a pause: %v", err)
			}
			entered.Store(true)
			g.Leave()
		}()
		synctest.Wait()
		if paused.Load() || entered.Load() {
			t.Fatalf("with a call inside: paused %v, another one entered %v", paused.Load(), entered.Load())
		}
		g.Leave()
		synctest.Wait()
		if !paused.Load() || entered.Load() {
			t.Fatalf("with nothing inside: paused %v, entered %v", paused.Load(), entered.Load())
		}
		g.Resume()
		synctest.Wait()
		if !entered.Load() {
			t.Error("nothing enters after Resume")
		}
	})
}

func TestPauseGivesUp(t *testing.T) {
	var g gate.Gate
	if err := g.Enter(1); err != nil {
		t.Fatal(err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if err := g.Pause(ended); !errors.Is(err, context.Canceled) {
		t.Fatalf("pause with a call inside: %v, want %v", err, context.Canceled)
	}
	if err := g.Enter(1); err != nil {
		t.Errorf("enter after a pause that gave up: %v", err)
	}
}

// TestCloseWhilePaused: those who wait to enter learn that the gate is closed, and Resume does not open it again.
func TestCloseWhilePaused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var g gate.Gate
		if err := g.Pause(t.Context()); err != nil {
			t.Fatal(err)
		}
		refused := make(chan error, 2)
		go func() { refused <- g.Enter(1) }()
		go func() { refused <- g.Pause(t.Context()) }()
		synctest.Wait()
		g.Close(errGone)
		for range 2 {
			if err := <-refused; !errors.Is(err, errGone) {
				t.Errorf("got %v, want %v", err, errGone)
			}
		}
		if err := g.Wait(t.Context()); err != nil {
			t.Errorf("wait: %v", err)
		}
		g.Resume()
		if err := g.Enter(1); !errors.Is(err, errGone) {
			t.Errorf("enter after Resume of a closed gate: %v, want %v", err, errGone)
		}
	})
}

func TestLeaveWithoutEnter(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("Leave without Enter does not panic")
		}
	}()
	var g gate.Gate
	g.Leave()
}

// TestConcurrent has calls that enter and leave all the time, pauses, and an end: no call is inside during a pause or
// after Wait.
func TestConcurrent(t *testing.T) {
	var g gate.Gate
	var inside atomic.Int64
	var calls, pauses sync.WaitGroup
	for range 4 {
		calls.Go(func() {
			for g.Enter(2) == nil {
				inside.Add(2)
				inside.Add(-2)
				g.Leave()
				g.Leave()
			}
		})
	}
	for range 2 {
		pauses.Go(func() {
			for range 200 {
				if err := g.Pause(t.Context()); err != nil {
					t.Errorf("pause: %v", err)
					return
				}
				if n := inside.Load(); n != 0 {
					t.Errorf("%d calls are inside of a paused gate", n)
				}
				g.Resume()
			}
		})
	}
	pauses.Wait()
	g.Close(nil)
	if err := g.Wait(t.Context()); err != nil {
		t.Errorf("wait: %v", err)
	}
	if n := inside.Load(); n != 0 {
		t.Errorf("%d calls are inside of a gate that is closed and empty", n)
	}
	calls.Wait()
}

func TestTryEnter(t *testing.T) {
	var g gate.Gate
	if !g.TryEnter() {
		t.Fatal("TryEnter does not enter an open gate")
	}
	g.Leave()
	if err := g.Pause(t.Context()); err != nil {
		t.Fatal(err)
	}
	if g.TryEnter() {
		t.Error("TryEnter enters a paused gate")
	}
	g.Resume()
	g.Close(nil)
	if g.TryEnter() {
		t.Error("TryEnter enters a closed gate")
	}
}
