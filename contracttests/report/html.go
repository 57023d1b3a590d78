package report

import (
	"bytes"
	_ "embed" // the style
	"fmt"
	"slices"
	"strings"

	g "maragu.dev/gomponents"
	h "maragu.dev/gomponents/html"

	"example.com/patmock/spec/version"
)

// maxPage is the maximum size of a page, in bytes.
const maxPage = 1_500_000

//go:embed page.css
var pageStyle string

// renderHTML renders a page. If it is too long, the details of the last results are omitted. If it
// is too long without any details, texts are truncated.
func renderHTML(r *Report) ([]byte, error) {
	for line := maxLine; ; line /= 2 {
		withoutDetails, err := renderPage(r, line, 0)
		if err != nil {
			return nil, err
		}
		if len(withoutDetails) <= maxPage || line == 0 {
			return renderPage(r, line, maxPage-len(withoutDetails))
		}
	}
}

func renderPage(r *Report, line, budget int) ([]byte, error) {
	var b bytes.Buffer
	p := &page{Report: r, line: line, budget: budget, anchors: map[string]string{}}
	if err := p.document().Render(&b); err != nil {
		return nil, err
	}
	return b.Bytes(), p.err
}

// page is a page under construction.
type page struct {
	*Report
	line    int // maximum bytes of a sentence
	budget  int // remaining bytes for details
	omitted int // results whose details are omitted
	anchors map[string]string
	err     error
}

// newline ends the line of an element, so that a page can be read and compared as text.
var newline = g.Text("\n")

// ownLine returns an element on its own line, or nil if there is none.
func ownLine(element g.Node) g.Node {
	if element == nil {
		return nil
	}
	return g.Group{element, newline}
}

// ownLines returns an element for each item, each on its own line.
func ownLines[T any](items []T, element func(T) g.Node) g.Node {
	return g.Map(items, func(item T) g.Node { return ownLine(element(item)) })
}

// text returns a text as one truncated line.
func (p *page) text(text string) g.Node { return g.Text(clip(oneLine(text), p.line)) }

// choose returns the first word for a page about clients, else the second.
func (p *page) choose(clients, contract string) string {
	if p.isClientReport() {
		return clients
	}
	return contract
}

func warning(text string) g.Node { return h.P(h.Class("warning"), h.Strong(g.Text(text))) }

func (p *page) document() g.Node {
	policy := "default-src 'none'; style-src 'unsafe-inline'"
	return g.Group{
		g.Raw("<!DOCTYPE html>\n"),
		h.HTML(
			h.Lang("en"), newline,
			h.Head(
				newline, h.Meta(h.Charset("utf-8")), newline,
				h.Meta(h.Name("viewport"), h.Content("width=device-width, initial-scale=1")),
				newline,
				h.Meta(h.Name("color-scheme"), h.Content("light dark")), newline,
				h.Meta(h.Name("referrer"), h.Content("no-referrer")), newline,
				h.Meta(g.Attr("http-equiv", "Content-Security-Policy"), h.Content(policy)), newline,
				h.TitleEl(g.Text(p.Verdict())), newline,
				h.StyleEl(g.Raw("\n"+pageStyle)), newline,
			), newline,
			h.Body(newline, p.header(), newline, p.main(), newline), newline,
		), newline,
	}
}

func (p *page) header() g.Node {
	started := p.Started.UTC().Format("2006-01-02 15:04:05 MST")
	return h.Header(
		newline, h.H1(g.Text(p.Verdict())), newline,
		h.P(g.Textf("%s %s. Started %s, took %s.",
			p.intro(), clip(header(p.Report), p.line), started, formatDuration(p.Seconds))),
		newline,
		ownLines(p.Judged.lines(), func(line titledLine) g.Node {
			return h.P(g.Text(clip("Requests "+line.title+": "+line.text, p.line) + "."))
		}),
		ownLine(g.Iff(p.Confirmed != nil, func() g.Node {
			return h.P(g.Textf("Confirmed by a tenant: %s.", p.Confirmed))
		})),
		ownLine(g.If(p.Interrupted, warning("The run was interrupted: cases are missing."))),
		ownLine(g.If(len(p.Warnings) > 0, h.Ul(h.Class("warning"), newline,
			ownLines(p.Warnings, func(w Warning) g.Node {
				return h.Li(g.Text("Warning: "), p.text(w.Text))
			})))),
	)
}

