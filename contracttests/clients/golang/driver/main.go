// Driver runs SailPoint's Go SDK, unmodified, through every step in each of its versions. It writes
// a line of JSON for each step to standard output. The package clients of patmock describes it.
//
// It reads the URL of a mock from PATMOCK_URL, or else from SAIL_BASE_URL. Arguments select
// versions.
package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"os"
	"runtime/debug"
	"slices"
	"strings"
)

// module is the import path of the SDK.
const module = "github.com/sailpoint-oss/golang-sdk/v2"

func main() {
	if err := drive(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "driver:", err)
		os.Exit(1)
	}
}

// drive runs the steps in the named versions, or in all of them.
func drive(names []string) error {
	url := cmp.Or(os.Getenv("PATMOCK_URL"), os.Getenv("SAIL_BASE_URL"))
	if url == "" {
		return fmt.Errorf("PATMOCK_URL or SAIL_BASE_URL must be the URL of a running mock")
	}
	sdk, err := release()
	if err != nil {
		return err
	}
	for _, name := range names {
		if !slices.ContainsFunc(versions, func(v version) bool { return v.name == name }) {
			return fmt.Errorf("unknown version %s", name)
		}
	}
	// The SDK prints the errors of a login to standard output.
	results := json.NewEncoder(os.Stdout)
	os.Stdout = os.Stderr
	for _, v := range versions {
		if len(names) > 0 && !slices.Contains(names, v.name) {
			continue
		}
		for _, s := range steps {
			outcome, detail := newRun(v, url).attempt(s)
			line := result{"go", sdk, v.name, s.name, outcome, detail}
			if err := results.Encode(line); err != nil {
				return err
			}
		}
	}
	return nil
}

// A result is a line of the output.
type result struct {
	Client  string `json:"client"`
	SDK     string `json:"sdk"`
	Version string `json:"version"`
	Step    string `json:"step"`
	Outcome string `json:"outcome"`
	Detail  string `json:"detail"`
}

// release returns the version of the SDK in this program, without the v.
func release() (string, error) {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "", fmt.Errorf("the program has no build information")
	}
	for _, dep := range info.Deps {
		if dep.Path == module {
			if dep.Replace != nil {
				return "", fmt.Errorf("the SDK is replaced by %s", dep.Replace.Path)
			}
			return strings.TrimPrefix(dep.Version, "v"), nil
		}
	}
	return "", fmt.Errorf("the program does not contain %s", module)
}
