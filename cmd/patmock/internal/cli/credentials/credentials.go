// Package credentials formats the environment variables from which SDKs read a base URL and a
// token.
package credentials

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// A Login is the base URL and the client credentials that SailPoint's SDKs read from the
// environment.
type Login struct{ BaseURL, ClientID, ClientSecret string }

// Pairs returns the names and values of the variables, in the order of the output.
func (v Login) Pairs() [][2]string {
	return [][2]string{
		{"SAIL_BASE_URL", v.BaseURL}, {"SAIL_CLIENT_ID", v.ClientID}, {
			"SAIL_CLIENT_SECRET", v.ClientSecret,
		},
	}
}

// ExportLine returns the export command of a POSIX shell.
func (v Login) ExportLine() string {
	text := "export"
	for _, pair := range v.Pairs() {
		text += " " + pair[0] + "=" + PosixQuote(pair[1])
	}
	return text
}

// Formats are the output formats of the variables by name.
var Formats = map[string]func(Login) string{
	"sh":         func(v Login) string { return v.ExportLine() + "\n" },
	"fish":       func(v Login) string { return v.format("set -gx %s %s\n", fishQuote) },
	"powershell": func(v Login) string { return v.format("$env:%s = %s\n", powershellQuote) },
	"dotenv":     func(v Login) string { return v.format("%s=%s\n", dotenvQuote) },
	"github": func(v Login) string {
		return v.format("%s=%s\n", func(s string) string { return s })
	},
	"json": Login.json,
}

// FormatNames returns the names of the formats, sorted.
func FormatNames() []string { return slices.Sorted(maps.Keys(Formats)) }

func (v Login) format(layout string, quote func(string) string) string {
	var b strings.Builder
	for _, pair := range v.Pairs() {
		fmt.Fprintf(&b, layout, pair[0], quote(pair[1]))
	}
	return b.String()
}

func (v Login) json() string {
	object := map[string]string{}
	for _, pair := range v.Pairs() {
		object[pair[0]] = pair[1]
	}
	encoded, _ := json.MarshalIndent(object, "", "  ") // strings always encode
	return string(encoded) + "\n"
}

// IsShellSafe reports whether no shell interprets any character of s.
func IsShellSafe(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool {
		return !strings.ContainsRune("ABCDEFGHIJKLMNOPQRSTUVWXYZ"+
			"abcdefghijklmnopqrstuvwxyz0123456789:/._-[]", r)
	})
}

// PosixQuote returns a word for a POSIX shell.
func PosixQuote(s string) string {
	if IsShellSafe(s) && !strings.ContainsAny(s, "[]") {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}

func fishQuote(s string) string {
	return "'" + strings.NewReplacer(`\`, `\\`, "'", `\'`).Replace(s) + "'"
}

func powershellQuote(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }

func dotenvQuote(s string) string {
	if IsShellSafe(s) {
		return s
	}
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "$", `\$`).Replace(s) + `"`
}
