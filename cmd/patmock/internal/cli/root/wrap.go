package root

import (
	"regexp"
	"strings"
	"unicode/utf8"
)

// position matches the line and the column of an error in a file. Tools parse lines with it.
var position = regexp.MustCompile(`:\d+:\d+: `)

// WrapError breaks lines of an error that are wider than columns. It breaks only after a colon or a
// semicolon, so that a remedy begins a line. It does not break a line with a position in a file.
// Zero means no limit.
func WrapError(text string, columns int) string {
	if columns == 0 {
		return text
	}
	var lines []string
	for line := range strings.SplitSeq(text, "\n") {
		for utf8.RuneCountInString(line) > columns && !position.MatchString(line) {
			n := lastBreak(line, columns)
			if n == 0 {
				break
			}
			lines = append(lines, line[:n])
			line = line[n+1:]
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n")
}

// lastBreak returns the index of the space after the last colon or semicolon in the first columns
// of a line, or else after the next one. It returns 0 if there is none. A short beginning, such as
// the name of the program, stays with what follows.
func lastBreak(line string, columns int) int {
	found, column := 0, 0
	for i, r := range line {
		if column++; column > columns+1 && found > 0 {
			break
		}
		if r == ' ' && i > 0 && column > columns/5 && strings.IndexByte(":;", line[i-1]) >= 0 {
			found = i
		}
	}
	return found
}
