// Package rediscache holds hot groups in Redis, where several processes share them: one server, a Sentinel set, or
// Redis Cluster, from version 6.2.
//
// A group is a record with a version. Each process keeps copies, steps them by itself, and commits by one script that
// compares and sets: one round trip when a group's data comes to one process, two when another wrote in between. The
// calls that wait for a group go into one commit. Ids are remembered by the same script.
//
// With a Backing the cache is ahead of it: a call is settled when Redis has what it did, and any process brings dirty
// groups to the Backing in the background. Nothing that the Backing does not have is ever dropped or expires. Idle
// groups go from Redis and come back whole.
//
// # What is kept
//
// What was settled survives whatever the servers' own data survives:
//
//   - appendonly yes and appendfsync always: any end of the server and of its machine. With everysec, the last second
//     may go, and more while the disk is busy.
//   - A failover loses what the new primary did not have. Options.Replicas says how many replicas must have a commit
//     before it is settled; only when that is all of them, each of which may become the primary, is nothing lost.
//   - A server that comes back with less than it had, or with nothing, is noticed: it has none of our scripts. Every
//     group is then compared with the Backing at its next use, and the later of the two goes on. So nothing is lost
//     that either has, and nothing is counted twice, for a group and its ids are one.
//
// Definitions are kept once for all groups, and in a cluster maybe on another server than the group. A failover that
// loses a definition leaves groups that cannot be read until a process that knows it writes to one of them.
//
// # Outcomes
//
// Nothing is ever sent again blindly. After a lost answer the group is asked for: it tells by a mark whether the commit
// happened, and if others came on top, the ids tell for calls that have one. Where nothing tells, or the servers do not
// answer for Options.Timeout, a call ends in cache.ErrUnknown. Errors that say that it did not happen are others.
package rediscache
