package robustness

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/cockroachdb/pebble/v2/vfs/errorfs"

	"github.com/dictrack/dictrack"
	"github.com/dictrack/dictrack/condition"
	"github.com/dictrack/dictrack/limiter"
	"github.com/dictrack/dictrack/store/pebblestore"
	"github.com/dictrack/dictrack/tracker"
)

// roleCrash is the role of a worker process that is killed.
const roleCrash = "crash"

const (
	clients = 4 // goroutines of a worker
	groups  = 3
	// fillers are trackers that make a group three stored chunks.
	fillers = 300
)

// workerConfig configures a worker, as JSON on its standard input.
type workerConfig struct {
	Dir   string
	Acked [clients]int // the calls of each client that were acknowledged; the next must be made again
	Calls int          // how many calls each client makes; then the worker closes and ends
	At    int64        // the write to disk that Fault happens before; 0 for none
	Fault string       // exit, error or delay
}

// call is the nth call, from 1, of a client.
type call struct{ client, n int }

func (c call) id() string                      { return fmt.Sprintf("%d-%d", c.client, c.n) }
func (c call) group() int                      { return (c.client + c.n) % groups }
func (c call) amount() int                     { return 1 + (7*c.client+c.n)%13 }
func (c call) kind() int                       { return c.n % 3 }
func (c call) data() map[string]any            { return map[string]any{"amount": c.amount(), "kind": c.kind()} }
func groupName(i int) string                   { return fmt.Sprint("g", i) }
func (c call) input() (string, map[string]any) { return groupName(c.group()), c.data() }

// crashTrackers is the template of the groups that are crashed. checker_test.go computes their expected states.
func crashTrackers() []tracker.Spec {
	specs := []tracker.Spec{
		dictrack.Count("calls", dictrack.Targets(1_000_000_000)),
		dictrack.Sum("amount", "amount", dictrack.Targets(1_000_000_000)),
		dictrack.Count("laps", dictrack.Targets(3, 5), dictrack.Loop(), dictrack.Reset(tracker.ResetNone)),
		dictrack.Sum("ring", "amount", dictrack.Targets(10, 25), dictrack.Loop(), dictrack.Carry(), dictrack.Reset(tracker.ResetProgress)),
		dictrack.Count("once", dictrack.Targets(20)),
		dictrack.Count("held", dictrack.Targets(1_000), dictrack.Limiters(limiter.Count(7))),
	}
	for i := range fillers {
		specs = append(specs, dictrack.Count(fmt.Sprint("filler", i), dictrack.Targets(1_000_000_000), dictrack.Where(condition.Eq("kind", i%3))))
	}
	return specs
}

// runCrashWorker tracks as configured. It prints "ack client n version duplicate" after each call, and before that
// "event id kind tracker stage cycle" for each event.
func runCrashWorker(in io.Reader, out io.Writer) (status int) {
	var o workerConfig
	err := json.NewDecoder(in).Decode(&o)
	if err == nil {
		err = o.run(out)
	}
	if err != nil {
		fmt.Fprintln(out, "error", err)
		return statusFailed
	}
	return 0
}

func (o *workerConfig) run(out io.Writer) error {
	ctx := context.Background()
	m, err := openDirectory(ctx, o.Dir, o.faulty())
	if err != nil {
		return err
	}
	_, _ = m.Subscribe(dictrack.Subscription{Handler: func(_ context.Context, e dictrack.Event) error {
		if e.Kind != dictrack.EventAdded && e.Kind != dictrack.EventReset {
			fmt.Fprintln(out, "event", e.ID(), e.Kind, e.Tracker.Name, e.Tracker.Stage, e.Tracker.Cycle)
		}
		return nil
	}})
	var all sync.WaitGroup
	failed := make(chan error, clients)
	for client := range clients {
		all.Go(func() { failed <- o.client(ctx, m, client, out) })
	}
	all.Wait()
	for range clients {
		if err := <-failed; err != nil {
			return err
		}
	}
	return m.Close(ctx)
}

// client repeats the last call that was acknowledged, and goes on with the next.
func (o *workerConfig) client(ctx context.Context, m *dictrack.Manager, client int, out io.Writer) error {
	for n := max(1, o.Acked[client]); n <= o.Acked[client]+o.Calls; n++ {
		c := call{client, n}
		group, data := c.input()
		res, err := m.Track(ctx, dictrack.Message{Group: group, Data: data, ID: c.id()})
		if err != nil {
			return err
		}
		fmt.Fprintln(out, "ack", client, n, res.Version, res.Duplicate)
	}
	return nil
}

// openDirectory opens a Manager on a directory, with little memory so that much goes on in the background.
func openDirectory(ctx context.Context, dir string, fs vfs.FS) (*dictrack.Manager, error) {
	s, err := pebblestore.Open(ctx, dir, pebblestore.Options{FS: fs, CacheBytes: 1 << 20, MemTableBytes: 64 << 10})
	if err != nil {
		return nil, err
	}
	m, err := dictrack.Open(ctx, dictrack.Options{Store: s})
	if err == nil {
		err = m.SetTemplate("all", crashTrackers()...)
	}
	return m, err
}

// faulty is the disk, and the fault before write At.
func (o *workerConfig) faulty() vfs.FS {
	if o.At == 0 {
		return nil
	}
	var writes atomic.Int64
	return errorfs.Wrap(vfs.Default, errorfs.InjectorFunc(func(op errorfs.Op) error {
		if op.Kind.ReadOrWrite() != errorfs.OpIsWrite || writes.Add(1) != o.At {
			return nil
		}
		switch o.Fault {
		case "exit":
			os.Exit(statusExited)
		case "error":
			return errorfs.ErrInjected
		}
		time.Sleep(20 * time.Millisecond)
		return nil
	}))
}

// The statuses that a worker may end with, besides 0.
const (
	statusFailed = 3 // a call failed, or the store did not open
	statusExited = 9 // it met the write it had to exit at
)
