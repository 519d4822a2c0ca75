package main

import (
	"strings"

	"github.com/spf13/cobra"
)

// app is what all commands share.
type app struct{ *streams }

func newRoot(a *app) *cobra.Command {
	root := &cobra.Command{
		Use:   "dictrack",
		Short: "Count what happens in data towards targets",
		Long: `Dictrack reads data, JSON objects, and counts what happens in it towards targets, for each group apart: a player,
a robot, a customer. A definition file says which trackers there are; a directory, or a database, keeps the state.

Exit status: 0 success, 1 failure, 2 wrong command line, 130 interrupted.`,
		Example: `  dictrack track --trackers trackers.yaml --group-by user.id data.jsonl
  dictrack track --trackers trackers.yaml --group-by user.id --data state/ < data.jsonl
  dictrack show --data state/`,
		Version:            version(),
		SilenceErrors:      true,
		SilenceUsage:       true,
		DisableSuggestions: true, // they come as a hint
	}
	root.SuggestionsMinimumDistance = 2
	root.SetVersionTemplate("{{.Version}}\n")
	root.SetIn(a.in)
	root.SetOut(a.out)
	root.SetErr(a.err)
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return usage(cmd.CommandPath()+" --help lists the flags", "%s%w", prefix(cmd), err)
	})
	root.AddCommand(
		newTrack(a), newShow(a), newGroups(a), newAdd(a), newRemove(a), newReset(a), newSet(a), newFlush(a),
		newValidate(a), newExplain(a), newVersion(a), newURLs(),
	)
	return root
}

// prefix names the command in a message; the program itself needs no name there.
func prefix(cmd *cobra.Command) string {
	if !cmd.HasParent() {
		return ""
	}
	return cmd.Name() + ": "
}

// argumentCount checks how many arguments a command gets; most < 0: any number from least on.
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

// requireFlags checks that flags have a value.
func requireFlags(cmd *cobra.Command, flags ...string) error {
	for _, name := range flags {
		if cmd.Flag(name).Value.String() == "" {
			return usage("dictrack "+cmd.Use, "%s--%s is missing", prefix(cmd), name)
		}
	}
	return nil
}
