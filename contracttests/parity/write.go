package parity

import (
	"bytes"
	"strconv"
	"time"

	"go.yaml.in/yaml/v3"

	"example.com/patmock/spec/schema"
	"example.com/patmock/spec/version"
)

// The comments that files begin with.
const (
	publishedComment = "# The ledger of standing: what each scenario of the contract rests on, in which versions, and which tenant has confirmed it.\n" +
		"# Nothing is confirmed without a real tenant. Written by: go test ./contracttests/parity -update\n\n"
	ownComment = "# What runs of your own have confirmed. Written by: patmock contract run --update-parity. Comments of yours are not kept.\n\n"
)

// YAML writes a ledger as [Read] reads it, or one without scenarios as [ReadOwn] does: a line for each entry, in order.
func (l *Ledger) YAML() ([]byte, error) {
	root := &yaml.Node{Kind: yaml.MappingNode, Content: []*yaml.Node{
		word(schema.Field), {Kind: yaml.ScalarNode, Value: strconv.Itoa(schema.Version)},
	}}
	var b bytes.Buffer
	if len(l.Scenarios) > 0 {
		b.WriteString(publishedComment)
		root.Content = append(root.Content, word("scenarios"), l.scenarios())
	} else {
		b.WriteString(ownComment)
	}
	root.Content = append(root.Content, word("confirmations"), l.confirmations())
	e := yaml.NewEncoder(&b)
	e.SetIndent(2)
	if err := e.Encode(root); err != nil {
		return nil, err
	}
	return b.Bytes(), e.Close()
}

func (l *Ledger) scenarios() *yaml.Node {
	all := &yaml.Node{Kind: yaml.SequenceNode}
	for _, s := range l.Scenarios {
		entry := flow(yaml.MappingNode, word("id"), word(s.ID), word("standing"), word(string(s.Standing)))
		if s.Question {
			entry.Content = append(entry.Content, word("question"), &yaml.Node{Kind: yaml.ScalarNode, Value: strconv.FormatBool(true)})
		}
		entry.Content = append(entry.Content, word("versions"), flow(yaml.SequenceNode, versionWords(s.Versions)...))
		all.Content = append(all.Content, entry)
	}
	return all
}

func (l *Ledger) confirmations() *yaml.Node {
	all := &yaml.Node{Kind: yaml.SequenceNode}
	for _, k := range l.keys() {
		c := l.Confirmations[k]
		all.Content = append(all.Content, flow(yaml.MappingNode,
			word("scenario"), word(k.Scenario), word("version"), word(nameOf(k.Version)), word("target"), word(k.Target),
			word("date"), word(c.Date.UTC().Format(time.RFC3339)),
			word("document"), word(c.Document), word("tool"), word(c.Tool)))
	}
	return all
}

func versionWords(versions []version.Version) []*yaml.Node {
	var words []*yaml.Node
	for _, v := range versions {
		words = append(words, word(nameOf(v)))
	}
	return words
}

// word is a text, which gets quotes where YAML would read something else.
func word(text string) *yaml.Node {
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: text}
}

// flow is a list or a mapping on one line.
func flow(kind yaml.Kind, content ...*yaml.Node) *yaml.Node {
	return &yaml.Node{Kind: kind, Style: yaml.FlowStyle, Content: content}
}
