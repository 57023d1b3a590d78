package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// variables are what SailPoint's SDKs read from the environment.
type variables struct{ baseURL, clientID, clientSecret string }

// pairs are the variables with their names, in the order that people read them.
func (v variables) pairs() [][2]string {
	return [][2]string{
		{"SAIL_BASE_URL", v.baseURL}, {"SAIL_CLIENT_ID", v.clientID}, {"SAIL_CLIENT_SECRET", v.clientSecret},
	}
}

// line sets the variables in a POSIX shell.
func (v variables) line() string {
	text := "export"
	for _, pair := range v.pairs() {
		text += " " + pair[0] + "=" + posixQuote(pair[1])
	}
	return text
}

// formats are the ways to write the variables, each for what reads them.
var formats = map[string]func(variables) string{
	"sh":         func(v variables) string { return v.line() + "\n" },
	"fish":       func(v variables) string { return v.each("set -gx %s %s\n", fishQuote) },
	"powershell": func(v variables) string { return v.each("$env:%s = %s\n", powershellQuote) },
	"dotenv":     func(v variables) string { return v.each("%s=%s\n", dotenvQuote) },
	"github":     func(v variables) string { return v.each("%s=%s\n", func(s string) string { return s }) },
	"json":       variables.json,
}

func formatNames() []string { return slices.Sorted(maps.Keys(formats)) }

func (v variables) each(layout string, quote func(string) string) string {
	var b strings.Builder
	for _, pair := range v.pairs() {
		fmt.Fprintf(&b, layout, pair[0], quote(pair[1]))
	}
	return b.String()
}

func (v variables) json() string {
	object := map[string]string{}
	for _, pair := range v.pairs() {
		object[pair[0]] = pair[1]
	}
	encoded, _ := json.MarshalIndent(object, "", "  ") // strings always encode
	return string(encoded) + "\n"
}

// plain tells whether no shell would read anything into a text.
func plain(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool {
		return !strings.ContainsRune("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789:/._-[]", r)
	})
}

func posixQuote(s string) string {
	if plain(s) && !strings.ContainsAny(s, "[]") {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}

func fishQuote(s string) string {
	return "'" + strings.NewReplacer(`\`, `\\`, "'", `\'`).Replace(s) + "'"
}

func powershellQuote(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }

func dotenvQuote(s string) string {
	if plain(s) {
		return s
	}
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "$", `\$`).Replace(s) + `"`
}

// writeEnvFile writes the variables of the mock's administrator for others to read, whole or not
// at all, and returns what removes them. A file that is there already is not overwritten unless
// it holds such variables: it may be somebody's real ones. No path writes nothing.
func writeEnvFile(path string, m *mock) (remove func(), err error) {
	if path == "" {
		return func() {}, nil
	}
	if old, err := os.Lstat(path); err == nil && !old.Mode().IsRegular() {
		return nil, usagef("--env-file", "--env-file %s: expected a file, or none yet, got something else (%s)", path, old.Mode().Type())
	}
	admin, name, err := m.login("")
	if err == nil && name == "" {
		err = usagef("--env-file", "nobody has a token to log in with")
	}
	if err != nil {
		return nil, fmt.Errorf("--env-file: %w", err)
	}
	if old, err := os.ReadFile(path); err == nil && !strings.HasPrefix(string(old), envFileMark) { //nolint:gosec // the file that the person names
		return nil, usagef("--env-file", "--env-file %s: the file is there already and was not written by patmock: remove it, or name another", path)
	} else if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, usagef("--env-file", "--env-file: %w", err)
	}
	text := envFileMark + formats["dotenv"](admin)
	temporary, err := os.CreateTemp(filepath.Dir(path), ".patmock-*")
	if err != nil {
		return nil, usagef("--env-file", "--env-file: %w", err)
	}
	_, err = temporary.WriteString(text)
	if err = errors.Join(err, temporary.Close()); err == nil {
		err = os.Rename(temporary.Name(), path)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("--env-file: %w", err), os.Remove(temporary.Name()))
	}
	return func() {
		if now, err := os.ReadFile(path); err == nil && string(now) == text { //nolint:gosec // as above
			_ = os.Remove(path) // another mock may have removed it
		}
	}, nil
}

// envFileMark is how an env file of a mock begins.
const envFileMark = "# written by patmock, which removes it when it stops\n"
