//go:build race

package vectors_test

// raced: the race detector makes everything ten times slower, so some of the cases have to do on each store. All are
// played without it.
const raced = true
