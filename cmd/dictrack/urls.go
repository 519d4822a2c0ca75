package main

import "github.com/spf13/cobra"

// newURLs is a help topic.
func newURLs() *cobra.Command {
	return &cobra.Command{
		Use:   "urls",
		Short: "Where the state is kept: --store, --cache and --data",
		Long: `The store keeps everything for good, and the cache before it holds what is in use. Each is chosen by a URL.

--store URL
  memory:                                     gone at the end of the run
  pebble:DIR                                  a directory, for one process at a time; --data DIR is short for it
  mongodb://USER:PASSWORD@HOST,HOST/DATABASE  MongoDB; also mongodb+srv://
  postgres://USER:PASSWORD@HOST/DATABASE      PostgreSQL

--cache URL
  memory:                                     in this process, the default; nothing is done until the store has it
  memory:?write_behind=1s&changes=10000       in this process; the store gets it within a second, and a crash loses what
                                              it has not got yet: so many calls at most
  redis://USER:PASSWORD@HOST:PORT/DB          Redis, shared by processes; rediss:// is the same with TLS
  redis+sentinel://HOST,HOST/NAME             the Redis that Sentinels call NAME
  redis+cluster://HOST,HOST/                  a Redis Cluster

DICTRACK_STORE and DICTRACK_CACHE are used where a flag is not given. A password stands best there: the process list
shows flags to everybody. With --data neither is used.

All processes that work on one state name the same store and the same cache. Parameters follow a ? with & between them:
of redis prefix, timeout, replicas, idle_ttl and allow=no_persistence, of mongodb prefix and
retry_timeout, of postgres schema and retry_timeout, and others, which docs/operations.md lists.

Special characters in a user's name or password are written with %, such as %40 for @. Messages leave passwords out.`,
	}
}