func (p *page) main() g.Node {
	return h.Main(
		newline, h.H2(g.Text(p.choose("Rules", "Families"))), newline,
		p.families(), newline,
		p.results("Failures and errors", "", "failure", withOutcome(p.Results, Fail, Error)),
		p.results("Provisional",
			"These cases failed on a real tenant but are only assumed, or they are open "+
				"questions. They do not fail the run.",
			"provisional", withOutcome(p.Results, Provisional)),
		ownLine(g.If(p.omitted > 0, warning(fmt.Sprintf(
			"The details of %d results are omitted because of their size. The JSON report "+
				"has them.",
			p.omitted)))),
		p.skipped(skipReasons(p.Results)),
		g.Iff(len(p.Results) > 0, p.scenarios),
	)
}

func (p *page) skipped(all []skipReason) g.Node {
	if len(all) == 0 {
		return nil
	}
	return g.Group{h.H2(g.Text("Skipped")), newline, ownLines(all, func(reason skipReason) g.Node {
		text := g.Textf("%d skipped: %s", reason.Cases, clip(reason.Text, p.line))
		if len(reason.Names) == 0 {
			return h.P(text)
		}
		names := clip(strings.Join(reason.Names, ", "), min(maxBlock, 20*p.line))
		return h.Details(h.Summary(text), h.P(g.Text(names)))
	})}
}

// families returns the table of results by family and version.
func (p *page) families() g.Node {
	if len(p.Results) == 0 {
		return h.P(g.Text("There are no results."))
	}
	versions := versionsOf(p.Results)
	rows := ownLines(families(p.Results), func(name string) g.Node {
		return h.Tr(heading("row", clip(oneLine(p.choose("all", name)), p.line)),
			g.Map(versions, func(v version.Version) g.Node {
				n := tally(slices.DeleteFunc(withVersion(p.Results, v), func(r Result) bool {
					return family(r.ID) != name
				}))
				return cell(formatTally(n), string(worstOutcome(n)), "")
			}))
	})
	return table(p.choose("Rules", "Families"),
		p.choose("Results of the rules", "Results by family and version of the API"),
		p.columns(p.choose("rules", "family")), rows)
}

// columns returns the first columns of a table, followed by the versions.
func (p *page) columns(first ...string) []string {
	if p.isClientReport() {
		return append(first, "outcome")
	}
	for _, v := range p.versions() {
		first = append(first, clip(oneLine(versionName(v)), p.line))
	}
	return first
}

// worstOutcome returns the worst outcome, empty if there is none.
func worstOutcome(n map[Outcome]int) Outcome {
	for _, o := range slices.Backward(Outcomes()) {
		if n[o] > 0 {
			return o
		}
	}
	return ""
}

// scenarios returns the table of scenarios, with links to their details.
func (p *page) scenarios() g.Node {
	var ids []string
	byID := map[string][]Result{}
	for _, r := range p.Results {
		if byID[r.ID] == nil {
			ids = append(ids, r.ID)
		}
		byID[r.ID] = append(byID[r.ID], r)
	}
	versions := versionsOf(p.Results)
	rows := ownLines(ids, func(id string) g.Node {
		return h.Tr(heading("row", clip(oneLine(id), p.line)), h.Td(p.text(byID[id][0].Promise)),
			g.Map(versions, func(v version.Version) g.Node {
				all := withVersion(byID[id], v)
				if len(all) == 0 {
					return cell("", "", "")
				}
				r := all[len(all)-1]
				outcome := clip(oneLine(string(r.Outcome)), p.line)
				return cell(outcome, outcome, p.anchors[r.Name()])
			}))
	})
	return g.Group{
		h.H2(g.Text(p.choose("Every rule", "Scenarios"))), newline,
		h.Details(
			h.Summary(g.Text(p.choose("Every rule with its text",
				"Every scenario with its promise"))), newline,
			table(p.choose("Rules", "Scenarios"),
				p.choose("Outcomes by rule", "Outcomes by scenario and version of the API"),
				p.columns(p.choose("rule", "scenario"), p.choose("text", "promise")), rows),
			newline,
		), newline,
	}
}

// table returns a table that scrolls by itself. It is focusable for keyboard users.
func table(label, caption string, columns []string, rows g.Node) g.Node {
	return h.Div(
		h.Class("table"), h.Role("region"), h.Aria("label", label), h.TabIndex("0"),
		h.Table(
			newline, h.Caption(g.Text(caption)), newline,
			h.THead(h.Tr(g.Map(columns, func(name string) g.Node { return heading("col", name) }))),
			newline,
			h.TBody(newline, rows), newline,
		), newline,
	)
}

func heading(scope, text string) g.Node { return h.Th(h.Scope(scope), g.Text(text)) }

func cell(text, class, anchor string) g.Node {
	content := g.Text(text)
	switch {
	case anchor != "":
		content = h.A(h.Href("#"+anchor), content)
	case text == "":
		content = g.Text("-")
	}
	return h.Td(g.Iff(class != "", func() g.Node { return h.Class(class) }), content)
}
