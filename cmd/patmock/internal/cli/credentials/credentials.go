// Package credentials writes the variables from which SDKs read a base URL and a token.
package credentials

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Login are what SailPoint's SDKs read from the environment.
type Login struct{ BaseURL, ClientID, ClientSecret string }

// Pairs are the variables with their names, in the order that people read them.
func (v Login) Pairs() [][2]string {
	return [][2]string{
		{"SAIL_BASE_URL", v.BaseURL}, {"SAIL_CLIENT_ID", v.ClientID}, {
			"SAIL_CLIENT_SECRET", v.ClientSecret,
		},
	}
}

// ExportLine sets the variables in a POSIX shell.
func (v Login) ExportLine() string {
	text := "export"
	for _, pair := range v.Pairs() {
		text += " " + pair[0] + "=" + posixQuote(pair[1])
	}
	return text
}

// Formats are the ways to write the variables, each for what reads them.
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

// IsShellSafe tells whether no shell would read anything into a text.
func IsShellSafe(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool {
		return !strings.ContainsRune("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789:/._-[]", r)
	})
}

func posixQuote(s string) string {
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
