//go:build !race

package robustness

// share is what part of the long tests is run: one of so many.
const share = 1
