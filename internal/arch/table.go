// Package arch holds the module to its structure and its vocabulary: which
// package may import which ([Check]), how large a circle the files of one
// package may form ([Package.Circles]), and which private words do not come
// back ([Words]).
//
// The module is built in rings, and arrows point only inwards: a pure core
// that knows no machine, ports that know only the core, adapters that know
// only their port, and programs that put the parts together. [Table] is that
// rule, and this package's test holds every file of the module to it. A new
// package fails the test until the table says where it stands.
package arch

import "slices"

// A Rule says where some packages stand and what they may import.
//
// Packages are written by their path in the module, "." for the root;
// libraries and the standard library by their import path. A path that ends
// in "/..." stands for itself and all below it, a bare "..." for everything.
type Rule struct {
	// For names the packages that the rule is about.
	For []string
	// Ring says in words where they stand and what they may import.
	Ring string
	// Why is the reason, told together with a breach.
	Why string

	// Inner lists the packages of this module that they may import.
	Inner []string
	// Libraries lists what they may import from other modules.
	Libraries []string
	// Banned lists what they may not import from the standard library.
	Banned []string
	// Timeless forbids reading the clock and waiting for it.
	Timeless bool
	// Suite marks conformance suites: they alone may import "testing"
	// outside of tests, and only tests may import them.
	Suite bool
}

// core lists the pure packages, innermost first. Each may import those of the
// lines above its own: never one beside it, never one below.
var core = [][]string{
	{"decimal"},
	{"internal/rawjson"},
	{"value"},
	{"dotpath", "field", "internal/connective", "internal/kinds", "internal/schema", "internal/match/hashtable"},
	{"condition", "limiter"},
	{"tracker"},
	{"record"},
	{"internal/match/predicate"},
	{"internal/match/bitmap", "internal/match/index"},
	{"internal/match"},
	{"internal/states"},
	{"group"},
}

// impure is what makes a result depend on more than the arguments: on a
// machine, a network, another goroutine or chance.
var impure = []string{
	"context", "crypto/rand", "database/...", "log/...", "math/rand/...", "net/...",
	"os/...", "plugin", "sync/...", "syscall/...",
}

// Table returns the import rule, innermost ring first.
func Table() []Rule {
	return slices.Concat(coreRules(), portRules(), outerRules(), asideRules())
}

// coreRules is ring 0, one rule a line of core.
func coreRules() []Rule {
	var rules []Rule
	var inner []string
	for _, line := range core {
		for _, name := range line {
			rules = append(rules, Rule{
				For:      []string{name},
				Ring:     "ring 0, the pure core: only the core packages before it and what is pure of the standard library",
				Why:      "the same arguments must give the same result, on any machine at any time",
				Inner:    slices.Clone(inner),
				Banned:   impure,
				Timeless: true,
			})
		}
		inner = append(inner, line...)
	}
	return rules
}

// coreAnd lists the core and what is named besides.
func coreAnd(more ...string) []string {
	return slices.Concat(slices.Concat(core...), more)
}

// portRules is ring 1, the ports, with their suites, and ring 2, the adapters.
func portRules() []Rule {
	const (
		port    = "ring 1, a port: only ring 0, never the other port"
		suite   = "a conformance suite: only its port, ring 0 and testing, and no adapter"
		mailbox = "ring 2, what caches share: only their port and ring 0"
		leaf    = "ring 1, a leaf: only the standard library"
		kit     = "ring 2, what stores share: only their port and ring 0"
		adapter = "ring 2, an adapter: only its port, ring 0 and its own client library"

		whyPort    = "a cache must work with any store, and a store with any cache"
		whySuite   = "a suite holds for every adapter, and test code must not reach a user's binary"
		whyLeaf    = "what everything of rings 1 to 3 may use must need none of it"
		whyMailbox = "the order of calls is one thing, and where groups are kept another"
		whyKit     = "how a store waits and what bytes it writes is one thing, and its database another"
		whyAdapter = "an adapter must be replaceable alone, and its client library must reach only those who chose it"
	)
	mongo := []string{"go.mongodb.org/mongo-driver/v2/..."}
	rueidis := []string{"github.com/redis/rueidis"}
	pebble := []string{"github.com/cockroachdb/pebble/v2/..."}
	storeKit := []string{"store", "internal/boundedmap", "internal/checksum", "internal/gate", "internal/retry", "internal/wire"}
	pgx := []string{"github.com/jackc/pgx/v5/..."}
	return []Rule{
		{For: []string{"cache"}, Inner: coreAnd(), Ring: port, Why: whyPort},
		{For: []string{"store"}, Inner: coreAnd(), Ring: port, Why: whyPort},

		{For: []string{"internal/gate"}, Ring: leaf, Why: whyLeaf},

		{For: []string{"cache/cachetest"}, Inner: coreAnd("cache"), Suite: true, Ring: suite, Why: whySuite},
		{For: []string{"store/storetest"}, Inner: coreAnd("store"), Suite: true, Ring: suite, Why: whySuite},

		{For: []string{"internal/mailbox"}, Inner: coreAnd("cache", "internal/gate"), Ring: mailbox, Why: whyMailbox},
		{For: []string{"internal/sieve"}, Inner: coreAnd(), Ring: mailbox, Why: "which group is evicted is one thing, and what a cache promises another"},
		{For: []string{"cache/memorycache", "cache/writebehind"}, Inner: coreAnd("cache", "internal/gate", "internal/mailbox", "internal/sieve"), Ring: adapter, Why: whyAdapter},
		{For: []string{"cache/rediscache/..."}, Inner: coreAnd("cache", "internal/gate", "internal/boundedmap", "internal/checksum", "internal/mailbox", "cache/rediscache/internal/..."), Libraries: rueidis, Ring: adapter, Why: whyAdapter},
		{For: []string{"internal/retry", "internal/wire", "internal/checksum", "internal/boundedmap", "internal/urlparam"}, Inner: coreAnd("store", "internal/gate"), Ring: kit, Why: whyKit},
		{For: []string{"store/memorystore"}, Inner: coreAnd("store", "internal/gate"), Ring: adapter, Why: whyAdapter},
		{For: []string{"store/mongostore"}, Inner: coreAnd(storeKit...), Libraries: mongo, Ring: adapter, Why: whyAdapter},
		{For: []string{"store/pebblestore"}, Inner: coreAnd(storeKit...), Libraries: pebble, Ring: adapter, Why: whyAdapter},
		{For: []string{"store/pgstore"}, Inner: coreAnd(storeKit...), Libraries: pgx, Ring: adapter, Why: whyAdapter},
	}
}

