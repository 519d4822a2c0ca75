package vectors

import (
	"iter"
	"math/rand/v2"
	"slices"
	"time"
)

// Sample plays cases at random, as many as there is time for, but one at least: for players that are slow.
type Sample struct {
	Seed uint64        // of the order
	Time time.Duration // for each file
}

// Trackers plays some of trackers.jsonl.
func (s Sample) Trackers(newPlayer NewPlayer) (Score, error) {
	return play("trackers", s.pick, newPlayer, playTracker)
}

// Groups plays some of groups.jsonl.
func (s Sample) Groups(newPlayer NewPlayer) (Score, error) {
	return play("groups", s.pick, newPlayer, playGroup)
}

func (s Sample) pick(cases []Case) iter.Seq[Case] {
	cases = slices.Clone(cases)
	rand.New(rand.NewPCG(s.Seed, 0)).Shuffle(len(cases), func(i, j int) { cases[i], cases[j] = cases[j], cases[i] }) // #nosec G404 -- chance, no secret
	end := time.Now().Add(s.Time)
	return func(yield func(Case) bool) {
		for _, c := range cases {
			if !yield(c) || time.Now().After(end) {
				return
			}
		}
	}
}
