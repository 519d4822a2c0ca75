package main

import (
	"github.com/spf13/cobra"
)

func newRoot(a *app) *cobra.Command {
	root := &cobra.Command{
		Use:   "dictrack",
		Short: "Count messages towards targets, for each player, device or customer",
		Long: `Dictrack counts messages (JSON objects) towards targets, for each player, device or customer. A definition file
says what to count; a directory or a database stores the counts between runs.

Exit status: 0 success, 1 failure, 2 wrong command line, 130 interrupted.`,
		Example: `  dictrack track --trackers trackers.yaml --group-by user.id messages.jsonl
  dictrack track --trackers trackers.yaml --group-by user.id --data state/ < messages.jsonl
  dictrack show --data state/`,
		Version:            version(),
		SilenceErrors:      true,
		SilenceUsage:       true,
		DisableSuggestions: true, // reportError prints them as a hint
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
		newValidate(a), newExplain(a), newSchema(a), newVersion(a), newURLs(),
	)
	return root
}
