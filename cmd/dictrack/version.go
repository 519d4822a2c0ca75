package main

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"
)

func newVersion(a *app) *cobra.Command {
	return &cobra.Command{
		Use:               "version",
		Short:             "Print the version",
		Example:           "  dictrack version",
		Args:              argumentCount(0, 0),
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: wrapRun(func(*cobra.Command, []string) error {
			_, err := fmt.Fprintln(a.out, version())
			return err
		}),
	}
}

// version returns the version of the module, its commit, and the compiler and platform.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "dictrack, version unknown"
	}
	text := "dictrack " + info.Main.Version
	for _, s := range info.Settings {
		switch {
		case s.Key == "vcs.revision":
			text += " " + s.Value[:min(12, len(s.Value))]
		case s.Key == "vcs.modified" && s.Value == "true":
			text += " (changed)"
		}
	}
	return fmt.Sprintf("%s, %s %s/%s", text, info.GoVersion, runtime.GOOS, runtime.GOARCH)
}
