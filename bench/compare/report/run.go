package main

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// options are what the command line says.
type options struct {
	count            int
	only             *regexp.Regexp
	root, docs, time string
}

func (o *options) selected(s *suite) bool { return o.only.MatchString(s.String()) }

// run measures the suites that are selected, and writes the documents, whatever fails. The record is saved after each
// suite: an hour is long.
func (o *options) run(suites []suite) error {
	docs := cmp.Or(o.docs, filepath.Join(o.root, "docs"))
	file := filepath.Join(docs, "performance.json")
	r, err := o.begin(file)
	if err != nil {
		return err
	}
	var errs []error
	for i := range suites {
		if o.selected(&suites[i]) {
			errs = append(errs, o.measure(&suites[i], r.Benchmarks), r.save(file))
		}
	}
	errs = append(errs, missing(r.Benchmarks, o.selected), r.publish(docs))
	return errors.Join(errs...)
}

// begin is the record to add to: a new one, unless only some is measured.
func (o *options) begin(file string) (*record, error) {
	if o.only.String() != "" {
		return load(file)
	}
	return &record{Machine: here(), Benchmarks: measured{}}, nil
}

// measure runs a suite. What a whole run did not give any more is forgotten; after a failure, older figures stay.
func (o *options) measure(s *suite, m measured) error {
	fmt.Printf("\n# %s\n", s)
	newer, err := s.run(o)
	if err != nil {
		fmt.Fprintf(os.Stderr, "\n### FAILED, and what follows goes on without it: %v\n\n", err)
	} else {
		m.drop(s)
	}
	m.take(newer)
	return err
}

// publish writes the tables and the plots.
func (r *record) publish(docs string) error {
	text := r.text()
	fmt.Print("\n", text)
	return errors.Join(insert(filepath.Join(docs, "performance.md"), text), draw(filepath.Join(docs, "plots"), r.Benchmarks))
}

// missing tells which rows and curves of the catalogue nothing was measured for, though their suites were run.
func missing(m measured, ran func(*suite) bool) error {
	var names []string
	for _, t := range catalogue {
		for i := range t.rows {
			if r := &t.rows[i]; len(r.values(m)) == 0 && ran(suiteOf(r.name)) {
				names = append(names, fmt.Sprintf("%s (%s)", r.name, r.unit))
			}
		}
	}
	for _, p := range pictures {
		for _, c := range p.lines {
			if len(c.points(m, p.unit)) == 0 && ran(suiteOf(c.names)) {
				names = append(names, fmt.Sprintf("%s (%s)", c.names, p.unit))
			}
		}
	}
	if len(names) == 0 {
		return nil
	}
	return fmt.Errorf("no figures for:\n  %s", strings.Join(names, "\n  "))
}
