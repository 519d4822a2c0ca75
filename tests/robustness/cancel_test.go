package robustness

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/dictrack/dictrack"
	"github.com/dictrack/dictrack/internal/faultstore"
)

// A call that is cancelled while it waits for another has no effect, and the mailbox continues.
func TestCancelWhileWaiting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		d := faultstore.NewDisk()
		m := open(t, dictrack.Options{Store: d.Open(func(step, _ string) faultstore.Outcome {
			if step == faultstore.StepCommit {
				<-release
			}
			return faultstore.Proceed
		})})
		ctx, cancel := context.WithCancel(t.Context())
		var first, second error
		var calls sync.WaitGroup
		calls.Go(func() { _, first = m.Track(t.Context(), dictrack.Message{Group: "g", Data: data, ID: "first"}) })
		synctest.Wait()
		calls.Go(func() { _, second = m.Track(ctx, dictrack.Message{Group: "g", Data: data, ID: "second"}) })
		synctest.Wait()
		cancel()
		synctest.Wait()
		close(release)
		calls.Wait()
		if first != nil || !errors.Is(second, context.Canceled) || errors.Is(second, dictrack.ErrUnknown) {
			t.Errorf("the first: %v; the second, cancelled while it waited: %v", first, second)
		}
		if res := track(t, m, "g", "second"); res.Duplicate {
			t.Error("the cancelled call has happened")
		}
		closeManager(t, m)
		checkContract(t, d)
	})
}

// Close waits for the calls under way: each is answered as if nobody had closed, or refused with ErrClosed.
func TestCloseWaitsForCalls(t *testing.T) {
	for round := range 200 {
		d := faultstore.NewDisk()
		m := open(t, dictrack.Options{Store: d.Open(nil)})
		var calls sync.WaitGroup
		for client := range 8 {
			calls.Go(func() {
				for i := 0; ; i++ {
					_, err := m.Track(context.Background(), dictrack.Message{Group: "g", Data: data, ID: fmt.Sprint(client, "-", i)})
					if err == nil {
						continue
					}
					if !errors.Is(err, dictrack.ErrClosed) {
						t.Errorf("a call during Close: %v", err)
					}
					return
				}
			})
		}
		time.Sleep(time.Duration(round) * time.Microsecond)
		closeManager(t, m)
		calls.Wait()
		checkContract(t, d)
	}
}
