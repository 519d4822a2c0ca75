// Package compare holds the loads of the benchmarks on what a user might pick instead of dictrack: a plain loop of Go
// functions over decoded maps, an expression or a CEL program for each tracker, and a Redis INCR for each tracker that
// matched. It is a module of its own, so that nobody who uses dictrack gets their libraries.
//
// All figures of one run are taken one after the other on the same machine: compare ratios, not nanoseconds.
package compare
