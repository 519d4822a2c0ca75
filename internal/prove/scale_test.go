//go:build !race

package prove

// share is what part of the long tests is run: one of so many.
const share = 1
