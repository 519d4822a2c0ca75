// Package memorycache holds groups in the memory of this process. It is the default cache.
//
// With a store it is a write-through cache: a call returns when the store has committed its change. Each group has a
// mailbox. The calls that wait in it are applied together and committed as one change, and the changes of many groups
// share one commit of the store (group commit). Its goroutines:
//
//	Update ──▶ mailbox of the group ──▶ groupCommit ──▶ committer ──▶ store.Commit
//	  ▲                                                                    │
//	  └──────────────────── Task.Done, in the order of the commits ◀───────┘
//
// After a failed commit the group is loaded from the store again, so that memory never shows what the store does not
// have. Several processes may share one store: a commit that another process overtook is a conflict, and is applied
// again to the group as it is then (optimistic concurrency control).
//
// Options limit the memory. Eviction follows the SIEVE algorithm.
//
// Without a store it is a memory-only cache: a call returns when it was applied, and everything is lost when the
// process ends.
//
// Groups are found in a hash table that readers search without a lock.
//
// Package writebehind has a cache that is faster, because it returns before the store has the change.
package memorycache
