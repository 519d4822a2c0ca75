package main

import (
	"io"
	"os"

	"golang.org/x/term"
)

// streams are what the command reads and writes.
type streams struct {
	in       *os.File
	out, err io.Writer
	// Which of them are terminals.
	inTerminal, outTerminal, errTerminal bool
}

func standard() *streams {
	isTerminal := func(f *os.File) bool { return term.IsTerminal(int(f.Fd())) } // #nosec G115 -- a descriptor is small
	return &streams{
		in: os.Stdin, out: os.Stdout, err: os.Stderr,
		inTerminal: isTerminal(os.Stdin), outTerminal: isTerminal(os.Stdout), errTerminal: isTerminal(os.Stderr),
	}
}
