package multiprocess

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"sync"
	"time"

	"golang.org/x/sys/unix"

	"github.com/dictrack/dictrack"
)

// task asks a history worker for its part of a history.
type task struct {
	History int
	Seed    uint64
}

const (
	historyClients = 2 // of a history worker
	historyCalls   = 12
	historyGroups  = 2
)

// makeHistories makes the worker's part of each requested history: it prints a line "op" for each operation, and
// "history" when the part is complete.
func (w *worker) makeHistories(in io.Reader) error {
	m, err := openManager(context.Background(), w.Cache, w.Store)
	if err != nil {
		return err
	}
	if err := m.SetTemplate("all", dictrack.Count("calls", dictrack.Targets(1_000_000)), dictrack.Sum("sum", "amount", dictrack.Targets(1_000_000))); err != nil {
		return err
	}
	w.say("ready")
	for tasks := json.NewDecoder(in); ; {
		var one task
		if err := tasks.Decode(&one); errors.Is(err, io.EOF) {
			return m.Close(context.Background())
		} else if err != nil {
			return err
		}
		w.makeHistory(m, one)
		w.say("history %d", one.History)
	}
}

func (w *worker) makeHistory(m *dictrack.Manager, one task) {
	var all sync.WaitGroup
	for client := range historyClients {
		number := w.Worker*historyClients + client
		r := rand.New(rand.NewPCG(one.Seed, uint64(number))) // #nosec G404 -- chance, no secret
		all.Go(func() {
			for n := range historyCalls {
				w.printOperation(w.operate(m, one.History, number, n, r))
			}
		})
	}
	all.Wait()
}

func (w *worker) printOperation(o operation) {
	text, err := json.Marshal(o)
	if err != nil {
		w.say("error %v", err)
	}
	w.say("op %s", text)
}

// operate makes one call: it lists the group, or tracks a message without an id, or one with an id, which it repeats
// until it gets an answer.
func (w *worker) operate(m *dictrack.Manager, history, client, n int, r *rand.Rand) operation {
	o := operation{Client: client, Group: r.IntN(historyGroups), List: r.IntN(4) == 0, Amount: int64(r.IntN(9))}
	name := fmt.Sprintf("h%d-%d", history, o.Group)
	id := fmt.Sprintf("%d-%d", client, n)
	if r.IntN(3) == 0 {
		id = ""
	}
	o.Begun = now()
	if o.List {
		o.list(m, name)
	} else {
		o.track(m, name, id)
	}
	o.Ended = now()
	return o
}

// list lists the group until that succeeds.
func (o *operation) list(m *dictrack.Manager, name string) {
	for end := time.Now().Add(timeout); time.Now().Before(end); {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		snaps, err := m.ListAll(ctx, name)
		cancel()
		if err != nil {
			continue
		}
		for _, s := range snaps {
			o.setProgress(s.Name, s.Progress.String())
		}
		return
	}
	o.Unknown = true
}

func (o *operation) setProgress(tracker, progress string) {
	to := &o.Calls
	if tracker == "sum" {
		to = &o.Sum
	}
	if _, err := fmt.Sscan(progress, to); err != nil {
		*to = -1
	}
}

// track makes a call until its outcome is known; without an id a call that may have happened is not made again.
func (o *operation) track(m *dictrack.Manager, name, id string) {
	for end := time.Now().Add(timeout); time.Now().Before(end); {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		res, err := m.Track(ctx, dictrack.Message{Group: name, Data: map[string]any{"amount": o.Amount}, ID: id})
		cancel()
		switch {
		case err != nil && (id != "" || !errors.Is(err, dictrack.ErrUnknown)):
			continue
		case err != nil:
			o.Unknown = true
			return
		}
		o.Version, o.Duplicate = res.Version, res.Duplicate
		for _, s := range res.Changed() {
			o.setProgress(s.Name, s.Progress.String())
		}
		return
	}
	o.Unknown = true
}

// now is the machine's clock that never goes back, in nanoseconds: all processes read the same.
func now() int64 {
	var t unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_MONOTONIC, &t); err != nil {
		panic(err) // every system that runs these tests has it
	}
	return t.Nano()
}
