package writebehind

import (
	"fmt"
	"strings"
)

// PendingWritesError says what the store does not have when Sync, Flush or Close gives up waiting.
type PendingWritesError struct {
	// Groups are the names of the dirty groups, sorted.
	Groups []string
	// Calls is the number of completed calls that the store does not have.
	Calls int
	// Err is why the wait ended, joined with the store's last error.
	Err error
}

func (e *PendingWritesError) Error() string {
	const maxNames = 5
	names := strings.Join(e.Groups[:min(maxNames, len(e.Groups))], ", ")
	if len(e.Groups) > maxNames {
		names += ", ..."
	}
	return fmt.Sprintf("the store does not have %d call(s) on %d group(s) yet (%s): %v", e.Calls, len(e.Groups), names, e.Err)
}

// Unwrap returns Err.
func (e *PendingWritesError) Unwrap() error { return e.Err }

// ConflictingWriterError says that another process wrote a group while calls on it were not in the store yet. Those calls
// are lost.
type ConflictingWriterError struct {
	Group string
	// Calls is the number of lost calls.
	Calls int
}

func (e *ConflictingWriterError) Error() string {
	return fmt.Sprintf("another process wrote group %q, and %d call(s) that were not in the store yet are lost: "+
		"a write-behind cache must be the only writer; stop the other process and open this one again", e.Group, e.Calls)
}
