package report_test

import (
	"encoding/xml"
	"errors"
	"io"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"example.com/patmock/contracttests/report"
	"example.com/patmock/spec/version"
)

// hostileTexts are responses that try to inject markup or commands into a report.
var hostileTexts = []string{
	"]]>", "-->", "|", "a | b | c", "```", "````\n```", "```\n<script>", "</details>",
	"</details>\n\n# owned\n", "::error title=x::y", "a\n::stop-commands::x", "a\r::warning::x",
	"<script>alert(1)</script>", `"><img src=x onerror=alert(1)>`, "</pre></style></title>",
	"javascript:alert(1)", "javascript:x", "https://x/\" onclick=\"alert(1)",
	"https://x.example/<b>", "{{.Verdict}}", "&lt;b&gt;&amp;", "\x1b[2J\x1b[31mgone",
	"\x00\x01\x07\x0b\x7f\u0085", "\u202egnp.exe\u2066", "\u2028x\u2029",
	"[a](https://x.example)", "![a](https://x.example/a.png)", "*a* _b_ ~~c~~ $d$ #1 @team", "\\|",
	"%0A::error::x",
	"docs/behaviour.md#create-is-200\" onclick=\"alert(1)",
	"docs/behaviour.md#create-is-200](https://x.example)", "\uFFFE\uFFFF", "é ü 漢 🙂", "' or 1=1 --",
}

func hostileReport() *report.Report {
	r := reportOf()
	for i, text := range hostileTexts {
		for j, o := range report.Outcomes() {
			result := withResult(o, text, pass("x"+text, version.All()[(i+j)%6]))
			result.Promise, result.Sources, result.Notes = text, []string{text, text}, []string{
				text,
			}
			result.Failures = []report.Failure{
				{Kind: report.KindPromise, Message: text, Diff: text, Exchange: text, Curl: text}, {
					Kind: report.KindResponse, Message: "b", Diff: "a\n" + text + "\nb",
				},
			}
			r.Results = append(r.Results, result)
		}
		r.Warnings = append(r.Warnings, report.Warning{Kind: report.WarnClockSkew, Text: text})
	}
	r.Tool, r.Target.Name, r.Target.Version = strings.Join(hostileTexts, " "),
		strings.Join(hostileTexts, " "), strings.Join(hostileTexts, " ")
	r.Count()
	return r
}

// TestWrite_NeutralizesCommands checks that no text controls a terminal or is a GitHub workflow
// command, except for the annotations.
func TestWrite_NeutralizesCommands(t *testing.T) {
	out := renderAll(t, hostileReport())
	files := []string{"markdown", "summary", "html"}
	for _, format := range []string{"text", "line", "annotations", "markdown", "summary", "html"} {
		for line := range strings.Lines(out[format]) {
			line = strings.TrimSuffix(line, "\n")
			if i := strings.IndexFunc(line, func(c rune) bool {
				return unicode.IsControl(c) && c != '\t' || unicode.Is(unicode.Bidi_Control, c) ||
					c == '\u2028'
			}); i >= 0 {
				t.Errorf("%s: %q has a control character", format, line)
			}
			isCommand := strings.HasPrefix(strings.TrimSpace(line), "::")
			if format == "annotations" {
				isCommand = !strings.HasPrefix(line, "::error title=")
			}
			if isCommand && !slices.Contains(files, format) {
				t.Errorf("%s: %q is a workflow command", format, line)
			}
		}
	}
}

func TestWrite_InvalidUTF8(t *testing.T) {
	r := reportOf(withResult(report.Fail, "a\xff\xfeb", pass("create/a", version.V3)))
	r.Results[0].Failures = []report.Failure{{Diff: "- \xc3\x28", Exchange: "\xf0\x9f"}}
	for format, text := range renderAll(t, r) {
		if text != strings.ToValidUTF8(text, "?") {
			t.Errorf("%s is not UTF-8", format)
		}
	}
}

// outsideFences returns the lines of Markdown outside code blocks. It fails if a block is not
// closed.
func outsideFences(t *testing.T, text string) []string {
	t.Helper()
	var lines []string
	fence := ""
	for _, line := range strings.Split(text, "\n") {
		ticks := line[:len(line)-len(strings.TrimLeft(line, "`"))]
		switch {
		case fence == "" && len(ticks) >= 3:
			fence = ticks
		case fence == "":
			lines = append(lines, line)
		case len(ticks) >= len(fence) && strings.TrimSpace(line) == ticks:
			fence = ""
		}
	}
	if fence != "" {
		t.Errorf("a block of code is not closed")
	}
	return lines
}

var (
	ourMarkup = regexp.MustCompile(`</?(details|summary|b)>`)
	ourBold   = regexp.MustCompile(`\*\*[A-Za-z]+\*\*`) // hostile texts have escaped asterisks
	tableRow  = regexp.MustCompile(`^\|( [^|]+ \|){6}$|^\|:--\|(--:\|){5}$`)
)

