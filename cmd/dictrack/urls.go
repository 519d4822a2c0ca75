package main

import "github.com/spf13/cobra"

// newURLs returns the help topic about URLs.
func newURLs() *cobra.Command {
	return &cobra.Command{
		Use:   "urls",
		Short: "Where the state is stored: --store, --cache and --data",
		Long: `The store holds all groups durably; the cache in front of it holds the groups in use. A URL selects each of them.

--store URL
  memory:                                     lost at the end of the run
  file:PATH                                   in memory; read from a file at the start, saved to it at the end
  pebble:DIR                                  a directory, for one process at a time; --data DIR is short for it
  mongodb://USER:PASSWORD@HOST,HOST/DATABASE  MongoDB; also mongodb+srv://
  postgres://USER:PASSWORD@HOST/DATABASE      PostgreSQL

--cache URL
  memory:                                     in this process, the default; a change is complete when it is in the store
  memory:?write_behind=1s&changes=10000       write-behind, in this process: changes are written to the store within a
                                              second; a crash loses at most 10000 calls
  redis://USER:PASSWORD@HOST:PORT/DB          Redis, shared by processes; rediss:// is the same with TLS
  redis+sentinel://HOST,HOST/NAME             the Redis that Sentinels call NAME
  redis+cluster://HOST,HOST/                  a Redis Cluster

DICTRACK_STORE and DICTRACK_CACHE are used when a flag is missing. Put passwords there, because every user of the machine
can see flags in the process list. With --data neither variable is used.

All processes that share a state must use the same store and the same cache. Parameters follow a ? and are separated by
&: of redis prefix, timeout, replicas, idle_ttl and allow=no_persistence, of mongodb prefix and
retry_timeout, of postgres schema and retry_timeout, and others, which docs/operations.md lists.

Escape special characters in a user name or password with %, such as %40 for @. Errors and notices hide passwords.`,
	}
}
