package main

import (
	"fmt"
	"strings"

	"example.com/patmock/contracttests"
)

// findingKind is a kind of finding as check --list prints it.
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

// listKinds prints the kinds of findings with the rule of each.
func listKinds(env environment, format string) error {
	var kinds []findingKind
	for _, r := range contracttests.ClientRules() {
		kinds = append(kinds, findingKind{r.Kind(), r.Text, string(r.Evidence), r.Sources, r.Advice, kindsPage + "#" + r.Kind()})
	}
	if format == "json" {
		return printJSON(env.stdout, kinds)
	}
	var b strings.Builder
	for _, k := range kinds {
		fmt.Fprintf(&b, "%-21s  %s\n", k.Kind, k.Rule)
	}
	return env.print(b.String())
}
