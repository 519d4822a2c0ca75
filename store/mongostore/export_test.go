package mongostore

import (
	"context"
	"testing"
	"time"
)

// KeepApart has all chunks in parts, as those of very large groups are.
func (s *Store) KeepApart() { s.maxInline = 0 }

func contextThatEnds(t *testing.T) (context.Context, context.CancelFunc) {
	return context.WithTimeout(t.Context(), 10*time.Millisecond)
}
