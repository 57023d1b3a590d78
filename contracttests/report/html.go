package report

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// maxPage is how much of a page, in bytes, may come from outside. Its own part is small.
const maxPage = 1_500_000

// The page, as its elements are made of it.
type (
	page struct {
		Verdict, Intro, About, Started, Took string
		Interrupted                          bool
		Clients                              bool // the results are rules
		Confirmed                            *Confirmed
		Judged, Warnings                     []string
		Versions                             []string
		Families                             []pageRow
		Scenarios                            []pageRow
		Failures, Provisional                []pageResult
		Skipped                              []pageReason
		LeftOut                              int // failures whose details did not fit
	}
	pageRow struct {
		Name, Promise string
		Cells         []pageCell
	}
	// pageCell is empty where there is no result.
	pageCell struct{ Text, Class, Anchor string }

	pageResult struct {
		Anchor, Outcome, Name, Message, Promise, Standing, Took string
		Sources                                                 []pageSource
		Notes                                                   []string
		Failures                                                []Failure
	}
	pageSource struct {
		Text string
		Link bool
	}
	pageReason struct {
		Count       int
		Text, Names string
	}
)

func newPage(r *Report) page {
	left := budget(maxPage)
	p := page{
		Verdict: r.Verdict(), Intro: r.intro(), Clients: r.ofClients(), About: left.take(about(r), maxLine), Started: r.Started.UTC().Format("2006-01-02 15:04:05 MST"),
		Took: duration(r.Seconds), Interrupted: r.Interrupted, Confirmed: r.Confirmed,
	}
	for _, line := range r.Judged.lines() {
		p.Judged = append(p.Judged, left.take("Requests "+line.title+": "+line.text, maxLine))
	}
	for _, warning := range r.Warnings {
		p.Warnings = append(p.Warnings, left.take(oneLine(warning.Text), maxLine))
	}
	for _, v := range r.versions() {
		p.Versions = append(p.Versions, left.take(oneLine(versionName(v)), maxLine))
	}
	if p.Clients {
		p.Versions = []string{"outcome"}
	}
	failed, provisional := only(r.Results, Fail, Error), only(r.Results, Provisional)
	anchors := map[string]string{}
	p.Families = pageFamilies(r.Results, &left)
	p.Failures = pageResults("failure", failed, anchors, &left)
	p.Provisional = pageResults("provisional", provisional, anchors, &left)
	p.Scenarios = pageScenarios(r.Results, anchors, &left)
	for _, why := range reasons(r.Results) {
		p.Skipped = append(p.Skipped, pageReason{why.Cases, left.take(why.Text, maxLine), left.take(strings.Join(why.Names, ", "), maxBlock)})
	}
	// The details come last: they are what is left out first.
	for i, result := range failed {
		p.LeftOut += p.Failures[i].addDetails(result, &left)
	}
	for i, result := range provisional {
		p.LeftOut += p.Provisional[i].addDetails(result, &left)
	}
	return p
}

// pageFamilies counts the results of each family in each version.
func pageFamilies(results []Result, left *budget) []pageRow {
	var rows []pageRow
	for _, name := range families(results) {
		row := pageRow{Name: left.take(oneLine(name), maxLine)}
		for _, v := range versionsOf(results) {
			n := tally(slices.DeleteFunc(ofVersion(results, v), func(r Result) bool { return family(r.ID) != name }))
			row.Cells = append(row.Cells, pageCell{Text: tallyText(n), Class: string(worst(n))})
		}
		rows = append(rows, row)
	}
	return rows
}

// worst is the worst outcome there is, empty for none.
func worst(n map[Outcome]int) Outcome {
	for _, o := range slices.Backward(Outcomes()) {
		if n[o] > 0 {
			return o
		}
	}
	return ""
}

// pageScenarios has a row for each scenario, with a link to what went wrong.
func pageScenarios(results []Result, anchors map[string]string, left *budget) []pageRow {
	var rows []pageRow
	versions, at := versionsOf(results), map[string]int{}
	for _, r := range results {
		i, seen := at[r.ID]
		if !seen {
			i = len(rows)
			at[r.ID] = i
			rows = append(rows, pageRow{left.take(oneLine(r.ID), maxLine), left.take(oneLine(r.Promise), maxLine), make([]pageCell, len(versions))})
		}
		outcome := left.take(oneLine(string(r.Outcome)), maxLine)
		rows[i].Cells[slices.Index(versions, r.Version)] = pageCell{outcome, outcome, anchors[r.Name()]}
	}
	return rows
}

func pageResults(prefix string, results []Result, anchors map[string]string, left *budget) []pageResult {
	out := make([]pageResult, len(results))
	for i, r := range results {
		out[i] = pageResult{
			Anchor: fmt.Sprintf("%s-%d", prefix, i+1), Outcome: string(r.Outcome), Name: left.take(oneLine(r.Name()), maxLine),
			Message: left.take(oneLine(r.Message), maxLine), Took: duration(r.Seconds),
		}
		anchors[r.Name()] = out[i].Anchor
	}
	return out
}

// addDetails adds all there is, as far as there is room. It returns 1 where there was none for all of it.
func (p *pageResult) addDetails(r Result, left *budget) (leftOut int) {
	p.Promise, p.Standing = left.take(oneLine(r.Promise), maxLine), left.take(oneLine(string(r.Standing)), maxLine)
	for _, source := range r.Sources {
		source = left.take(oneLine(source), maxLine)
		link := plainLink.MatchString(source)
		if link {
			*left -= budget(len(source))
		}
		p.Sources = append(p.Sources, pageSource{source, link})
	}
	for _, note := range r.Notes {
		p.Notes = append(p.Notes, left.take(oneLine(note), maxLine))
	}
	for _, f := range r.Failures {
		if *left <= 0 {
			return 1
		}
		p.Failures = append(p.Failures, Failure{
			Message: left.take(oneLine(f.Message), maxLine), Diff: left.take(visible(f.Diff), maxBlock),
			Exchange: left.take(visible(f.Exchange), maxBlock), Curl: left.take(visible(f.Curl), maxBlock),
		})
	}
	if *left <= 0 {
		return 1
	}
	return 0
}

// plainLink matches a source that is the address of a page, or a fact of docs/behaviour.md, and needs
// no escaping.
var plainLink = regexp.MustCompile(`^(https://[\w./~:#?=%-]+|docs/behaviour\.md#[a-z0-9-]+)$`)

// budget is how many bytes may still come from outside.
type budget int

// take returns the text, or what there is room for of it, at most so many bytes.
func (b *budget) take(text string, most int) string {
	text = clip(text, most)
	for i, c := range text {
		cost := utf8.RuneLen(c)
		if strings.ContainsRune("\"&'+<>", c) {
			cost = len("&#34;")
		}
		if *b < budget(cost) {
			*b = 0
			return text[:i]
		}
		*b -= budget(cost)
	}
	return text
}
