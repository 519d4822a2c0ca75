//go:build !race

package robustness

// reduction divides the size of the long tests.
const reduction = 1
