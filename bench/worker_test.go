package bench_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"strconv"

	"github.com/dictrack/dictrack"
	"github.com/dictrack/dictrack/bench"
	"github.com/dictrack/dictrack/cache/rediscache"
)

// roleWorker is the role of a worker process.
const roleWorker = "worker"

// workerConfig configures a worker, in the first line of its standard input. Each line after that is a number of messages to
// track, which it answers with "done" and the microseconds of processor time that it used. It ends with its input.
type workerConfig struct {
	URL, Prefix string
	Groups      []string // each message is for a random one
	Goroutines  int
}

// runWorker runs a worker. It prints "ready" when it has a copy of each group.
func runWorker(in io.Reader, out io.Writer) (status int) {
	if err := serveWorker(bufio.NewScanner(in), out); err != nil {
		fmt.Fprintln(out, "error", err)
		return 1
	}
	return 0
}

func serveWorker(in *bufio.Scanner, out io.Writer) (err error) {
	var o workerConfig
	if !in.Scan() {
		return errors.New("no configuration")
	}
	if err := json.Unmarshal(in.Bytes(), &o); err != nil {
		return err
	}
	ctx := context.Background()
	c, err := rediscache.Open(ctx, o.URL, redisOptions(o.Prefix))
	if err != nil {
		return err
	}
	m, err := dictrack.Open(ctx, dictrack.Options{Cache: c, DisableTimers: true})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, m.Close(ctx)) }()
	return o.serve(m, in, out)
}

func (o *workerConfig) serve(m *dictrack.Manager, in *bufio.Scanner, out io.Writer) error {
	stream := bench.Stream(1024, bench.Seeded())
	track := func(group string, i int) error {
		_, err := m.Track(context.Background(), dictrack.Message{Group: group, JSON: stream[i%len(stream)].JSON})
		return err
	}
	for i, g := range o.Groups {
		if err := track(g, i); err != nil {
			return err
		}
	}
	anywhere := concurrently(o.Goroutines, func(i int) error {
		return track(o.Groups[rand.IntN(len(o.Groups))], i) // #nosec G404 -- a load, not a secret
	})
	fmt.Fprintln(out, "ready")
	for in.Scan() {
		n, err := strconv.Atoi(in.Text())
		if err != nil {
			return err
		}
		before, err := ownTime()
		if err != nil {
			return err
		}
		if err := anywhere(n); err != nil {
			return err
		}
		after, err := ownTime()
		if err != nil {
			return err
		}
		fmt.Fprintln(out, "done", (after - before).Microseconds())
	}
	return in.Err()
}
