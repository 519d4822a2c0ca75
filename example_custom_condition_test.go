package dictrack_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"net/netip"

	"github.com/dictrack/dictrack"
	"github.com/dictrack/dictrack/condition"
	"github.com/dictrack/dictrack/tracker"
)

// fromNetwork makes conditions of the kind "from_network": the address at ip is in the network args.
func fromNetwork(args any) (condition.Predicate, error) {
	text, _ := args.(string)
	network, err := netip.ParsePrefix(text)
	if err != nil {
		return nil, errors.New("want a network such as 10.0.0.0/8")
	}
	return condition.PredicateFunc(func(data map[string]any) bool {
		text, _ := data["ip"].(string)
		ip, err := netip.ParseAddr(text)
		return err == nil && network.Contains(ip)
	}), nil
}

// A custom condition is registered by the name of its kind. Stores and files keep the name and the
// arguments, so whoever opens them registers the kind again.
func Example_customCondition() {
	registry := &tracker.Registry{}
	if err := registry.Conditions.Register("from_network", fromNetwork); err != nil {
		log.Fatal(err)
	}
	ctx := context.Background()
	m, err := dictrack.Open(ctx, dictrack.Options{Registry: registry})
	if err != nil {
		log.Fatal(err)
	}
	defer m.Close(ctx)

	err = m.Add(ctx, "office", dictrack.Count("visits", dictrack.Targets(100),
		dictrack.Where(condition.Custom("from_network", "192.0.2.0/24"), condition.Eq("path", "/"))))
	if err != nil {
		log.Fatal(err)
	}
	for _, ip := range []string{"192.0.2.7", "192.0.2.200", "203.0.113.9", "nonsense"} {
		if _, err := m.Track(ctx, dictrack.Message{Group: "office", Data: map[string]any{"ip": ip, "path": "/"}}); err != nil {
			log.Fatal(err)
		}
	}
	visits, err := m.Get(ctx, "office", "visits")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(visits.Progress)

	err = m.Add(ctx, "office", dictrack.Count("mistake", dictrack.Targets(1),
		dictrack.Where(condition.Custom("from_network", "192.0.2"))))
	fmt.Println(err)
	// Output:
	// 2
	// add to group "office": tracker "mistake": where[0].args: "192.0.2" is not allowed: want a network such as 10.0.0.0/8
}
