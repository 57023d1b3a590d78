package parity

import (
	"bytes"
	"fmt"
	"strings"
	"time"

	"example.com/patmock/spec/schema"
	"example.com/patmock/spec/strictyaml"
)

const (
	publishedComment = "# The evidence of each scenario of the contract, its versions, and its " +
		"confirmations by tenants.\n" +
		"# Only a real tenant confirms a scenario. Written by: " +
		"go test ./contracttests/parity -update\n\n"
	ownComment = "# Confirmations by your own runs. Your comments are not kept.\n" +
		"# Written by: patmock contract run --update-parity\n\n"
)

// YAML returns a ledger in the format of [Read], or of [ReadOwn] if it has no scenarios. Each entry
// is one line, in order.
func (l *Ledger) YAML() []byte {
	var b bytes.Buffer
	comment, list := ownComment, ""
	if len(l.Scenarios) > 0 {
		comment, list = publishedComment, "scenarios:\n"
	}
	fmt.Fprintf(&b, "%s%s: %d\n%s", comment, schema.Field, schema.Version, list)
	for _, s := range l.Scenarios {
		question := ""
		if s.Question {
			question = ", question: true"
		}
		var versions []string
		for _, v := range s.Versions {
			versions = append(versions, versionName(v))
		}
		fmt.Fprintf(&b, "  - {id: %s, evidence: %s%s, versions: [%s]}\n",
			strictyaml.Quote(s.ID), s.Evidence, question, strings.Join(versions, ", "))
	}
	if len(l.Confirmations) == 0 {
		b.WriteString("confirmations: []\n")
		return b.Bytes()
	}
	b.WriteString("confirmations:\n")
	for _, k := range l.keys() {
		c := l.Confirmations[k]
		fmt.Fprintf(&b,
			"  - {scenario: %s, version: %s, target: %s, date: %q, document: %s, tool: %s}\n",
			strictyaml.Quote(k.Scenario), strictyaml.Quote(versionName(k.Version)),
			strictyaml.Quote(k.Target), c.Date.UTC().Format(time.RFC3339),
			strictyaml.Quote(c.Document), strictyaml.Quote(c.Tool))
	}
	return b.Bytes()
}
