package report

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"example.com/patmock/spec/evidence"
	"example.com/patmock/spec/version"
)

// clean returns a copy without secrets, whose lists are never nil and whose counts are those of its results. Every format
// is made of one, before anything is cut or escaped.
func (r *Report) clean() *Report {
	out := *r
	out.Tool, out.Shard = Redact(r.Tool), Redact(r.Shard)
	out.Target = Target{Name: Redact(r.Target.Name), Live: r.Target.Live, Version: Redact(r.Target.Version)}
	out.Warnings = make([]Warning, len(r.Warnings))
	for i, w := range r.Warnings {
		out.Warnings[i] = Warning{WarningKind(Redact(string(w.Kind))), Redact(w.Text)}
	}
	out.Judged = r.Judged.clean()
	out.Results = make([]Result, len(r.Results))
	for i, result := range r.Results {
		out.Results[i] = result.clean()
	}
	out.Count()
	return &out
}

func (r Result) clean() Result {
	r.ID = Redact(r.ID)
	r.Version = version.Version(Redact(string(r.Version)))
	r.Promise = Redact(r.Promise)
	r.Sources = redactAll(r.Sources)
	r.Standing = evidence.Standing(Redact(string(r.Standing)))
	r.Outcome = Outcome(Redact(string(r.Outcome)))
	r.Kind, r.Message = Kind(Redact(string(r.Kind))), Redact(r.Message)
	if r.Lacks != nil {
		r.Lacks = redactAll(r.Lacks)
	}
	r.Notes = redactAll(r.Notes)
	r.Failures = slices.Clone(r.Failures)
	if r.Failures == nil {
		r.Failures = []Failure{}
	}
	for i, f := range r.Failures {
		r.Failures[i] = Failure{
			Kind: Kind(Redact(string(f.Kind))), Message: Redact(f.Message), Diff: Redact(f.Diff), Exchange: Redact(f.Exchange), Curl: Redact(f.Curl),
		}
	}
	return r
}

func redactAll(texts []string) []string {
	out := make([]string, len(texts))
	for i, text := range texts {
		out[i] = Redact(text)
	}
	return out
}

// visible replaces what a terminal would obey instead of showing it, and what turns the direction of writing, and what is no character.
func visible(text string) string {
	text = strings.ReplaceAll(text, "\r\n", "\n") // Map replaces what is not UTF-8
	return strings.Map(func(c rune) rune {
		switch {
		case c == '\n', c == '\t':
			return c
		case unicode.IsControl(c), unicode.Is(unicode.Bidi_Control, c), c == '\u2028', c == '\u2029', c == '\ufffe', c == '\uffff':
			return unicode.ReplacementChar
		}
		return c
	}, text)
}

// oneLine is a text as one visible line.
func oneLine(text string) string { return strings.Join(strings.Fields(visible(text)), " ") }

// clip cuts a text after a number of bytes, and says so.
func clip(text string, most int) string {
	if len(text) <= most {
		return text
	}
	for most > 0 && !utf8.RuneStart(text[most]) {
		most--
	}
	return text[:most] + "... (cut)"
}
