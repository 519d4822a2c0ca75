package connect

import (
	"context"
	"strconv"
	"time"

	"github.com/dictrack/dictrack/cache"
	"github.com/dictrack/dictrack/cache/memorycache"
	"github.com/dictrack/dictrack/cache/writebehind"
	"github.com/dictrack/dictrack/store"
	"github.com/dictrack/dictrack/store/memorystore"
)

// readMemory reads the URL of what is in memory, and so has no place.
func readMemory(of string, a address, allowed ...string) (*local, error) {
	l, err := readLocal(of, a, allowed...)
	if err == nil && l.path != "" {
		return nil, l.wrong("nothing but parameters comes after memory:")
	}
	return l, err
}

func openMemoryStore(_ context.Context, a address, _ Options) (store.Store, error) {
	if _, err := readMemory("store", a); err != nil {
		return nil, err
	}
	return memorystore.New(), nil
}

func openMemoryCache(_ context.Context, a address, _ Options) (cache.Cache, error) {
	l, err := readMemory("cache", a, "write_behind", "changes")
	if err != nil {
		return nil, err
	}
	if _, ok := l.given["write_behind"]; !ok {
		if _, ok := l.given["changes"]; ok {
			return nil, l.wrong("parameter changes bounds write_behind: want both, as in memory:?write_behind=1s&changes=10000")
		}
		return memorycache.New(memorycache.Options{}), nil
	}
	b, err := readBehind(l)
	if err != nil {
		return nil, err
	}
	return writebehind.New(b), nil
}

// readBehind reads how far a store may be behind. Parameters, unlike options, say no default by zero.
func readBehind(l *local) (b writebehind.Options, err error) {
	text := l.given["write_behind"]
	if b.MaxDelay, err = time.ParseDuration(text); err != nil || b.MaxDelay < time.Millisecond {
		return b, l.wrong("parameter write_behind is %q: want a duration of at least a millisecond, such as 1s", text)
	}
	text, ok := l.given["changes"]
	if !ok {
		return b, nil
	}
	if b.MaxPending, err = strconv.Atoi(text); err != nil || b.MaxPending < 1 {
		return b, l.wrong("parameter changes is %q: want a whole number above 0", text)
	}
	return b, nil
}
