package dictrack_test

import "testing"

// TestDefects has a subtest for each way in which dictrack 2.1.5 for Python loses, doubles or miscounts
// and which this layer could repeat, by its number in the project's list of them. What concerns Redis,
// MongoDB and Python itself is not here.
func TestDefects(t *testing.T) {
	for _, defect := range []struct {
		number string
		test   func(t *testing.T)
	}{
		{"A1", unknownGroupHarmsNoOther}, {"A2", failedWriteKeepsProgress}, {"A3", progressDoesNotAge},
		{"A4", sweepAmongTracks}, {"A5", updateAmongTracks}, {"A6", addAgainKeepsProgress},
		{"A7", nothingWaitsForClose}, {"A8", unreadableIsNotDeleted}, {"A9", errorHoldsNothing},
		{"A10", hotGroupStaysLoaded},
		{"B1", failureCompletesNothingTwice}, {"B2", failedRemovalCompletesOnce}, {"B3", noHalfLoadedGroup},
		{"B4", storedBeforeTold}, {"B6", removalTellsAll},
		{"C2", addsOfOneName}, {"C3", listenerHoldsNoLock}, {"C6", noTrackersNoLoads}, {"C8", flushOfMany},
		{"D1", memoryCountsWithoutCompleting}, {"D2", unknownNames}, {"D3", snapshotsAreCopies},
		{"D4", oneEventAfterReset}, {"D5", removedOnce}, {"D6", refusedIsNotAdded}, {"D7", addsOfOneName},
		{"E1", existsAndNotExists}, {"E2", containsAndItems}, {"E3", inAndIntersects}, {"E4", judgedOnce},
		{"E5", mixedTypes}, {"E6", oddTypes}, {"E7", oddOperands}, {"E8", trueIsNotOne}, {"E9", differentKinds},
		{"E10", writtenOperators}, {"E11", guards}, {"E12", paths},
		{"F1", sharedTargets}, {"F2", manyStagesAtOnce}, {"F3", loopStartsAgain}, {"F4", loopOverAllStages},
		{"F5", carryKeepsTheRest}, {"F6", resetOfStages}, {"F7", badTargets}, {"F8", oneSpecManyGroups},
		{"F9", sumsOfWhatever}, {"F10", eventsAsTheyHappened}, {"F11", keptWhenCompleted}, {"F13", storedAndCached},
		{"G1", beforeItsWindow}, {"G2", campaignStays}, {"G3", stepsUseUp}, {"G4", everyLimiterIsReset},
		{"G5", refillIsWhole}, {"G6", timeOfTheCall}, {"G7", equalLimiters}, {"G8", limitedNowOrRefused},
		{"H1", failedAddIsAnError}, {"H3", expiryChanges}, {"H4", expiryByTheClock}, {"H8", listenersThatFail},
		{"H9", twoManagers}, {"H10", silence},
	} {
		t.Run(defect.number, defect.test)
	}
}
