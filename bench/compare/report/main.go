// Command report runs the benchmarks that the documentation quotes, and writes what they say: tables into
// docs/performance.md and to standard output, everything into docs/performance.json, plots beside it.
//
//	go -C bench/compare run ./report                        # all, 5 runs each
//	go -C bench/compare run ./report -only 'bench Durable'  # some anew; the other figures stay
//
// A suite that fails is told of and passed over: what it measured before counts, and the exit status is 1. So it is
// when a figure of the tables has no benchmark any more.
//
//	DICTRACK_BENCH=small go test -run '^$' -bench . -benchtime 1x ./... | go -C bench/compare run ./report -check
//
// tells only whether there is a benchmark for each figure, by their names.
//
// It stands in the module of the comparisons, so that what it draws with is nobody else's dependency.
package main

import (
	"flag"
	"fmt"
	"io"
	"os"
	"regexp"
)

func main() {
	var o options
	only := flag.String("only", "", "run the suites whose \"directory names\" this regular expression finds, and leave the other figures")
	check := flag.Bool("check", false, "read the output of go test, and tell which figures have no benchmark in it")
	flag.IntVar(&o.count, "count", 5, "how often each benchmark runs; the median is what counts")
	flag.StringVar(&o.time, "time", "", "how long each runs, as go test -benchtime takes it, instead of what the suite says")
	flag.StringVar(&o.root, "root", "../..", "where the repository is")
	flag.StringVar(&o.docs, "docs", "", "where performance.md is, docs of the repository by default")
	flag.Parse()
	var err error
	if o.only, err = regexp.Compile(*only); err == nil && *check {
		err = checkNames(os.Stdin, os.Stdout)
	} else if err == nil {
		err = o.run(suites)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "report:", err)
		os.Exit(1)
	}
}

// checkNames passes the output of go test on, and fails if a row or a curve of the catalogue finds no benchmark in it.
func checkNames(in io.Reader, out io.Writer) error {
	m := measured{}
	if err := m.read(io.TeeReader(in, out)); err != nil {
		return err
	}
	return missing(m, func(*suite) bool { return true })
}
