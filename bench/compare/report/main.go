// Command report runs the benchmarks that the documentation quotes, and writes what they say: tables into
// docs/performance.md and to standard output, everything into docs/performance.json, plots beside it.
//
//	go -C bench/compare run ./report            # all, 5 runs each
//	go -C bench/compare run ./report -count 1 -only Compare
//
// It stands in the module of the comparisons, so that what it draws with is nobody else's dependency.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

func main() {
	var o options
	flag.IntVar(&o.count, "count", 5, "how often each benchmark runs; the median is what counts")
	flag.StringVar(&o.only, "only", "", "run the suites with this in their name, and leave the documents alone")
	flag.StringVar(&o.root, "root", "../..", "where the repository is")
	flag.Parse()
	if err := o.run(); err != nil {
		fmt.Fprintln(os.Stderr, "report:", err)
		os.Exit(1)
	}
}

type options struct {
	count      int
	only, root string
}

func (o *options) run() error {
	m := measured{}
	for _, s := range suites {
		if !strings.Contains(s.bench, o.only) {
			continue
		}
		fmt.Printf("# %s %s\n", s.dir, s.bench)
		if err := s.run(o, m); err != nil {
			return err
		}
	}
	text := tables(m)
	fmt.Print(text)
	if o.only != "" {
		return nil
	}
	docs := filepath.Join(o.root, "docs")
	if err := m.save(filepath.Join(docs, "performance.json")); err != nil {
		return err
	}
	if err := insert(filepath.Join(docs, "performance.md"), text); err != nil {
		return err
	}
	return draw(filepath.Join(docs, "plots"), m)
}
