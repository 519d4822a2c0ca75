//go:build !light

package connect

import (
	"context"
	"net/url"
	"strings"

	"github.com/dictrack/dictrack/internal/urlparam"
	"github.com/dictrack/dictrack/store"
	"github.com/dictrack/dictrack/store/pebblestore"
)

func openPebble(ctx context.Context, a address, o Options) (store.Store, error) {
	options := pebblestore.Options{Logger: o.Logger}
	path, query, _ := strings.Cut(a.rest, "?")
	dir, err := url.PathUnescape(path)
	if err != nil {
		return nil, storeURLError(a, "a % must be written %25")
	}
	if err := urlparam.Parse(query, urlparam.Setters{"sync": urlparam.Disable(&options.NoSync)}); err != nil {
		return nil, storeURLError(a, err.Error())
	}
	if dir == "" {
		return nil, storeURLError(a, "names no directory: want pebble:DIR")
	}
	if o.MustExist {
		if err := checkNotEmpty(dir); err != nil {
			return nil, err
		}
	}
	return pebblestore.Open(ctx, dir, options)
}
