package report

import (
	"bytes"
	_ "embed" // the style
	"fmt"

	g "maragu.dev/gomponents"
	h "maragu.dev/gomponents/html"
)

//go:embed page.css
var pageStyle string

func renderHTML(r *Report) ([]byte, error) {
	var b bytes.Buffer
	if err := newPage(r).document().Render(&b); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// Elements end their lines, so that a page can be read and compared as text.
var newline = g.Text("\n")

// line returns an element in a line of its own, nil if there is none.
func line(element g.Node) g.Node {
	if element == nil {
		return nil
	}
	return g.Group{element, newline}
}

// lines returns an element for each item, each in a line of its own.
func lines[T any](items []T, element func(T) g.Node) g.Node {
	return g.Map(items, func(item T) g.Node { return line(element(item)) })
}

// ifText returns an element of a text, nil if the text is empty.
func ifText(text string, element func(string) g.Node) g.Node {
	return g.Iff(text != "", func() g.Node { return element(text) })
}

func warning(text string) g.Node { return h.P(h.Class("warning"), h.Strong(g.Text(text))) }

func (p page) document() g.Node {
	return g.Group{
		g.Raw("<!DOCTYPE html>\n"),
		h.HTML(
			h.Lang("en"), newline,
			h.Head(
				newline, h.Meta(h.Charset("utf-8")), newline,
				h.Meta(h.Name("viewport"), h.Content("width=device-width, initial-scale=1")), newline,
				h.Meta(h.Name("color-scheme"), h.Content("light dark")), newline,
				h.Meta(h.Name("referrer"), h.Content("no-referrer")), newline,
				h.Meta(g.Attr("http-equiv", "Content-Security-Policy"), h.Content("default-src 'none'; style-src 'unsafe-inline'")), newline,
				h.TitleEl(g.Text(p.Verdict)), newline,
				h.StyleEl(g.Raw("\n"+pageStyle)), newline,
			), newline,
			h.Body(newline, p.header(), newline, p.main(), newline), newline,
		), newline,
	}
}

func (p page) header() g.Node {
	return h.Header(
		newline, h.H1(g.Text(p.Verdict)), newline,
		h.P(g.Textf("%s %s. Started %s, took %s.", p.Intro, p.About, p.Started, p.Took)), newline,
		lines(p.Judged, func(line string) g.Node { return h.P(g.Text(line + ".")) }),
		line(g.Iff(p.Confirmed != nil, func() g.Node { return h.P(g.Textf("Confirmed by a tenant: %s.", p.Confirmed)) })),
		line(g.If(p.Interrupted, warning("The run was interrupted: cases are missing."))),
		line(g.If(len(p.Warnings) > 0, h.Ul(h.Class("warning"), newline, lines(p.Warnings, func(text string) g.Node {
			return h.Li(g.Text("Warning: " + text))
		})))),
	)
}

func (p page) main() g.Node {
	return h.Main(
		newline, h.H2(g.Text(p.word("Rules", "Families"))), newline,
		p.families(), newline,
		results("Failures and errors", "", p.Failures),
		results("Provisional",
			"They failed on a live target where they are only assumed, or their question is open. They do not fail the run.",
			p.Provisional),
		line(g.If(p.LeftOut > 0, warning(fmt.Sprintf(
			"The details of %d of these are left out here, all or some, for their size: the JSON report has them.", p.LeftOut)))),
		g.If(len(p.Skipped) > 0, g.Group{h.H2(g.Text("Skipped")), newline, lines(p.Skipped, func(s pageReason) g.Node {
			text := g.Textf("%d skipped: %s", s.Count, s.Text)
			if s.Names == "" {
				return h.P(text)
			}
			return h.Details(h.Summary(text), h.P(g.Text(s.Names)))
		})}),
		g.Iff(len(p.Scenarios) > 0, p.scenarios),
	)
}

func (p page) families() g.Node {
	if len(p.Families) == 0 {
		return h.P(g.Text("There are no results."))
	}
	if p.Clients {
		return table("Rules", "Results of the rules", append([]string{"rules"}, p.Versions...),
			lines(p.Families, func(row pageRow) g.Node { return h.Tr(heading("row", "all"), row.cells()) }))
	}
	return table("Families", "Results by family and version of the API", append([]string{"family"}, p.Versions...),
		lines(p.Families, func(row pageRow) g.Node { return h.Tr(heading("row", row.Name), row.cells()) }))
}

func (p page) scenarios() g.Node {
	return g.Group{
		h.H2(g.Text(p.word("Every rule", "Scenarios"))), newline,
		h.Details(
			h.Summary(g.Text(p.word("Every rule with its text", "Every scenario with its promise"))), newline,
			table(p.word("Rules", "Scenarios"), p.word("Outcomes by rule", "Outcomes by scenario and version of the API"),
				append([]string{p.word("rule", "scenario"), p.word("text", "promise")}, p.Versions...),
				lines(p.Scenarios, func(row pageRow) g.Node {
					return h.Tr(heading("row", row.Name), h.Td(g.Text(row.Promise)), row.cells())
				})), newline,
		), newline,
	}
}

// word returns the word for a page about clients, or the one for a page about the contract.
func (p page) word(clients, contract string) string {
	if p.Clients {
		return clients
	}
	return contract
}

// table returns a table that scrolls by itself, and can be reached by the keyboard for that.
func table(label, caption string, columns []string, rows g.Node) g.Node {
	return h.Div(
		h.Class("table"), h.Role("region"), h.Aria("label", label), h.TabIndex("0"),
		h.Table(
			newline, h.Caption(g.Text(caption)), newline,
			h.THead(h.Tr(g.Map(columns, func(name string) g.Node { return heading("col", name) }))), newline,
			h.TBody(newline, rows), newline,
		), newline,
	)
}

func heading(scope, text string) g.Node { return h.Th(h.Scope(scope), g.Text(text)) }

func (row pageRow) cells() g.Node {
	return g.Map(row.Cells, func(c pageCell) g.Node {
		text := g.Text(c.Text)
		switch {
		case c.Anchor != "":
			text = h.A(h.Href("#"+c.Anchor), text)
		case c.Text == "":
			text = g.Text("-")
		}
		return h.Td(ifText(c.Class, h.Class), text)
	})
}

// results returns a section of results, nil if there are none.
func results(title, explanation string, all []pageResult) g.Node {
	if len(all) == 0 {
		return nil
	}
	return g.Group{
		h.H2(g.Text(title)), newline,
		line(ifText(explanation, func(text string) g.Node { return h.P(g.Text(text)) })),
		g.Map(all, pageResult.article),
	}
}

func (p pageResult) article() g.Node {
	return g.Group{
		h.Article(
			h.ID(p.Anchor), newline,
			h.H3(h.Span(h.Class(p.Outcome), g.Text(p.Outcome)), g.Text(" "+p.Name)), newline,
			h.P(h.Class("message"), g.Text(p.Message)), newline,
			line(ifText(p.Promise, func(text string) g.Node { return h.P(g.Text("Promise: " + text)) })),
			line(g.Iff(len(p.Sources) > 0, p.sources)),
			lines(p.Notes, func(note string) g.Node { return h.P(g.Text("Note: " + note)) }),
			lines(p.Failures, failure),
		), newline,
	}
}

func (p pageResult) sources() g.Node {
	sources := g.Group{g.Text("Sources: ")}
	for i, s := range p.Sources {
		if i > 0 {
			sources = append(sources, g.Text("; "))
		}
		text := g.Text(s.Text)
		if s.Link {
			text = h.A(h.Href(s.Text), h.Rel("noopener noreferrer"), text)
		}
		sources = append(sources, text)
	}
	return h.P(sources, g.Textf(" (%s)", p.Standing))
}

func failure(f Failure) g.Node {
	block := func(title string, open bool) func(text string) g.Node {
		return func(text string) g.Node {
			return g.Group{
				h.Details(g.If(open, g.Attr("open")), h.Summary(g.Text(title)), h.Pre(h.TabIndex("0"), g.Text(text))), newline,
			}
		}
	}
	return h.Div(
		h.Class("found"), newline,
		h.P(h.Strong(g.Text(f.Message))), newline,
		ifText(f.Diff, block("Difference (- expected, + came)", true)),
		ifText(f.Exchange, block("Exchange", false)),
		ifText(f.Curl, block("Repeat with curl", false)),
	)
}
