package memorycache

import (
	"errors"
	"fmt"
)

// Bound says how much a cache with a Backing holds in memory. Beyond that, groups leave that had no call for long; the
// next call on one reads it from the Backing again. A group with a call under way stays, whatever the bound says, as does
// one that the Backing does not have as it is.
type Bound struct {
	// Groups is how many groups are held. At least 1; 0 is for any number.
	Groups int
	// Bytes is how much the held groups take together, as Group.Size estimates it. At least 1; 0 is for any size.
	Bytes int64
}

func (b Bound) validate(backed bool) error {
	switch {
	case b.Groups < 0:
		return fmt.Errorf("memorycache: Bound.Groups is %d, want 0 for no bound, or at least 1", b.Groups)
	case b.Bytes < 0:
		return fmt.Errorf("memorycache: Bound.Bytes is %d, want 0 for no bound, or at least 1", b.Bytes)
	case b != Bound{} && !backed:
		return errors.New("memorycache: there is a Bound and no store: a group that leaves memory would be lost; set a store, or no Bound")
	}
	return nil
}
