package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
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

// writeEnvFile writes the variables of the mock's administrator for others to read, and returns a
// function that removes them. It overwrites only an empty file and one that patmock wrote: others
// may have real variables. An empty path writes nothing.
func writeEnvFile(path string, m *mock) (remove func(), err error) {
	if path == "" {
		return func() {}, nil
	}
	admin, name, err := m.login("")
	if err == nil && name == "" {
		err = usagef("--env-file", "nobody has a token to log in with")
	}
	if err != nil {
		return nil, fmt.Errorf("--env-file: %w", err)
	}
	if err := checkEnvFile(path); err != nil {
		return nil, err
	}
	text := envFileMark + formats["dotenv"](admin)
	if err := writeFileAtomic(path, 0o600, []byte(text)); err != nil {
		return nil, usagef("--env-file", "--env-file: %w", err)
	}
	return func() { removeEnvFile(path, text) }, nil
}

// checkEnvFile returns a usage error if a file may not be overwritten with variables.
func checkEnvFile(path string) error {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		var target string
		if target, err = linkTarget(path); err == nil {
			_, err = os.Stat(filepath.Dir(target))
		}
		if err == nil {
			return nil
		}
	}
	if err != nil {
		return usagef("--env-file", "--env-file: %w", err)
	}
	if !info.Mode().IsRegular() {
		return usagef("--env-file", "--env-file %s: expected a file, or none yet, got something else (%s)", path, info.Mode().Type())
	}
	old, err := os.ReadFile(path) //nolint:gosec // the file that the person names
	if err != nil {
		return usagef("--env-file", "--env-file: %w", err)
	}
	if len(old) > 0 && !strings.HasPrefix(string(old), envFileMark) {
		return usagef("--env-file", "--env-file %s: the file is there already and was not written by patmock: remove it, or name another", path)
	}
	return nil
}

// removeEnvFile removes an env file that still has this text, and the target of symbolic links to
// it. A file that cannot be removed, since it is mounted, is emptied.
func removeEnvFile(path, text string) {
	if now, err := os.ReadFile(path); err != nil || string(now) != text { //nolint:gosec // as above
		return // another mock has written or removed it
	}
	target, err := filepath.EvalSymlinks(path)
	if err == nil {
		err = os.Remove(target)
	}
	if err != nil {
		_ = os.Truncate(path, 0) // its variables are those of a mock that has ended
	}
}

// envFileMark is how an env file of a mock begins.
const envFileMark = "# written by patmock, which removes it when it stops\n"
