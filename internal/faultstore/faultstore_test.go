package faultstore_test

import (
	"errors"
	"testing"

	"github.com/dictrack/dictrack/internal/faultstore"
	"github.com/dictrack/dictrack/record"
)

func TestFaultsAndSessions(t *testing.T) {
	f := faultstore.New()
	f.BeforeLoad.Set(faultstore.FailFirst[string](1))
	s := f.Open()
	if _, err := s.Load(t.Context(), "g"); !errors.Is(err, faultstore.ErrInjected) {
		t.Errorf("first load: %v, want the injected error", err)
	}
	if _, err := s.Load(t.Context(), "g"); err != nil {
		t.Errorf("second load: %v", err)
	}
	_ = s.Close()
	if _, err := s.Load(t.Context(), "g"); !errors.Is(err, record.ErrClosed) {
		t.Errorf("load after close: %v, want ErrClosed", err)
	}
	f.BeforeLoad.Set(faultstore.FailFirst[string](1))
	f.ClearHooks()
	if _, err := f.Open().Load(t.Context(), "g"); err != nil {
		t.Errorf("load by another session: %v", err)
	}
	if n := f.Loads.Load(); n != 4 {
		t.Errorf("%d loads were counted, want 4", n)
	}
}
