package main

// app has the methods that all commands share.
type app struct{ *streams }
