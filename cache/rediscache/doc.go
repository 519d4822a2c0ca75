// Package rediscache keeps hot groups in Redis, where several processes share them: in one server, a Sentinel set, or
// Redis Cluster, from version 6.2.
//
// A group is a record with a version. Each process has copies of groups, applies messages to them, and commits the result
// by a script that does a compare-and-set. This takes one round trip while the messages of a group come to one process,
// two when another process has written in between. Calls that wait for the same group go into one commit. The same script
// remembers message ids, so that a message with an id takes effect once.
//
// With a cache.BackingStore the cache is a write-behind cache: a call is done when Redis has its effect, and any process
// writes the group to the store in the background. Nothing is evicted from Redis, or expires there, before the store has
// it. Groups that are idle are evicted, and loaded again when they are needed.
//
// # Durability
//
// A call that is done survives whatever the servers' own data survives:
//
//   - With appendonly yes and appendfsync always, every crash of the server and of its machine. With everysec, a crash of
//     the machine may lose the last second, and more while the disk is busy.
//   - A failover loses what the new primary has not received. Options.Replicas says how many replicas must have a commit
//     before the call is done. Nothing is lost only if that is all of them, because each may become the primary.
//   - A server that was restarted or replaced, and may have lost data, is detected: it does not have the scripts. Its
//     shards get a new epoch, and each of their groups is compared with the store when it is used next. The later version
//     of the two counts. So nothing is lost that either of them has. Nothing is counted twice, because a group is written
//     together with its message ids.
//
// Definitions of trackers are stored once for all groups, in a cluster possibly on another server than the group. A
// failover that loses a definition leaves groups that cannot be read until a process that has the definition writes to
// one of them.
//
// # Outcomes
//
// No commit is repeated blindly. If a reply is lost, the group is read: its commit token shows whether the commit
// happened. If others followed, message ids decide for each call that has one. Where nothing decides it, or servers do not
// answer within Options.Timeout, the call returns an error that is cache.ErrUnknown. Any other error means that the call
// had no effect.
package rediscache
