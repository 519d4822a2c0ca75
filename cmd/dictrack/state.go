package main

import (
	"context"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/dictrack/dictrack"
	"github.com/dictrack/dictrack/connect"
)

// The environment variables that are used when a flag is missing. They hide passwords, which the process list would show.
const (
	storeVariable = "DICTRACK_STORE"
	cacheVariable = "DICTRACK_CACHE"
)

// state says where the state is stored.
type state struct {
	data, store, cache string
}

// stateFlags adds --data with the help text given, --store and --cache. The environment is not their default, because the
// help would print it.
func stateFlags(cmd *cobra.Command, s *state, data string) {
	f := cmd.Flags()
	f.StringVar(&s.data, "data", "", data)
	f.StringVar(&s.store, "store", "", "the `URL` of the store; see dictrack help urls (default: $"+storeVariable+")")
	f.StringVar(&s.cache, "cache", "", "the `URL` of the cache in front of the store (default: $"+cacheVariable+", or memory:)")
	_ = cmd.MarkFlagDirname("data") // the flags exist
	_ = cmd.RegisterFlagCompletionFunc("store", cobra.FixedCompletions(connect.Stores(), completeFurther))
	_ = cmd.RegisterFlagCompletionFunc("cache", cobra.FixedCompletions(connect.Caches(), completeFurther))
}

// completeFurther says that a completion is only the beginning of a URL.
const completeFurther = cobra.ShellCompDirectiveNoSpace | cobra.ShellCompDirectiveNoFileComp

// resolve checks the flags, and uses the environment for those that are missing. With --data it uses none of it, because
// a cache in the environment belongs to another store.
func (s *state) resolve(cmd *cobra.Command) error {
	if err := s.checkFlags(cmd); err != nil || s.data != "" {
		return err
	}
	if s.store == "" {
		s.store = os.Getenv(storeVariable)
	}
	if s.cache == "" {
		s.cache = os.Getenv(cacheVariable)
	}
	return nil
}

// checkFlags checks the flags and turns --data into the URL of a store.
func (s *state) checkFlags(cmd *cobra.Command) error {
	for _, name := range []string{"data", "store", "cache"} {
		if f := cmd.Flag(name); f.Changed && f.Value.String() == "" {
			return usage("leave it out or give it a value", "%s--%s is empty", prefix(cmd), name)
		}
	}
	if s.data == "" {
		return nil
	}
	if s.store != "" {
		return usage("--data DIR is short for --store pebble:DIR", "%sboth --data and --store", prefix(cmd))
	}
	s.store = connect.Directory(s.data)
	return nil
}

// require is resolve for a command that needs a state.
func (s *state) require(cmd *cobra.Command) error {
	if err := s.resolve(cmd); err != nil || s.isSet() {
		return err
	}
	return usage("dictrack "+cmd.Use, "%snone of --data, --store and --cache is given", prefix(cmd))
}

// isSet reports whether the state is stored anywhere but in the memory of this run.
func (s *state) isSet() bool { return s.store != "" || s.cache != "" }

// String names the state without passwords.
func (s *state) String() string {
	var parts []string
	switch {
	case s.data != "":
		parts = append(parts, printable(s.data))
	case s.store != "":
		parts = append(parts, printable(connect.Redact(s.store)))
	}
	if s.cache != "" {
		parts = append(parts, printable(connect.Redact(s.cache)))
	}
	return strings.Join(parts, " and ")
}

// open opens the state, or a Manager in memory when the state is not set. It makes a directory that does not exist.
func (a *app) open(ctx context.Context, s *state, o dictrack.Options) (*dictrack.Manager, error) {
	return connect.Open(ctx, s.store, s.cache, a.configure(o))
}

// openExisting opens the state like open, but fails for a directory that does not exist or is empty.
func (a *app) openExisting(ctx context.Context, s *state, o dictrack.Options) (_ *dictrack.Manager, err error) {
	o = a.configure(o)
	if s.store != "" {
		if o.Store, err = connect.Store(ctx, s.store, connect.Options{Logger: o.Logger, MustExist: true}); err != nil {
			return nil, err
		}
	}
	return connect.Open(ctx, "", s.cache, o)
}

// configure sets the options that all commands share. Timers are off, so that only the calls of a command change the
// state.
func (a *app) configure(o dictrack.Options) dictrack.Options {
	o.Logger, o.DisableTimers = a.log(), true
	return o
}

// withState opens a state that exists, calls do, and closes the state.
func (a *app) withState(ctx context.Context, s *state, do func(*dictrack.Manager) error) error {
	m, err := a.openExisting(ctx, s, dictrack.Options{})
	if err != nil {
		return err
	}
	return a.close(m, do(m))
}
