//go:build race

package main

// share is what part of the long tests is run: the race detector makes them ten times slower.
const share = 4
