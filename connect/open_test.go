package connect

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"github.com/dictrack/dictrack"
	"github.com/dictrack/dictrack/store"
	"github.com/dictrack/dictrack/store/memorystore"
	"github.com/dictrack/dictrack/store/pebblestore"
)

// TestOpenClosesStore checks that a store is closed again when the cache or the Manager cannot be opened.
func TestOpenClosesStore(t *testing.T) {
	for name, open := range map[string]func(storeURL string) error{
		"invalid cache URL": func(storeURL string) error {
			_, err := Open(t.Context(), storeURL, "nowhere:", dictrack.Options{})
			return err
		},
		"invalid options": func(storeURL string) error {
			_, err := Open(t.Context(), storeURL, "memory:", dictrack.Options{IDWindow: -1})
			return err
		},
	} {
		dir := filepath.Join(t.TempDir(), "state")
		if err := open(Directory(dir)); err == nil {
			t.Errorf("%s: no error", name)
		}
		s, err := pebblestore.Open(t.Context(), dir, pebblestore.Options{})
		if errors.Is(err, store.ErrInUse) {
			t.Errorf("%s: the store was not closed", name)
		}
		if err == nil {
			err = s.Close()
		}
		if err != nil {
			t.Error(err)
		}
	}
}

func TestOpenRefusesTwoStores(t *testing.T) {
	_, err := Open(t.Context(), "memory:", "", dictrack.Options{Store: memorystore.New()})
	if err == nil || !strings.Contains(err.Error(), "options.Store: want none") {
		t.Errorf("got %v", err)
	}
}
