//go:build !light

package connect

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/dictrack/dictrack/cache"
	"github.com/dictrack/dictrack/cache/rediscache"
	"github.com/dictrack/dictrack/field"
	"github.com/dictrack/dictrack/internal/urlparam"
	"github.com/dictrack/dictrack/store"
	"github.com/dictrack/dictrack/store/mongostore"
	"github.com/dictrack/dictrack/store/pgstore"
)

func openRedis(ctx context.Context, a address, _ Options) (cache.Cache, error) {
	c, err := rediscache.Open(ctx, a.url, rediscache.Options{})
	if invalid := (*field.Error)(nil); errors.As(err, &invalid) { // in the URL: the options are the defaults
		return nil, &URLError{Of: "cache", URL: Redact(a.url), Reason: strings.ReplaceAll(err.Error(), "\n", "; ")}
	}
	if err != nil {
		return nil, err
	}
	return c, nil
}

func openMongo(ctx context.Context, a address, o Options) (store.Store, error) {
	options := mongostore.Options{Logger: o.Logger}
	url, err := extractParameters(a, urlparam.Setters{
		"prefix":         urlparam.Name(&options.Prefix),
		"retry_timeout":  urlparam.Duration(&options.RetryTimeout, time.Nanosecond),
		"trackers":       urlparam.Disable(&options.DisableTrackerDocs),
		"trackers_delay": urlparam.Duration(&options.TrackerDocDelay, time.Nanosecond),
	})
	if err != nil {
		return nil, err
	}
	return mongostore.Open(ctx, url, options)
}

func openPostgres(ctx context.Context, a address, o Options) (store.Store, error) {
	options := pgstore.Options{Logger: o.Logger}
	url, err := extractParameters(a, urlparam.Setters{
		"schema":        urlparam.Name(&options.Schema),
		"retry_timeout": urlparam.Duration(&options.RetryTimeout, time.Nanosecond),
	})
	if err != nil {
		return nil, err
	}
	return pgstore.Open(ctx, url, options)
}

// extractParameters reads the parameters of a store, and returns the URL without them for its client library.
func extractParameters(a address, setters urlparam.Setters) (url string, err error) {
	mark := strings.LastIndexByte(a.url, '?')
	if mark < 0 {
		return a.url, nil
	}
	url, query := a.url[:mark], a.url[mark+1:]
	rest, err := urlparam.Extract(query, setters)
	if err != nil {
		return "", &URLError{Of: "store", URL: Redact(a.url), Reason: err.Error()}
	}
	if rest != "" {
		url += "?" + rest
	}
	return url, nil
}
