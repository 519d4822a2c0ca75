package bench_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"sync"

	"github.com/dictrack/dictrack/bench"
	"github.com/dictrack/dictrack/group"
	"github.com/dictrack/dictrack/record"
	"github.com/dictrack/dictrack/store"
	"github.com/dictrack/dictrack/tracker"
)

// fillers is how many commits are under way while a store is filled, each of so many groups.
const (
	fillers   = 4
	fillBatch = 500
)

// fill gives groups a hundred random trackers each, as Managers would have, but without one: what it remembers of a
// hundred thousand groups is not what is measured.
func fill(s store.Store, groups []string) error {
	sets, err := definedSets(200)
	if err != nil {
		return err
	}
	batches := slices.Collect(slices.Chunk(groups, fillBatch))
	errs := make([]error, fillers)
	var all sync.WaitGroup
	for n := range fillers {
		all.Go(func() {
			random := rand.New(rand.NewPCG(uint64(n), 5)) // #nosec G404 G115 -- a load, not a secret
			for i := n; i < len(batches) && errs[n] == nil; i += fillers {
				errs[n] = fillSome(s, batches[i], sets, random)
			}
		})
	}
	all.Wait()
	return errors.Join(errs...)
}

// definedSets are the definitions of n sets of a hundred.
func definedSets(n int) ([][]*tracker.Definition, error) {
	random := bench.Seeded()
	sets := make([][]*tracker.Definition, n)
	for i := range sets {
		for _, spec := range bench.Set(100, random) {
			d, err := tracker.New(spec, nil)
			if err != nil {
				return nil, err
			}
			sets[i] = append(sets[i], d)
		}
	}
	return sets, nil
}

// fillSome commits groups whose trackers come each from some set.
func fillSome(s store.Store, names []string, sets [][]*tracker.Definition, random *rand.Rand) error {
	changes := make([]*record.Change, len(names))
	for i, name := range names {
		defs := make([]*tracker.Definition, len(sets[0]))
		for place := range defs {
			defs[place] = sets[random.IntN(len(sets))][place]
		}
		g := group.New(name, 0)
		g.BeginChange()
		if _, err := g.Add(defs, 0); err != nil {
			return err
		}
		changes[i] = g.EndChange().Encode()
	}
	return s.Commit(context.Background(), changes)
}
