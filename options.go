package dictrack

import (
	"fmt"
	"log/slog"
	"time"

	"github.com/dictrack/dictrack/cache/memorycache"
	"github.com/dictrack/dictrack/field"
)

// defaultIDWindow is how long ids are remembered when nothing else is asked for.
const defaultIDWindow = 7 * 24 * time.Hour

// withDefaults fills what was left out and checks the rest.
func (o Options) withDefaults() (Options, error) {
	if err := o.check(); err != nil {
		return o, err
	}
	if o.IDWindow == 0 {
		o.IDWindow = defaultIDWindow
	}
	if o.Cache == nil {
		o.Cache = memorycache.New(memorycache.Options{MaxGroups: o.MaxGroups, MaxBytes: o.MaxBytes})
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	return o, nil
}

// check returns all mistakes as field.Errors.
func (o *Options) check() error {
	var errs field.Errors
	if o.IDWindow != 0 && o.IDWindow < time.Millisecond {
		errs.Add("options.IDWindow", o.IDWindow.String(), "want 0 for the default, or at least a millisecond")
	}
	o.checkLimit(&errs, "options.MaxGroups", int64(o.MaxGroups))
	o.checkLimit(&errs, "options.MaxBytes", o.MaxBytes)
	for i := range o.Subscriptions {
		errs.Merge("", o.Subscriptions[i].check(fmt.Sprintf("options.Subscriptions[%d]", i)))
	}
	return errs.Err()
}

// checkLimit checks how much the default cache may hold.
func (o *Options) checkLimit(errs *field.Errors, name string, value int64) {
	switch {
	case value < 0:
		errs.Add(name, value, "want 0 for no limit, or at least 1")
	case value > 0 && o.Store == nil:
		errs.Add(name, value, "without a Store an evicted group would be lost: set a Store, or 0")
	case value > 0 && o.Cache != nil:
		errs.Add(name, value, "it is for the default Cache: limit the Cache that is set, or leave Cache out")
	}
}
