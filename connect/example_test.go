package connect_test

import (
	"context"
	"fmt"
	"os"

	"github.com/dictrack/dictrack"
	"github.com/dictrack/dictrack/connect"
)

// A program that leaves it to its user where the state is kept.
func Example() {
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "dictrack")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	// As in: postgres://dictrack@db.example/dictrack, and redis://cache.example/0.
	storeURL, cacheURL := "pebble:"+dir, "memory:"

	st, err := connect.Store(ctx, storeURL, connect.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	ca, err := connect.Cache(ctx, cacheURL, connect.Options{})
	if err != nil {
		fmt.Println(err, st.Close())
		return
	}
	m, err := dictrack.Open(ctx, dictrack.Options{Store: st, Cache: ca})
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

// What is wrong with a URL is told with what it should be.
func ExampleStore_mistake() {
	_, err := connect.Store(context.Background(), "pebble://state", connect.Options{})
	fmt.Println(err)
	// Output: store URL "pebble://state": nothing like a host comes after pebble: did you mean "pebble:state"?
}
