package dialect

import (
	"bytes"
	"fmt"
	"strings"
	"unicode"

	"example.com/patmock/spec/schema"
	"example.com/patmock/spec/strictyaml"
)

// A FileEntry is an entry of a file, with the comments above it. If ID is empty, only the comments
// are written.
type FileEntry struct {
	ID       string
	Response Response
	Comments []string
}

// Write returns a file that [Parse] accepts.
func Write(header []string, lines []FileEntry) []byte {
	var b bytes.Buffer
	comment(&b, header)
	fmt.Fprintf(&b, "%s: %d\n", schema.Field, schema.Version)
	for _, l := range lines {
		b.WriteByte('\n')
		comment(&b, l.Comments)
		if l.ID == "" {
			continue
		}
		b.WriteString(l.ID + ":\n")
		if l.Response.Status != 0 {
			fmt.Fprintf(&b, "  status: %d\n", l.Response.Status)
		}
		for _, t := range l.Response.textFields() {
			if *t.text != "" {
				b.WriteString("  " + t.field + ": " + strictyaml.Quote(*t.text) + "\n")
			}
		}
	}
	return b.Bytes()
}

// Defaults returns a file of all entries with their defaults, as a starting point.
func Defaults() []byte {
	var lines []FileEntry
	for _, e := range entries {
		lines = append(lines, FileEntry{
			e.ID, e.Default, []string{
				e.Question,
				"Tested by " + e.Scenario + " (" + e.Source + "). Valid: " + e.describeAllowed() +
					".",
			},
		})
	}
	return Write([]string{
		"The mock's responses to open questions, for patmock serve --dialect FILE. Change the ones",
		"that differ on your tenant. An absent entry has its default.",
	}, lines)
}

// comment writes lines as comments. It replaces control characters, because a line may quote a
// tenant.
func comment(b *bytes.Buffer, lines []string) {
	for _, line := range lines {
		line = strings.Map(func(r rune) rune {
			if !unicode.IsPrint(r) {
				return ' '
			}
			return r
		}, line)
		b.WriteString(strings.TrimRight("# "+line, " ") + "\n")
	}
}
