package connect_test

import (
	"context"
	"fmt"
	"os"

	"github.com/dictrack/dictrack"
	"github.com/dictrack/dictrack/connect"
)

// A program that lets its user choose where the state is stored.
func ExampleOpen() {
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "dictrack")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	// Or: postgres://dictrack@db.example/dictrack, and redis://cache.example/0.
	m, err := connect.Open(ctx, "pebble:"+dir, "memory:", dictrack.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer m.Close(ctx)
	if err := m.Add(ctx, "Robot001", dictrack.Count("visits", dictrack.Targets(1))); err != nil {
		fmt.Println(err)
		return
	}
	result, err := m.Track(ctx, dictrack.Message{Group: "Robot001", JSON: []byte(`{"status": "active"}`)})
	fmt.Println(len(result.Completed()), err)
	// Output: 1 <nil>
}

// The error for an invalid URL suggests a valid one.
func ExampleStore_invalid() {
	_, err := connect.Store(context.Background(), "pebble://state", connect.Options{})
	fmt.Println(err)
	// Output: store URL "pebble://state": pebble: is not followed by a host: did you mean "pebble:state"?
}
