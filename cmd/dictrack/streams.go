package main

import (
	"fmt"
	"io"
	"os"

	"golang.org/x/term"
)

// streams are the standard streams of the command.
type streams struct {
	in       *os.File
	out, err io.Writer
	// Which of them are terminals.
	inTerminal, outTerminal, errTerminal bool
}

// notef writes a note to standard error. There is nowhere to report that this fails.
func (s *streams) notef(format string, args ...any) { _, _ = fmt.Fprintf(s.err, format, args...) }

func standardStreams() *streams {
	isTerminal := func(f *os.File) bool { return term.IsTerminal(int(f.Fd())) } // #nosec G115 -- a descriptor is small
	return &streams{
		in: os.Stdin, out: os.Stdout, err: os.Stderr,
		inTerminal: isTerminal(os.Stdin), outTerminal: isTerminal(os.Stdout), errTerminal: isTerminal(os.Stderr),
	}
}
