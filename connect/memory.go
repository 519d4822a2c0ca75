package connect

import (
	"context"
	"errors"
	"io/fs"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/dictrack/dictrack/cache"
	"github.com/dictrack/dictrack/cache/memorycache"
	"github.com/dictrack/dictrack/cache/writebehind"
	"github.com/dictrack/dictrack/internal/urlparam"
	"github.com/dictrack/dictrack/store"
	"github.com/dictrack/dictrack/store/memorystore"
)

// parseMemory reads the parameters of a memory: URL. The reason says what is wrong, "" for nothing.
func parseMemory(a address, setters urlparam.Setters) (reason string) {
	path, query, _ := strings.Cut(a.rest, "?")
	if path != "" {
		return "memory: must not be followed by anything but parameters"
	}
	if err := urlparam.Parse(query, setters); err != nil {
		return err.Error()
	}
	return ""
}

func openMemoryStore(_ context.Context, a address, _ Options) (store.Store, error) {
	if reason := parseMemory(a, nil); reason != "" {
		return nil, &URLError{Of: "store", URL: Redact(a.url), Reason: reason}
	}
	return memorystore.New(), nil
}

// openFile opens a store that is in memory, and in a file between runs.
func openFile(_ context.Context, a address, o Options) (store.Store, error) {
	if a.rest == "" {
		return nil, storeURLError(a, "names no file: want file:PATH")
	}
	path, err := url.PathUnescape(a.rest)
	if err != nil {
		return nil, storeURLError(a, "a % must be written %25")
	}
	if _, err := os.Stat(path); o.MustExist && errors.Is(err, fs.ErrNotExist) {
		return nil, &NotFoundError{Path: path, Reason: "there is no such file"}
	}
	return memorystore.OpenFile(path)
}

func openMemoryCache(_ context.Context, a address, _ Options) (cache.Cache, error) {
	behind, reason := parseMemoryCache(a)
	switch {
	case reason != "":
		return nil, &URLError{Of: "cache", URL: Redact(a.url), Reason: reason}
	case behind == writebehind.Options{}:
		return memorycache.New(memorycache.Options{}), nil
	}
	return writebehind.New(behind), nil
}

// parseMemoryCache returns the options of a write-behind cache, zero for a cache that writes through.
func parseMemoryCache(a address) (behind writebehind.Options, reason string) {
	reason = parseMemory(a, urlparam.Setters{
		"write_behind": urlparam.Duration(&behind.MaxDelay, time.Millisecond),
		"changes":      urlparam.Int(&behind.MaxPending, 1),
	})
	if reason == "" && behind.MaxPending > 0 && behind.MaxDelay == 0 {
		reason = "parameter changes bounds write_behind: want both, as in memory:?write_behind=1s&changes=10000"
	}
	return behind, reason
}
