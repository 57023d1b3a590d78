package main

import (
	"os"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"
)

// wideMessage matches the usage errors that may be longer: lists of names, and a line for each error
// in a file.
var wideMessage = regexp.MustCompile(`expected (one|some) of |there are |:\d+:\d+: `)

// The text of a usage error fits on two lines of 100 columns. One more line names the help.
func TestMessages_Width(t *testing.T) {
	const maxColumns = 2 * 100
	golden, err := os.ReadFile("testdata/messages.golden")
	if err != nil {
		t.Fatal(err)
	}
	keys := regexp.MustCompile(`(?m)^-- (.*) --\n`).FindAllStringSubmatch(string(golden), -1)
	texts := regexp.MustCompile(`(?m)^-- .* --\n`).Split(string(golden), -1)[1:]
	for i, text := range texts {
		text = strings.TrimSpace(text)
		lines := strings.Split(text, "\n")
		if !strings.HasPrefix(text, "patmock: ") || !strings.HasPrefix(lines[len(lines)-1], "See ") {
			continue
		}
		n := utf8.RuneCountInString(strings.Join(lines[:len(lines)-1], " "))
		if n > maxColumns && !wideMessage.MatchString(text) {
			t.Errorf("%q has %d columns: %s", keys[i][1], n, text)
		}
	}
}
