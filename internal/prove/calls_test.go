package prove

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/dictrack/dictrack"
	"github.com/dictrack/dictrack/internal/prove/disk"
)

// A call that is given up while it waits behind another has not happened, and the mailbox goes on.
func TestCancelWhileWaiting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		d := disk.New()
		m := open(t, dictrack.Options{Store: d.Open(func(step, _ string) disk.Verdict {
			if step == disk.StepCommit {
				<-release
			}
			return disk.Proceed
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
		shut(t, m)
		sound(t, d)
	})
}

// Close waits for the calls under way: each is answered as if nobody had closed, or refused with ErrClosed.
func TestCloseWaitsForCalls(t *testing.T) {
	for round := range 200 {
		d := disk.New()
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
						t.Errorf("a call that Close met: %v", err)
					}
					return
				}
			})
		}
		time.Sleep(time.Duration(round) * time.Microsecond)
		shut(t, m)
		calls.Wait()
		sound(t, d)
	}
}
