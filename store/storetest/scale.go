//go:build !race

package storetest

// raced: the race detector makes everything ten times slower.
const raced = false
