package check

import (
	"fmt"
	"strings"

	"example.com/patmock/cmd/patmock/internal/cli"
	"example.com/patmock/contracttests"
)

type findingKind struct {
	Kind     string   `json:"kind"`
	Rule     string   `json:"rule"`
	Evidence string   `json:"evidence"`
	Sources  []string `json:"sources"`
	Remedy   string   `json:"remedy"`
	Docs     string   `json:"docs"`
}

// kindsPage explains every kind of finding, with an anchor for each.
const kindsPage = "docs/checking.md"

func listKinds(env cli.Env, format string) error {
	var kinds []findingKind
	for _, r := range contracttests.LintRules() {
		kinds = append(kinds, findingKind{r.Kind(), r.Text, string(r.Evidence), r.Sources, r.Advice, kindsPage + "#" + r.Kind()})
	}
	if format == "json" {
		return cli.PrintJSON(env.Stdout, kinds)
	}
	var b strings.Builder
	for _, k := range kinds {
		fmt.Fprintf(&b, "%-21s  %s\n", k.Kind, k.Rule)
	}
	return env.Print(b.String())
}
