package main

import (
	"context"
	"errors"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/dictrack/dictrack"
	"github.com/dictrack/dictrack/connect"
)

// The environment variables that stand for flags which are not given: a process list shows flags to everybody.
const (
	storeVariable = "DICTRACK_STORE"
	cacheVariable = "DICTRACK_CACHE"
)

// state is where a command finds what was tracked before, and keeps it.
type state struct {
	data, store, cache string
}

// stateFlags adds --data, with a help that calls the directory `DIR`, --store and --cache. The flags have no defaults,
// because help would print those of the environment.
func stateFlags(cmd *cobra.Command, s *state, data string) {
	f := cmd.Flags()
	f.StringVar(&s.data, "data", "", data)
	f.StringVar(&s.store, "store", "", "the store, by its `URL`: dictrack help urls (default: $"+storeVariable+")")
	f.StringVar(&s.cache, "cache", "", "the cache before it, by its `URL` (default: $"+cacheVariable+", or memory:)")
	_ = cmd.MarkFlagDirname("data") // the flags exist
	_ = cmd.RegisterFlagCompletionFunc("store", cobra.FixedCompletions(connect.Stores(), completeFurther))
	_ = cmd.RegisterFlagCompletionFunc("cache", cobra.FixedCompletions(connect.Caches(), completeFurther))
}

// completeFurther is a completion that has to go on.
const completeFurther = cobra.ShellCompDirectiveNoSpace | cobra.ShellCompDirectiveNoFileComp

// resolve takes in the flags, and the environment where there are none: all of it but with --data, which is a place of
// its own, that the cache of another store has nothing to do with.
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

// checkFlags takes in the flags.
func (s *state) checkFlags(cmd *cobra.Command) error {
	for _, name := range []string{"data", "store", "cache"} {
		if f := cmd.Flag(name); f.Changed && f.Value.String() == "" {
			return usage("leave it out, or say where", "%s--%s is empty", prefix(cmd), name)
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

// require is find, for a command that is about what was tracked before.
func (s *state) require(cmd *cobra.Command) error {
	if err := s.resolve(cmd); err != nil || s.isSet() {
		return err
	}
	return usage("dictrack "+cmd.Use, "%snone of --data, --store and --cache is given", prefix(cmd))
}

// isSet tells whether the state is anywhere but in the memory of this run.
func (s *state) isSet() bool { return s.store != "" || s.cache != "" }

// String names the state for messages.
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

// open opens the state, in memory when it is nowhere. Nothing but the command's calls changes it. A directory is made if
// need be.
func (a *app) open(ctx context.Context, s *state, o dictrack.Options) (*dictrack.Manager, error) {
	return a.openState(ctx, s, o, connect.Options{})
}

// openExisting opens the state; a directory must have some.
func (a *app) openExisting(ctx context.Context, s *state, o dictrack.Options) (*dictrack.Manager, error) {
	return a.openState(ctx, s, o, connect.Options{MustExist: true})
}

func (a *app) openState(ctx context.Context, s *state, o dictrack.Options, how connect.Options) (_ *dictrack.Manager, err error) {
	o.Logger, o.DisableTimers = a.log(), true
	how.Logger = o.Logger
	if s.store != "" {
		if o.Store, err = connect.Store(ctx, s.store, how); err != nil {
			return nil, err
		}
	}
	if s.cache == "" {
		return dictrack.Open(ctx, o)
	}
	if o.Cache, err = connect.Cache(ctx, s.cache, how); err == nil {
		return dictrack.Open(ctx, o)
	}
	if o.Store != nil {
		err = errors.Join(err, o.Store.Close())
	}
	return nil, err
}

// withState opens the state, of which a directory must have some, for as long as do runs.
func (a *app) withState(ctx context.Context, s *state, do func(*dictrack.Manager) error) error {
	m, err := a.openExisting(ctx, s, dictrack.Options{})
	if err != nil {
		return err
	}
	return a.close(m, do(m))
}
