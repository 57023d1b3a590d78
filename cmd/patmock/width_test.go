package main

import (
	"os"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"example.com/patmock/cmd/patmock/internal/cli/root"
)

// wideMessage matches the usage errors that may be longer: lists of names, and a line for each
// error in a file.
var wideMessage = regexp.MustCompile(`expected (one|some) of |there are |:\d+:\d+: `)

// The text of a usage error has lines of at most 100 columns, of which the last names the help, and
// as much text as fits in two lines.
func TestMessages_Width(t *testing.T) {
	const maxColumns = 100
	golden, err := os.ReadFile("testdata/messages.golden")
	if err != nil {
		t.Fatal(err)
	}
	keys := regexp.MustCompile(`(?m)^-- (.*) --\n`).FindAllStringSubmatch(string(golden), -1)
	texts := regexp.MustCompile(`(?m)^-- .* --\n`).Split(string(golden), -1)[1:]
	for i, text := range texts {
		text = strings.TrimSpace(text)
		lines := strings.Split(text, "\n")
		if !strings.HasPrefix(text, "patmock: ") ||
			!strings.HasPrefix(lines[len(lines)-1], "See ") ||
			wideMessage.MatchString(text) {
			continue
		}
		text = strings.Join(lines[:len(lines)-1], "\n")
		if n := utf8.RuneCountInString(text); n > 2*maxColumns {
			t.Errorf("%q has %d columns: %s", keys[i][1], n, text)
		}
		for line := range strings.SplitSeq(root.WrapError(text, maxColumns), "\n") {
			if n := utf8.RuneCountInString(line); n > maxColumns {
				t.Errorf("%q has a line of %d columns: %s", keys[i][1], n, line)
			}
		}
	}
}
