// Package predicate classifies the conditions of trackers into forms that an index can search.
//
// The conditions of a tracker are a conjunction. Each conjunct becomes one of these:
//
//   - an [Equality]: the value at a path, or an item of the list there, is one of a few scalars. A [Dictionary] numbers
//     all scalars that trackers ask for, so that a value of the data is hashed and compared once, whoever asks.
//   - an [Interval]: bounds on the number at a path; all bounds of a tracker on one path are intersected.
//   - a residual predicate: everything else, which no index decides. An [Evaluator] evaluates it when a tracker depends
//     on it, at most once for one message. Conditions of registered kinds are evaluated last.
//
// [Paths] are the paths that the conditions read; each has a slot, which holds the value found there.
package predicate
