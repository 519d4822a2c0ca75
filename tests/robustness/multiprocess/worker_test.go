package multiprocess

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"sync"
	"time"

	"github.com/dictrack/dictrack"
	"github.com/dictrack/dictrack/connect"
)

// config configures a worker. A worker without an end finishes its current operations when its input ends, writes
// everything to the store, and ends.
type config struct {
	Worker        int
	Cache, Store  string
	Acked         [clients]int // the acknowledged operations; the next may have happened
	Until         [clients]int // the last operations to make; 0: without an end
	MakeHistories bool         // make histories instead: one for each task on the input
}

// runWorker runs a worker. It prints "ready" when it starts, "ack client n version duplicate milliseconds" after each
// operation, and before that "event id kind tracker stage cycle" for each event.
func runWorker(in io.Reader, out io.Writer) (status int) {
	w := worker{out: out}
	decoder := json.NewDecoder(in)
	err := decoder.Decode(&w.config)
	if err == nil {
		err = w.run(io.MultiReader(decoder.Buffered(), in))
	}
	if err != nil {
		w.say("error %v", err)
		return 1
	}
	return 0
}

type worker struct {
	config

	mu  sync.Mutex // held while a line is written
	out io.Writer
}

func (w *worker) say(format string, values ...any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	fmt.Fprintf(w.out, format+"\n", values...)
}

func (w *worker) run(in io.Reader) error {
	if w.MakeHistories {
		return w.makeHistories(in)
	}
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	if w.Until == [clients]int{} {
		go func() {
			_, _ = io.Copy(io.Discard, in) // until it ends
			stop()
		}()
	}
	m, err := openManager(ctx, w.Cache, w.Store)
	switch {
	case ctx.Err() != nil: // nothing was begun
		return nil
	case err != nil:
		return err
	}
	w.say("ready")
	_, _ = m.Subscribe(dictrack.Subscription{Handler: func(_ context.Context, e dictrack.Event) error {
		if e.Kind == dictrack.EventStageCompleted || e.Kind == dictrack.EventAllCompleted {
			w.say("event %s %s %s %d %d", e.ID(), e.Kind, e.Tracker.Name, e.Tracker.Stage, e.Tracker.Cycle)
		}
		return nil
	}})
	var all sync.WaitGroup
	for client := range clients {
		all.Go(func() { w.client(ctx, m, client) })
	}
	all.Wait()
	return m.Close(context.Background())
}

// openManager opens a Manager with the template. It retries for a minute, since a server may be down.
func openManager(ctx context.Context, cacheURL, storeURL string) (*dictrack.Manager, error) {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	for {
		m, err := tryOpen(ctx, cacheURL, storeURL)
		if err == nil {
			return m, m.SetTemplate("all", trackers()...)
		}
		select {
		case <-ctx.Done():
			return nil, errors.Join(err, ctx.Err())
		case <-time.After(100 * time.Millisecond):
		}
	}
}

func tryOpen(ctx context.Context, cacheURL, storeURL string) (*dictrack.Manager, error) {
	log := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelError}))
	o := dictrack.Options{Logger: log}
	var err error
	if storeURL != "" {
		if o.Store, err = connect.Store(ctx, storeURL, connect.Options{Logger: log}); err != nil {
			return nil, err
		}
	}
	if o.Cache, err = connect.Cache(ctx, cacheURL, connect.Options{Logger: log}); err != nil {
		if o.Store != nil {
			err = errors.Join(err, o.Store.Close())
		}
		return nil, err
	}
	return dictrack.Open(ctx, o)
}

// client makes its operations, each until it is acknowledged.
func (w *worker) client(ctx context.Context, m *dictrack.Manager, client int) {
	for n := w.Acked[client] + 1; ctx.Err() == nil && (w.Until[client] == 0 || n <= w.Until[client]); n++ {
		w.do(m, op{w.Worker, client, n})
	}
}

// do retries for two minutes: every fault ends before that.
func (w *worker) do(m *dictrack.Manager, d op) {
	for end := time.Now().Add(2 * time.Minute); ; {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		res, err := m.Track(ctx, dictrack.Message{Group: groupName(d.group()), Data: d.data(), ID: d.id()})
		cancel()
		switch {
		case err == nil:
			w.say("ack %d %d %d %t %d", d.client, d.n, res.Version, res.Duplicate, time.Now().UnixMilli())
			return
		case time.Now().After(end):
			w.say("error operation %s: %v", d.id(), err)
			os.Exit(1)
		}
		time.Sleep(20 * time.Millisecond)
	}
}
