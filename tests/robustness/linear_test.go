package robustness

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"

	"github.com/dictrack/dictrack"
	"github.com/dictrack/dictrack/cache/memorycache"
	"github.com/dictrack/dictrack/cache/writebehind"
	"github.com/dictrack/dictrack/internal/faultstore"
)

// TestLinearizable lets goroutines track and look at few groups at the same time, over a disk that loses answers. Each
// history must be one that could have happened one call after the other, by a checker that knows nothing of dictrack.
func TestLinearizable(t *testing.T) {
	sum := map[string]int{}
	forSeeds(t, 60, 300, func(seed uint64) error { return linearize(seed, sum) })
	t.Logf("%v", sum)
}

func linearize(seed uint64, sum map[string]int) error {
	h, err := newHistory(seed)
	if err != nil {
		return err
	}
	h.run()
	sum["operations"] += len(h.operations)
	sum["of unknown outcome"] += h.unknown
	for _, m := range h.managers {
		h.err = errors.Join(h.err, m.Close(context.Background()))
	}
	if h.err != nil {
		return h.err
	}
	if verdict := porcupine.CheckOperationsTimeout(linearModel.ToModel(), h.operations, 20*time.Second); verdict != porcupine.Ok {
		return fmt.Errorf("the history is not linearizable: %v", verdict)
	}
	return nil
}

// trackedInput is a call: a message with an amount, or a list.
type trackedInput struct {
	group  string
	look   bool
	amount int64
}

// linearState is what a group has come to; of a call's answer, what it said of that.
type linearState struct {
	version    uint64
	count, sum int64
}

type linearOutput struct {
	linearState
	unknown bool // nobody knows whether it happened
	short   bool // only the version is known: the answer was that it had happened
}

var linearModel = porcupine.NondeterministicModel{
	Partition: func(history []porcupine.Operation) [][]porcupine.Operation {
		byGroup := map[string][]porcupine.Operation{}
		for _, o := range history {
			name := o.Input.(trackedInput).group
			byGroup[name] = append(byGroup[name], o)
		}
		var parts [][]porcupine.Operation
		for _, part := range byGroup {
			parts = append(parts, part)
		}
		return parts
	},
	Init: func() []any { return []any{linearState{}} },
	Step: func(state, input, output any) []any {
		s, in, out := state.(linearState), input.(trackedInput), output.(linearOutput)
		if in.look {
			return only(s, out.count == s.count && out.sum == s.sum)
		}
		next := linearState{s.version + 1, s.count + 1, s.sum + in.amount}
		switch {
		case out.unknown:
			return []any{s, next}
		case out.short:
			return only(next, out.version == next.version)
		}
		return only(next, out.linearState == next)
	},
}

func only(s linearState, possible bool) []any {
	if possible {
		return []any{s}
	}
	return nil
}

// history is one run.
type history struct {
	managers []*dictrack.Manager // more than one share a store, as processes do
	seed     uint64
	began    time.Time

	mu         sync.Mutex // protects all below
	r          generator
	operations []porcupine.Operation
	unknown    int
	err        error
}

func newHistory(seed uint64) (*history, error) {
	h := &history{seed: seed, began: time.Now(), r: generator{rand.New(rand.NewPCG(seed, 4))}}
	o := dictrack.Options{DisableTimers: true}
	processes := 1
	switch seed % 4 {
	case 0: // memory only
	case 1:
		processes = 3
		fallthrough
	default:
		o.Store = keepOpen{faultstore.NewDisk().Open(h.gate)}
	}
	bound := memorycache.Options{MaxGroups: int(seed / 8 % 3)} // #nosec G115 -- below 3
	for range processes {
		switch {
		case o.Store == nil:
		case processes == 1 && seed%8 > 3: // ahead of its store, it must be alone
			o.Cache = writebehind.New(writebehind.Options{MaxDelay: time.Millisecond, MaxPending: 5, MaxGroups: bound.MaxGroups})
		default:
			o.Cache = memorycache.New(bound)
		}
		m, err := dictrack.Open(context.Background(), o)
		if err == nil {
			err = m.SetTemplate("all", dictrack.Count("count", dictrack.Targets(1_000_000)), dictrack.Sum("sum", "amount", dictrack.Targets(1_000_000)))
		}
		if err != nil {
			return nil, err
		}
		h.managers = append(h.managers, m)
	}
	return h, nil
}

// gate makes steps slow and loses answers.
func (h *history) gate(step, _ string) faultstore.Outcome {
	h.mu.Lock()
	n, wait := h.r.IntN(100), time.Duration(h.r.IntN(200))*time.Microsecond
	h.mu.Unlock()
	time.Sleep(wait)
	switch {
	case n < 15:
		return faultstore.LoseReply
	case n < 20:
		return faultstore.Fail
	case n < 25 && step == faultstore.StepCommit:
		return faultstore.Conflict
	}
	return faultstore.Proceed
}

func (h *history) run() {
	var all sync.WaitGroup
	for client := range 5 {
		r := generator{rand.New(rand.NewPCG(h.seed, uint64(10+client)))}
		all.Go(func() {
			for n := range 20 {
				h.one(client, n, r)
			}
		})
	}
	all.Wait()
}

// one makes one call and notes it. Looks are for one process alone: another's memory may be behind the store.
func (h *history) one(client, n int, r generator) {
	in := trackedInput{group: r.one("g", "h").(string), look: len(h.managers) == 1 && r.in(3), amount: int64(r.IntN(9))}
	call := time.Since(h.began).Nanoseconds()
	var out linearOutput
	var err error
	if in.look {
		out, err = h.look(h.managers[0], in.group)
	} else {
		out, err = h.track(h.managers[client%len(h.managers)], in, fmt.Sprint(client, "-", n), r.in(6))
	}
	end := time.Since(h.began).Nanoseconds()
	h.mu.Lock()
	defer h.mu.Unlock()
	if err != nil {
		h.err = err
		return
	}
	if out.unknown {
		h.unknown++
		end = math.MaxInt64
	}
	h.operations = append(h.operations, porcupine.Operation{ClientId: client, Input: in, Call: call, Output: out, Return: end})
}

// track makes a call until it is answered, or gives up when the outcome is unknown.
func (h *history) track(m *dictrack.Manager, in trackedInput, id string, giveUp bool) (out linearOutput, err error) {
	for {
		res, err := m.Track(context.Background(), dictrack.Message{Group: in.group, Data: map[string]any{"amount": in.amount}, ID: id})
		switch {
		case errors.Is(err, dictrack.ErrUnknown) && giveUp:
			return linearOutput{unknown: true}, nil
		case errors.Is(err, faultstore.ErrInjected):
			continue
		case err != nil:
			return out, err
		case res.Duplicate:
			return linearOutput{linearState: linearState{version: res.Version}, short: true}, nil
		}
		snaps := res.Changed()
		return linearOutput{linearState: linearState{res.Version, number(snaps[0].Progress.String()), number(snaps[1].Progress.String())}}, nil
	}
}

func (h *history) look(m *dictrack.Manager, group string) (out linearOutput, err error) {
	for {
		snaps, err := m.ListAll(context.Background(), group)
		if errors.Is(err, faultstore.ErrInjected) {
			continue
		}
		if len(snaps) == 2 {
			out.count, out.sum = number(snaps[0].Progress.String()), number(snaps[1].Progress.String())
		}
		return out, err
	}
}

func number(text string) (n int64) {
	if _, err := fmt.Sscan(strings.TrimSpace(text), &n); err != nil {
		return -1
	}
	return n
}
