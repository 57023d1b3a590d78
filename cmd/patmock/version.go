package main

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"

	"github.com/spf13/cobra"

	"example.com/patmock/mockserver"
)

func newVersion(env environment) *cobra.Command {
	return &cobra.Command{
		Use:     "version",
		Short:   "Print the version, the commit and what built it",
		Example: "  patmock version",
		Args:    noArgs,
		RunE: func(*cobra.Command, []string) error {
			_, err := fmt.Fprintln(env.stdout, versionLine(debug.ReadBuildInfo()))
			return err
		},
	}
}

// versionLine tells the module's version, the commit as far as the build knows it, and Go.
func versionLine(info *debug.BuildInfo, ok bool) string {
	parts := []string{"patmock", mockserver.Version()}
	if ok {
		settings := map[string]string{}
		for _, s := range info.Settings {
			settings[s.Key] = s.Value
		}
		if commit := settings["vcs.revision"]; commit != "" {
			if settings["vcs.modified"] == "true" {
				commit += "+changes"
			}
			parts = append(parts, "commit", commit)
		}
	}
	return strings.Join(append(parts, runtime.Version(), runtime.GOOS+"/"+runtime.GOARCH), " ")
}
