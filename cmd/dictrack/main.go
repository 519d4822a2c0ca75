// Command dictrack counts messages towards targets. It reads messages as JSON lines, applies them to the trackers of a
// definition file, and stores the state in a directory, in a database, or in Redis with or without a database.
//
// The rules of its interface: results go to standard output and everything else to standard error. Numbers in JSON are
// exact, and streams of JSON have one object per line. Errors read "dictrack: what: why", with a hint where a mistake is
// likely. Progress bars and questions appear on terminals only. Exit status 0 means success, 1 failure, 2 a wrong command
// line, and 130 an interruption.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

func main() { os.Exit(run(os.Args[1:], standardStreams())) }

// run runs the command with the arguments and returns the exit status.
func run(args []string, s *streams) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second signal ends the process at once
	root := newRoot(&app{streams: s})
	root.SetArgs(args)
	return s.reportError(root, args, root.ExecuteContext(ctx))
}
