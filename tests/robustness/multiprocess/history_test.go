package multiprocess

import (
	"fmt"
	"math"
	"time"

	"github.com/anishathalye/porcupine"
)

// operation is a call of a history, as its worker reports it: a tracked message with an amount, or a list of the group.
type operation struct {
	Client, Group int
	List          bool
	Amount        int64
	// Begun and Ended are in nanoseconds of one clock of the machine.
	Begun, Ended int64
	// Unknown: nobody knows whether it happened. Duplicate: only the version is known, since it had happened before.
	Unknown, Duplicate bool
	Version            uint64
	Calls, Sum         int64
}

// state is the state of a group.
type state struct {
	version    uint64
	calls, sum int64
}

// sequential models a group whose calls happen one after the other.
var sequential = porcupine.NondeterministicModel{
	Partition: func(history []porcupine.Operation) [][]porcupine.Operation {
		byGroup := map[int][]porcupine.Operation{}
		for _, o := range history {
			g := o.Input.(operation).Group
			byGroup[g] = append(byGroup[g], o)
		}
		var parts [][]porcupine.Operation
		for _, part := range byGroup {
			parts = append(parts, part)
		}
		return parts
	},
	Init: func() []any { return []any{state{}} },
	Step: func(before, input, _ any) []any {
		s, o := before.(state), input.(operation)
		next := state{s.version + 1, s.calls + 1, s.sum + o.Amount}
		switch {
		case o.List && !o.Unknown:
			return stateIf(s, o.Calls == s.calls && o.Sum == s.sum)
		case o.List:
			return []any{s}
		case o.Unknown:
			return []any{s, next}
		case o.Duplicate:
			return stateIf(next, o.Version == next.version)
		}
		return stateIf(next, state{o.Version, o.Calls, o.Sum} == next)
	},
}

func stateIf(s state, possible bool) []any {
	if possible {
		return []any{s}
	}
	return nil
}

// checkHistory reports an error unless a history could have happened one call after the other.
func checkHistory(operations []operation) error {
	history := make([]porcupine.Operation, len(operations))
	for i, o := range operations {
		history[i] = porcupine.Operation{ClientId: o.Client, Input: o, Call: o.Begun, Return: o.Ended}
		if o.Unknown {
			history[i].Return = math.MaxInt64
		}
	}
	if result := porcupine.CheckOperationsTimeout(sequential.ToModel(), history, 20*time.Second); result != porcupine.Ok {
		return fmt.Errorf("the history of %d calls is not linearizable: %v", len(history), result)
	}
	return nil
}
