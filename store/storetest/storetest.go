// Package storetest holds every adapter to the contract of store.Store.
//
// An adapter's own test is a few lines:
//
//	func TestStore(t *testing.T) {
//		storetest.Run(t, storetest.Features{}, func(testing.TB) (store.Store, func() store.Store) {
//			return memorystore.New(), nil
//		})
//	}
//
// The changes that the suite commits come from real groups, and what a store gives back is restored to
// groups again: what is compared is what users would see.
package storetest

import (
	"slices"
	"testing"

	"github.com/dictrack/dictrack/store"
)

// Features says what an adapter can do.
type Features struct {
	// Reopens: what was committed is there when the store is closed and opened again.
	Reopens bool
	// Slow: a call takes milliseconds. What the suite does at random, or many times over, it does less of.
	Slow bool
}

// Opener opens a store that is new and empty, and of its own for every call. Reopen opens the data of
// one that was closed, and may be nil when the adapter does not say Reopens. Whoever opens need not
// close: the suite does.
type Opener func(tb testing.TB) (s store.Store, reopen func() store.Store)

// topic is a part of the contract.
type topic struct {
	name string
	test func(s *session)
}

// always is tested of every adapter.
var always = []topic{
	{"Commit/first", testFirst},
	{"Commit/steps", testSteps},
	{"Commit/repeated", testRepeated},
	{"Commit/late", testLate},
	{"Commit/gap", testGap},
	{"Commit/many groups", testMany},
	{"Commit/one of many conflicts", testOneConflicts},
	{"Commit/nothing", testNothing},
	{"Commit/joined calls", testJoined},
	{"Load/unknown group", testUnknown},
	{"Load/a caller's copy", testCopies},
	{"Load/definitions", testDefinitions},
	{"Size/numbers of trackers", testSizes},
	{"Size/growing over a chunk", testGrowth},
	{"Size/one chunk of many", testOneChunk},
	{"Size/laid out anew", testCompacted},
	{"Size/a definition replaced", testReplaced},
	{"Size/emptied", testEmptied},
	{"Ids/found one by one", testSeen},
	{"Ids/of a change without a step", testSeenAlone},
	{"Ids/forgotten", testForget},
	{"Ids/come again", testSeenAgain},
	{"Ids/many forgotten", testForgetMany},
	{"Due/in order", testDue},
	{"Due/moves", testDueMoves},
	{"Due/far away", testDueExtremes},
	{"Groups/in order", testGroups},
	{"Groups/without trackers", testEmptyGroup},
	{"Names/any bytes", testNames},
	{"Names/neighbours", testNeighbours},
	{"Names/refused", testRefused},
	{"Flush/everything", testFlush},
	{"Flush/versions never restart", testFloor},
	{"Flush/a change from before", testBeforeFlush},
	{"Life/cancelled", testCancelled},
	{"Life/closed", testClosed},
	{"Life/closed under load", testClosing},
	{"Concurrency/many groups", testParallel},
	{"Concurrency/one base", testRace},
	{"Concurrency/one group", testContended},
	{"Concurrency/readers", testReaders},
	{"Random/as the groups", testRandom},
}

// reopening is tested of adapters that say Reopens.
var reopening = []topic{
	{"Reopen/everything", testReopen},
	{"Reopen/after a flush", testReopenFlushed},
	{"Reopen/random", testReopenRandom},
}

// Run tests an adapter.
func Run(t *testing.T, f Features, open Opener) {
	topics := always
	if f.Reopens {
		topics = slices.Concat(topics, reopening)
	}
	for _, topic := range topics {
		t.Run(topic.name, func(t *testing.T) {
			t.Parallel()
			s := newSession(t, open)
			s.slow = f.Slow
			topic.test(s)
		})
	}
}