func TestMarkdown_HostileTexts(t *testing.T) {
	depth := 0
	for _, line := range outsideFences(t, write(t, "markdown", hostileReport())) {
		depth += strings.Count(line, "<details>") - strings.Count(line, "</details>")
		if depth < 0 || depth > 1 {
			t.Fatalf("details are not balanced at %q", line)
		}
		if strings.HasPrefix(line, "|") && !tableRow.MatchString(line) {
			t.Errorf("%q is no row of the table", line)
		}
		rest := ourMarkup.ReplaceAllString(line, "")
		rest = strings.TrimPrefix(ourBold.ReplaceAllString(rest, ""), "> ")
		if !strings.HasPrefix(line, "|") && strings.ContainsAny(rest, "<>`[]*_|\\@") &&
			!omittedText["markdown"].MatchString(line) {
			t.Errorf("%q has unescaped markup", line)
		}
	}
	if depth != 0 {
		t.Errorf("%d details are not closed", depth)
	}
}

// element is an element of a page.
type element struct {
	name  string
	attrs map[string]string
}

var void = []string{"meta", "br", "hr", "img", "link", "input"}

// parsePage returns the elements and the text of a page. It fails if tags are not balanced.
func parsePage(t *testing.T, page string) (elements []element, text string) {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader(page))
	d.Strict, d.Entity = false, xml.HTMLEntity
	var open []string
	var b strings.Builder
	for {
		token, err := d.RawToken()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		switch token := token.(type) {
		case xml.StartElement:
			e := element{token.Name.Local, map[string]string{}}
			for _, a := range token.Attr {
				e.attrs[a.Name.Local] = a.Value
			}
			elements = append(elements, e)
			if !slices.Contains(void, e.name) {
				open = append(open, e.name)
			}
		case xml.EndElement:
			if len(open) == 0 || open[len(open)-1] != token.Name.Local {
				t.Fatalf("</%s> closes %v", token.Name.Local, open)
			}
			open = open[:len(open)-1]
		case xml.CharData:
			b.Write(token)
		}
	}
	if len(open) > 0 {
		t.Fatalf("%v are not closed", open)
	}
	return elements, b.String()
}

func TestHTML_SelfContainedAndAccessible(t *testing.T) {
	for name, r := range map[string]*report.Report{
		"every outcome": sample(), "empty": reportOf(), "hostile": hostileReport(),
	} {
		t.Run(name, func(t *testing.T) {
			page := write(t, "html", r)
			elements, text := parsePage(t, page)
			if !strings.HasPrefix(page, "<!DOCTYPE html>\n<html lang=\"en\">") {
				t.Errorf("the page begins with %.60q", page)
			}
			n, level, ids := map[string]int{}, 0, map[string]bool{}
			for _, e := range elements {
				n[e.name]++
				if len(e.name) == 2 && e.name[0] == 'h' && e.name[1] >= '1' && e.name[1] <= '6' {
					if now := int(e.name[1] - '0'); now > level+1 {
						t.Errorf("<%s> follows a heading of level %d", e.name, level)
					}
					level = int(e.name[1] - '0')
				}
				if e.name == "th" && e.attrs["scope"] == "" {
					t.Errorf("a <th> has no scope")
				}
				if id := e.attrs["id"]; id != "" && ids[id] {
					t.Errorf("duplicate id %s", id)
				}
				ids[e.attrs["id"]] = true
				checkAttributes(t, e)
			}
			if n["h1"] != 1 || n["title"] != 1 || n["main"] != 1 ||
				n["script"]+n["img"]+n["link"]+n["iframe"] > 0 {
				t.Errorf("elements are %v", n)
			}
			for _, e := range elements {
				if target, ok := strings.CutPrefix(e.attrs["href"], "#"); ok && !ids[target] {
					t.Errorf("#%s has no target", target)
				}
			}
			if name == "hostile" &&
				(!strings.Contains(text, "<script>alert(1)</script>") ||
					!strings.Contains(text, "{{.Verdict}}")) {
				t.Error("the page does not show the hostile texts")
			}
		})
	}
}

// factLink matches the only relative URL of a page.
var factLink = regexp.MustCompile(`^docs/behaviour\.md#[a-z0-9-]+$`)

func checkAttributes(t *testing.T, e element) {
	t.Helper()
	for name, value := range e.attrs {
		switch {
		case name == "src", strings.HasPrefix(name, "on"):
			t.Errorf("<%s> has %s=%q", e.name, name, value)
		case name == "href" &&
			(e.name != "a" ||
				!strings.HasPrefix(value, "#") && !strings.HasPrefix(value, "https://") &&
					!factLink.MatchString(value)):
			t.Errorf("<%s> links to %q", e.name, value)
		}
	}
}
