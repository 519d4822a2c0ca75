package main

import (
	"bufio"
	"context"
	"strings"

	"github.com/spf13/cobra"

	"github.com/dictrack/dictrack"
)

func newFlush(a *app) *cobra.Command {
	var where state
	var yes bool
	cmd := &cobra.Command{
		Use:   "flush {--data DIR | --store URL} [--yes]",
		Short: "Delete every group, tracker and message id",
		Long: `Delete every group, tracker and message id from the store and the cache. This cannot be undone. Without --yes it asks
for confirmation; without a terminal to ask on, it deletes nothing and exits with status 2.`,
		Example:           `  dictrack flush --data state/ --yes`,
		Args:              argumentCount(0, 0),
		ValidArgsFunction: cobra.NoFileCompletions,
	}
	stateFlags(cmd, &where, "delete everything in `DIR`")
	cmd.Flags().BoolVar(&yes, "yes", false, "do not ask for confirmation")
	cmd.RunE = wrapRun(func(cmd *cobra.Command, _ []string) error {
		if err := where.require(cmd); err != nil {
			return err
		}
		return a.withState(cmd.Context(), &where, func(m *dictrack.Manager) error {
			if !yes {
				if err := a.confirm(cmd.Context(), &where); err != nil {
					return err
				}
			}
			if err := m.Flush(cmd.Context(), dictrack.FlushEverything); err != nil {
				return err
			}
			a.notef("deleted everything in %v\n", &where)
			return nil
		})
	})
	return cmd
}

// confirm asks whether to delete everything.
func (a *app) confirm(ctx context.Context, where *state) error {
	if !a.inTerminal || !a.errTerminal {
		return usage("add --yes to delete everything in "+where.String(), "flush: not confirmed, and there is no terminal to ask on")
	}
	a.notef("Delete everything in %v? Type yes to do so: ", where)
	answer := make(chan string, 1)
	go func() {
		text, _ := bufio.NewReader(a.in).ReadString('\n') // an unreadable answer is not yes
		answer <- text
	}()
	select {
	case text := <-answer:
		if strings.TrimSpace(text) != "yes" {
			return failure("", "flush: not confirmed, nothing was deleted")
		}
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
