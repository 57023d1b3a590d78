package cli

import (
	"strings"
	"unicode/utf8"
)

const (
	// HelpWidth is the number of columns of the help.
	HelpWidth = 80
	// HelpIndent is the number of blanks before each row.
	HelpIndent = 2
	// maxNameWidth is the maximum width of the left column. A longer name gets its own line.
	maxNameWidth = 24
)

// A HelpRow is a name and its description.
type HelpRow [2]string

// Columns formats rows in two columns.
func Columns(rows []HelpRow) string {
	width := 0
	for _, row := range rows {
		if n := utf8.RuneCountInString(row[0]); n <= maxNameWidth {
			width = max(width, n)
		}
	}
	left := HelpIndent + width + HelpIndent
	var b strings.Builder
	for _, row := range rows {
		text := Indent(WrapText(row[1], HelpWidth-left), left)
		name := strings.Repeat(" ", HelpIndent) + row[0]
		if n := utf8.RuneCountInString(name); n > left-HelpIndent {
			b.WriteString(name + "\n" + text)
		} else {
			b.WriteString(name + strings.TrimPrefix(text, strings.Repeat(" ", n)))
		}
	}
	return b.String()
}

// WrapText breaks the lines of each paragraph at width. It does not change indented lines.
func WrapText(text string, width int) string {
	var lines []string
	continuable := false // the last line can be continued
	for line := range strings.Lines(strings.TrimSpace(text) + "\n") {
		line = strings.TrimRight(line, "\n")
		if line == "" || strings.HasPrefix(line, " ") {
			lines, continuable = append(lines, line), false
			continue
		}
		for _, word := range strings.Fields(line) {
			last := len(lines) - 1
			if continuable &&
				utf8.RuneCountInString(lines[last])+1+utf8.RuneCountInString(word) <= width {
				lines[last] += " " + word
				continue
			}
			lines, continuable = append(lines, word), true
		}
	}
	return strings.Join(lines, "\n") + "\n"
}

// Indent indents each nonempty line by n blanks.
func Indent(text string, n int) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		if line != "\n" {
			b.WriteString(strings.Repeat(" ", n))
		}
		b.WriteString(line)
	}
	return b.String()
}
