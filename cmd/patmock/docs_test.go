package main

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"example.com/patmock/cmd/patmock/internal/cli"
	"example.com/patmock/fixtures/golden"
)

// pageWidth is the number of columns of generated paragraphs.
const pageWidth = 100

// checkPage compares a generated page of docs with its file. With -update it writes the file.
func checkPage(t *testing.T, name, want string) {
	t.Helper()
	file := filepath.Join("..", "..", "docs", name)
	if golden.Update() {
		if err := os.WriteFile(file, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(want, read(t, file)); diff != "" {
		t.Errorf("docs/%s is not up to date; run go test ./cmd/patmock -run TestDocs -update "+
			"(-code +page):\n%s", name, diff)
	}
}

// mdCode matches the parts of a description that a page prints as code: flags, variables, paths and
// commands.
var mdCode = regexp.MustCompile(`(^|[ (])(--?[a-z][a-z-]*( [A-Z]{2,}\b|=\S*\w)?|` +
	`(PATMOCK|SAIL|GITHUB)_[A-Z_]+|/_mock/|/t/(\{\w+\})?|@FILE|NAME=VALUE|FORMAT=FILE|` +
	`patmock (check|completion|control|env|exec|fixtures|healthcheck|help|serve|tokens|users|` +
	`(contract|spec)( (coverage|dialect|diff|doctor|drift|errata|list|parity|propose|run|show|` +
	`sweep))?)( --[a-z-]+)?)`)

// mdText returns a description as Markdown, with code in backquotes.
func mdText(text string) string {
	text = strings.NewReplacer("|", `\|`, "<", "&lt;", "*", `\*`).Replace(text)
	return mdCode.ReplaceAllString(text, "$1`$2`")
}

// mdParagraph returns a description as paragraphs of several lines. Indented lines become a block
// of code.
func mdParagraph(text string) string {
	var b strings.Builder
	var prose []string
	flush := func() {
		b.WriteString(cli.WrapText(mdText(strings.Join(prose, "\n")), pageWidth))
		prose = nil
	}
	lines := strings.Split(strings.TrimSpace(text), "\n")
	for i, line := range lines {
		indented := strings.HasPrefix(line, "  ")
		if indented && (i == 0 || !strings.HasPrefix(lines[i-1], "  ")) {
			flush()
			b.WriteString("\n```text\n")
		}
		if indented {
			b.WriteString(line + "\n")
		} else {
			prose = append(prose, line)
		}
		if indented && (i == len(lines)-1 || !strings.HasPrefix(lines[i+1], "  ")) {
			b.WriteString("```\n\n")
		}
	}
	if len(prose) > 0 {
		flush()
	}
	return b.String()
}

// mdTable returns a table. It leaves out columns without any text.
func mdTable(header []string, rows [][]string) string {
	var used []int
	for i := range header {
		if slices.ContainsFunc(rows, func(row []string) bool { return row[i] != "" }) {
			used = append(used, i)
		}
	}
	var b strings.Builder
	line := func(cells []string) {
		for _, i := range used {
			b.WriteString(strings.TrimRight("| "+cells[i], " ") + " ")
		}
		b.WriteString("|\n")
	}
	line(header)
	b.WriteString(strings.Repeat("|---", len(used)) + "|\n")
	for _, row := range rows {
		line(row)
	}
	return b.String()
}

func TestDocs_MarksCode(t *testing.T) {
	for _, tt := range []struct{ name, text, want string }{
		{"flag", "overrides --fixture", "overrides `--fixture`"},
		{"variable", "set PATMOCK_URL to it", "set `PATMOCK_URL` to it"},
		{"hyphenated word", "client-side", "client-side"},
		{"flag with a value", "--allow FILE", "`--allow FILE`"},
		{"command", "see patmock exec --check", "see `patmock exec --check`"},
		{"column", "a | b", `a \| b`},
		{"wildcard", "a * b <c>", `a \* b &lt;c>`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := mdText(tt.text); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestDocs_OmitsEmptyColumns(t *testing.T) {
	got := mdTable([]string{"a", "b", "c"}, [][]string{{"1", "", "2"}, {"3", "", ""}})
	if diff := cmp.Diff("| a | c |\n|---|---|\n| 1 | 2 |\n| 3 | |\n", got); diff != "" {
		t.Error(diff)
	}
}
