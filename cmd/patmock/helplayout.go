package main

import (
	"strings"
	"unicode/utf8"
)

const (
	helpWidth  = 80 // columns of the help
	helpIndent = 2
	// maxNameWidth is the width of the left column at most. A longer name has a line of its own.
	maxNameWidth = 24
)

// A helpRow is a name and what it means.
type helpRow [2]string

// columns writes names beside their meaning.
func columns(rows []helpRow) string {
	width := 0
	for _, row := range rows {
		if n := utf8.RuneCountInString(row[0]); n <= maxNameWidth {
			width = max(width, n)
		}
	}
	left := helpIndent + width + helpIndent
	var b strings.Builder
	for _, row := range rows {
		text := indent(wrapText(row[1], helpWidth-left), left)
		name := strings.Repeat(" ", helpIndent) + row[0]
		if n := utf8.RuneCountInString(name); n > left-helpIndent {
			b.WriteString(name + "\n" + text)
		} else {
			b.WriteString(name + strings.TrimPrefix(text, strings.Repeat(" ", n)))
		}
	}
	return b.String()
}

// wrapText breaks the lines of each paragraph at a width. Indented lines are kept as they are.
func wrapText(text string, width int) string {
	var lines []string
	open := false // the last line can be continued
	for line := range strings.Lines(strings.TrimSpace(text) + "\n") {
		line = strings.TrimRight(line, "\n")
		if line == "" || strings.HasPrefix(line, " ") {
			lines, open = append(lines, line), false
			continue
		}
		for _, word := range strings.Fields(line) {
			last := len(lines) - 1
			if open && utf8.RuneCountInString(lines[last])+1+utf8.RuneCountInString(word) <= width {
				lines[last] += " " + word
				continue
			}
			lines, open = append(lines, word), true
		}
	}
	return strings.Join(lines, "\n") + "\n"
}

// indent puts blanks in front of each line that is not empty.
func indent(text string, n int) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		if line != "\n" {
			b.WriteString(strings.Repeat(" ", n))
		}
		b.WriteString(line)
	}
	return b.String()
}
