package root

import (
	"runtime"
	"runtime/debug"
	"strings"

	"github.com/spf13/cobra"

	"example.com/patmock/cmd/patmock/internal/cli"
	"example.com/patmock/mockserver"
)

func newVersion(env cli.Env) *cobra.Command {
	return cli.Listing(env, &cobra.Command{
		Use:     "version",
		Short:   "Print the version, the commit and the Go version",
		Example: "  patmock version",
	}, func(*cobra.Command, []string) (build, error) {
		return newBuild(debug.ReadBuildInfo()), nil
	}, func(b build) string { return b.String() + "\n" })
}

// A build describes the source of a binary. Commit is empty if it is unknown.
type build struct {
	Version  string `json:"version"`
	Commit   string `json:"commit"`
	Modified bool   `json:"modified"`
	Go       string `json:"go"`
	OS       string `json:"os"`
	Arch     string `json:"arch"`
}

func newBuild(info *debug.BuildInfo, ok bool) build {
	b := build{
		Version: mockserver.Version(), Go: runtime.Version(), OS: runtime.GOOS,
		Arch: runtime.GOARCH,
	}
	if !ok {
		return b
	}
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			b.Commit = s.Value
		case "vcs.modified":
			b.Modified = s.Value == "true"
		}
	}
	return b
}

// String returns the build on one line.
func (b build) String() string {
	parts := []string{"patmock", b.Version}
	if b.Commit != "" && b.Modified {
		parts = append(parts, "commit", b.Commit+"+changes")
	} else if b.Commit != "" {
		parts = append(parts, "commit", b.Commit)
	}
	return strings.Join(append(parts, b.Go, b.OS+"/"+b.Arch), " ")
}
