package main

import (
	"bufio"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/dictrack/dictrack/cmd/dictrack/internal/output"
)

// formatFlag adds -o, which takes one of the formats.
func formatFlag(cmd *cobra.Command, format *output.Format, allowed ...output.Format) {
	var names []string
	for _, one := range allowed {
		names = append(names, string(one))
	}
	cmd.Flags().VarP(&choice{(*string)(format), names}, "output", "o", "the output format")
	_ = cmd.RegisterFlagCompletionFunc("output", cobra.FixedCompletions(names, cobra.ShellCompDirectiveNoFileComp))
}

// choice is a flag that takes one of several words.
type choice struct {
	value   *string
	allowed []string
}

// Set implements pflag.Value.
func (c *choice) Set(text string) error {
	if !slices.Contains(c.allowed, text) {
		return fmt.Errorf("want one of %s", strings.Join(c.allowed, ", "))
	}
	*c.value = text
	return nil
}

// String implements pflag.Value.
func (c *choice) String() string { return *c.value }

// Type implements pflag.Value.
func (c *choice) Type() string { return strings.Join(c.allowed, "|") }

// writeList writes a list to standard output.
func (a *app) writeList(f output.Format, columns []output.Column, rows output.Rows, add func(output.Writer) error) error {
	out := bufio.NewWriterSize(a.out, 64<<10)
	w := output.New(out, f, columns, rows)
	if err := add(w); err != nil {
		return err
	}
	if err := w.Close(); err != nil {
		return err
	}
	return out.Flush()
}
