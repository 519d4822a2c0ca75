package managertest

import (
	"context"
	"sync"

	"github.com/dictrack/dictrack"
)

// CollectEvents subscribes to all events. The function that it returns gives the [EventLine] of each event since it
// was called last.
func (f *Fixture) CollectEvents() func() []string {
	f.Helper()
	var mu sync.Mutex // protects collected
	var collected []string
	_, err := f.Subscribe(dictrack.Subscription{Handler: func(_ context.Context, e dictrack.Event) error {
		mu.Lock()
		defer mu.Unlock()
		collected = append(collected, EventLine(&e))
		return nil
	}})
	if err != nil {
		f.Fatalf("Subscribe: %v", err)
	}
	return func() []string {
		mu.Lock()
		defer mu.Unlock()
		lines := collected
		collected = nil
		return lines
	}
}
