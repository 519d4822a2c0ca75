//go:build !race

package vectors_test

const raced = false