// outerRules is what puts the parts together.
func outerRules() []Rule {
	return []Rule{
		{
			For:   []string{"internal/notify", "internal/timers"},
			Inner: coreAnd("internal/gate", "cache", "store"),
			Ring:  "a part of the engine: only rings 0 and 1",
			Why:   "events and timers must not depend on who uses them",
		},
		{
			For:   []string{"internal/engine"},
			Inner: coreAnd("internal/gate", "cache", "store", "internal/notify", "internal/timers"),
			Ring:  "the engine: only rings 0 and 1, and its parts",
			Why:   "the engine must work with any cache and store, and not know the library's face",
		},
		{
			For: []string{"."},
			Inner: coreAnd("internal/gate", "cache", "store", "internal/engine", "internal/notify", "internal/timers",
				"cache/memorycache", "store/memorystore"),
			Ring: "the library's face: only rings 0 and 1, the engine, and the two adapters that need no library",
			Why:  "a program that embeds dictrack must get no client library that it did not choose",
		},
		{
			For:       []string{"trackerfile"},
			Inner:     coreAnd(),
			Libraries: []string{"go.yaml.in/yaml/v4"},
			Ring:      "definition files: only ring 0 and a YAML library",
			Why:       "reading a definition must need neither a cache nor a store",
		},
		{
			For: []string{"connect"},
			Inner: coreAnd(".", "cache", "store", "internal/urlparam", "cache/memorycache", "cache/writebehind",
				"cache/rediscache", "store/memorystore", "store/mongostore", "store/pebblestore", "store/pgstore"),
			Ring: "ring 3, URLs: the root, the ports and every adapter, and nothing of what the adapters are made of",
			Why:  "a program that lets its user choose takes all adapters, and only such a program",
		},
		{
			For:       []string{"cmd/...", "bench/...", "examples/...", "tests/...", "internal/vectors", "tools/..."},
			Inner:     []string{"..."},
			Libraries: []string{"..."},
			Ring:      "the outermost ring: everything",
			Why:       "programs put the parts together",
		},
	}
}

// asideRules is what only tests and tools use.
func asideRules() []Rule {
	return []Rule{
		{
			For:   []string{"internal/testprocess"},
			Suite: true,
			Ring:  "child processes for tests: nothing of the module",
			Why:   "how a process is started has nothing to do with what is tested on it",
		},
		{
			For:   []string{"internal/faultstore"},
			Inner: coreAnd("store", "store/memorystore"),
			Suite: true,
			Ring:  "a store for tests: the port of stores, and the one that needs no library",
			Why:   "tests of every part need a store that fails",
		},
		{
			For:   []string{"internal/managertest"},
			Inner: coreAnd(".", "internal/faultstore"),
			Suite: true,
			Ring:  "a Manager for tests: the root, ring 0 and the store that fails",
			Why:   "tests of the whole library need a Manager with a clock, a store and a log that they control",
		},
		{
			For:       []string{"internal/testserver/..."},
			Inner:     []string{"internal/testserver"},
			Libraries: []string{"..."},
			Suite:     true,
			Ring:      "real servers for tests: nothing of the module",
			Why:       "how a server is started has nothing to do with what is tested on it",
		},
		{
			For:  []string{"internal/arch"},
			Ring: "this rule: only the standard library",
			Why:  "what judges the packages must not depend on them",
		},
	}
}
