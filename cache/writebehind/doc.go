// Package writebehind holds groups in the memory of this process and writes them to the store later.
//
// A call returns when it was applied to the group in memory. A background goroutine, the writer, writes the groups that
// changed (dirty groups) to the store, many calls and many groups in one commit. Compared with package memorycache, a
// write-through cache, a call saves the wait for a commit, and gives up durability: see Cache for what a crash loses.
//
// The states of a group:
//
//	clean ──▶ dirty ──▶ writing ──▶ clean
//	            ▲        ▲ │ │
//	            │        ╰─╯ ╰──▶ lost
//	            ╰───────────╯
//
//	clean   → dirty     a call changed the group
//	dirty   → writing   the write is due, or the store is to have everything soon
//	writing → clean     the store has committed the change
//	writing → dirty     the same, and calls changed the group meanwhile
//	writing → writing   the store failed, or its reply was lost: tried again, with exponential backoff
//	writing → lost      another process wrote the group; ends with a Flush
//
// A task is tried again after each wait, since the group may have changed meanwhile:
//
//	try ──▶ done
//	│ ▲
//	▼ │
//	waits until the group is loaded, the id of its message is looked up, there is a credit for one more unwritten
//	call, or a Flush is over
//
// Credits (a semaphore) limit the number of unwritten calls. Sync waits until the store has reached a watermark: the
// version that each dirty group had when Sync was called. Options limit the memory; eviction follows the SIEVE algorithm.
package writebehind
