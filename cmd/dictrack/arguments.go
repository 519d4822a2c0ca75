package main

import (
	"strings"

	"github.com/spf13/cobra"
)

// prefix starts an error with the name of the command; the root command needs none.
func prefix(cmd *cobra.Command) string {
	if !cmd.HasParent() {
		return ""
	}
	return cmd.Name() + ": "
}

// argumentCount checks the number of arguments of a command. A maxArgs below 0 means no limit.
func argumentCount(minArgs, maxArgs int) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		hint := "dictrack " + cmd.Use
		switch {
		case len(args) < minArgs:
			return usage(hint, "%san argument is missing", prefix(cmd))
		case maxArgs >= 0 && len(args) > maxArgs:
			return usage(hint, "%stoo many arguments: %s", prefix(cmd), strings.Join(args[maxArgs:], " "))
		}
		return nil
	}
}

// requireFlags fails unless all flags have a value.
func requireFlags(cmd *cobra.Command, flags ...string) error {
	for _, name := range flags {
		if cmd.Flag(name).Value.String() == "" {
			return usage("dictrack "+cmd.Use, "%s--%s is missing", prefix(cmd), name)
		}
	}
	return nil
}
