//go:build race

package robustness

// share is what part of the long tests is run: the race detector makes them ten times slower.
const share = 5
