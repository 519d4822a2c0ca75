package connect

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/dictrack/dictrack/cache"
	"github.com/dictrack/dictrack/cache/rediscache"
	"github.com/dictrack/dictrack/field"
	"github.com/dictrack/dictrack/store"
	"github.com/dictrack/dictrack/store/mongostore"
	"github.com/dictrack/dictrack/store/pgstore"
)

func openRedis(ctx context.Context, a address, _ Options) (cache.Cache, error) {
	c, err := rediscache.Open(ctx, a.url, rediscache.Options{})
	if wrong := (*field.Error)(nil); errors.As(err, &wrong) { // of the URL: there are no other options
		return nil, &URLError{Of: "cache", URL: Redact(a.url), Reason: strings.ReplaceAll(err.Error(), "\n", "; ")}
	}
	if err != nil {
		return nil, err
	}
	return c, nil
}

func openMongo(ctx context.Context, a address, o Options) (store.Store, error) {
	options := mongostore.Options{Logger: o.Logger}
	url, err := take(a.url, map[string]func(string) error{
		"prefix":         func(text string) error { return setName(&options.Prefix, text) },
		"patience":       func(text string) error { return setDuration(&options.Patience, text) },
		"trackers":       func(text string) error { return setNot(&options.NoTrackers, text) },
		"trackers_after": func(text string) error { return setDuration(&options.TrackersAfter, text) },
	})
	if err != nil {
		return nil, &URLError{Of: "store", URL: Redact(a.url), Reason: err.Error()}
	}
	return mongostore.Open(ctx, url, options)
}

func openPostgres(ctx context.Context, a address, o Options) (store.Store, error) {
	options := pgstore.Options{Logger: o.Logger}
	url, err := take(a.url, map[string]func(string) error{
		"schema":   func(text string) error { return setName(&options.Schema, text) },
		"patience": func(text string) error { return setDuration(&options.Patience, text) },
	})
	if err != nil {
		return nil, &URLError{Of: "store", URL: Redact(a.url), Reason: err.Error()}
	}
	return pgstore.Open(ctx, url, options)
}

func setName(name *string, text string) error {
	if text == "" {
		return errors.New("want a name")
	}
	*name = text
	return nil
}

// setNot sets what is on to what the text says about its being off.
func setNot(off *bool, text string) error {
	on, err := strconv.ParseBool(text)
	if err != nil {
		return errors.New("want true or false")
	}
	*off = !on
	return nil
}

func setDuration(d *time.Duration, text string) (err error) {
	if *d, err = time.ParseDuration(text); err != nil || *d <= 0 {
		return errors.New("want a duration above 0, such as 30s")
	}
	return nil
}
