// Command dictrack counts what happens in data towards targets: it reads JSON lines, tracks them with the trackers of a
// definition file, and keeps the state in a directory, in a database, or in Redis before one of them.
//
// The rules of its interface: results go to standard output and everything else to standard error; JSON is exact and
// has one object a line where it streams; errors read "dictrack: what: why", with a hint where a mistake is likely;
// bars appear on terminals only; nothing is asked for unless there is a terminal to ask on. Exit status 0 is success, 1
// a failure, 2 a wrong command line, and 130 an interruption.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

func main() { os.Exit(run(os.Args[1:], standardStreams())) }

// run runs the command with these arguments, and returns the exit status.
func run(args []string, s *streams) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second signal ends the process at once
	root := newRoot(&app{streams: s})
	root.SetArgs(args)
	return s.reportError(root, args, root.ExecuteContext(ctx))
}
