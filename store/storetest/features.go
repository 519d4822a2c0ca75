package storetest

import (
	"testing"

	"github.com/dictrack/dictrack/store"
)

// Features says what an adapter can do.
type Features struct {
	// Reopens: what was committed is still there when the store is closed and opened again.
	Reopens bool
	// Slow: a call takes milliseconds. The suite then repeats its random and repetitive work less often.
	Slow bool
}

// Opener opens a store that is new, empty, and shared with no other call. Its reopen function, which is called
// after the store was closed, opens the same data again; it may be nil when the adapter does not declare Reopens.
// The suite closes whatever it opens.
type Opener func(tb testing.TB) (s store.Store, reopen func() store.Store)
