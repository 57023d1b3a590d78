package report

import (
	"fmt"
	"regexp"
	"strings"

	g "maragu.dev/gomponents"
	h "maragu.dev/gomponents/html"
)

// results returns a section of results, nil if there are none.
func (p *page) results(title, explanation, prefix string, all []Result) g.Node {
	if len(all) == 0 {
		return nil
	}
	var articles g.Group
	for i, r := range all {
		p.anchors[r.Name()] = fmt.Sprintf("%s-%d", prefix, i+1)
		articles = append(articles, p.article(r), newline)
	}
	return g.Group{
		h.H2(g.Text(title)), newline,
		ownLine(g.If(explanation != "", h.P(g.Text(explanation)))),
		articles,
	}
}

func (p *page) article(r Result) g.Node {
	outcome := string(r.Outcome)
	return h.Article(
		h.ID(p.anchors[r.Name()]), newline,
		h.H3(h.Span(h.Class(outcome), g.Text(outcome)), g.Text(" "), p.text(r.Name())), newline,
		h.P(h.Class("message"), p.text(r.Message)), newline,
		p.details(r),
	)
}

// details returns the details of a result, or nil if the budget is spent.
func (p *page) details(r Result) g.Node {
	var b strings.Builder
	err := g.Group{
		ownLine(g.If(r.Promise != "", h.P(g.Text("Promise: "), p.text(r.Promise)))),
		ownLine(g.Iff(len(r.Sources) > 0, func() g.Node { return p.sources(r) })),
		ownLines(r.Notes, func(note string) g.Node { return h.P(g.Text("Note: "), p.text(note)) }),
		ownLines(r.Failures, p.failure),
	}.Render(&b)
	if err != nil {
		p.err = err
	}
	if b.Len() > p.budget {
		p.omitted++
		return nil
	}
	p.budget -= b.Len()
	return g.Raw(b.String())
}

// plainLink matches a source that is a URL or a fact of docs/behaviour.md and needs no escaping.
var plainLink = regexp.MustCompile(`^(https://[\w./~:#?=%-]+|docs/behaviour\.md#[a-z0-9-]+)$`)

func (p *page) sources(r Result) g.Node {
	sources := g.Group{g.Text("Sources: ")}
	for i, source := range r.Sources {
		if i > 0 {
			sources = append(sources, g.Text("; "))
		}
		text := p.text(source)
		if len(source) <= p.line && plainLink.MatchString(source) {
			text = h.A(h.Href(source), h.Rel("noopener noreferrer"), text)
		}
		sources = append(sources, text)
	}
	return h.P(sources, g.Text(" ("), p.text(string(r.Evidence)), g.Text(")"))
}

func (p *page) failure(f Failure) g.Node {
	block := func(title, text string, open bool) g.Node {
		if text == "" {
			return nil
		}
		return ownLine(h.Details(g.If(open, g.Attr("open")), h.Summary(g.Text(title)),
			h.Pre(h.TabIndex("0"), g.Text(clip(sanitize(text), maxBlock)))))
	}
	return h.Div(
		h.Class("found"), newline,
		h.P(h.Strong(p.text(f.Message))), newline,
		block("Difference (- expected, + actual)", f.Diff, true),
		block("Exchange", f.Exchange, false),
		block("Repeat with curl", f.Curl, false),
	)
}
