//go:build race

package robustness

// reduction divides the size of the long tests: the race detector makes them ten times slower.
const reduction = 5
