// Package storetest is the conformance suite of store.Store: every adapter runs it.
//
// An adapter's own test is a few lines:
//
//	func TestStore(t *testing.T) {
//		storetest.Run(t, storetest.Features{}, func(testing.TB) (store.Store, func() store.Store) {
//			return memorystore.New(), nil
//		})
//	}
//
// The changes that the suite commits come from real groups, and what a store loads is restored to groups
// again: the tests compare what users would see.
package storetest

import (
	"slices"
	"testing"
)

// testCase is one test of the contract.
type testCase struct {
	name string
	test func(s *session)
}

// commonTests run on every adapter.
var commonTests = []testCase{
	{"Commit/first change of a group", testFirstCommit},
	{"Commit/change after change", testCommitEachStep},
	{"Commit/same change again conflicts", testRepeatedChange},
	{"Commit/outdated change conflicts", testOutdatedChange},
	{"Commit/change that skips a version conflicts", testVersionGap},
	{"Commit/many groups", testManyGroups},
	{"Commit/some of many groups conflict", testPartialConflict},
	{"Commit/no changes", testNoChanges},
	{"Commit/change of many versions", testManyVersions},
	{"Load/unknown group", testLoadUnknownGroup},
	{"Load/caller may overwrite what was loaded", testCallerOwnsMemory},
	{"Load/definitions", testDefinitions},
	{"Chunks/groups of many sizes", testGroupSizes},
	{"Chunks/group grows into the next chunk", testGrowIntoNextChunk},
	{"Chunks/change of one chunk", testChangeOneChunk},
	{"Chunks/compaction", testCompaction},
	{"Chunks/replaced definition", testReplaceDefinition},
	{"Chunks/change to no trackers", testChangeToNoTrackers},
	{"IDs/found by group and id", testFindID},
	{"IDs/change without a state", testIDWithoutStateChange},
	{"IDs/deleted when expired", testDeleteExpiredIDs},
	{"IDs/used again after expiry", testReuseExpiredID},
	{"IDs/many deleted at once", testDeleteManyExpiredIDs},
	{"Due/in order", testDue},
	{"Due/time changes", testDueTimeChanges},
	{"Due/extreme times", testDueTimeRange},
	{"Groups/in order", testGroups},
	{"Groups/without trackers", testEmptyGroup},
	{"Names/any bytes", testUnusualNames},
	{"Names/prefixes of each other", testNamePrefixes},
	{"Names/invalid", testInvalidNames},
	{"Flush/deletes everything", testFlush},
	{"Flush/versions never repeat", testVersionsAfterFlush},
	{"Flush/change from before conflicts", testChangeFromBeforeFlush},
	{"Calls/cancelled context", testCancelledContext},
	{"Calls/after Close", testCallsAfterClose},
	{"Calls/during Close", testCloseDuringCalls},
	{"Concurrency/many groups", testConcurrentGroups},
	{"Concurrency/changes of one version", testConcurrentChangesOfOneVersion},
	{"Concurrency/read, modify, write", testConcurrentReadModifyWrite},
	{"Concurrency/load during commits", testLoadDuringCommits},
	{"Random/same as the groups", testRandom},
}

// reopenTests run on adapters that declare Features.Reopens.
var reopenTests = []testCase{
	{"Reopen/everything is still there", testReopen},
	{"Reopen/after a flush", testReopenAfterFlush},
	{"Reopen/random", testReopenRandom},
}

// Run tests an adapter.
func Run(t *testing.T, f Features, open Opener) {
	tests := commonTests
	if f.Reopens {
		tests = slices.Concat(tests, reopenTests)
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := newSession(t, open)
			s.slow = f.Slow
			test.test(s)
		})
	}
}
