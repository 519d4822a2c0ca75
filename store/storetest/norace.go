//go:build !race

package storetest

// raceDetector tells whether the race detector is on, which makes everything ten times slower.
const raceDetector = false
