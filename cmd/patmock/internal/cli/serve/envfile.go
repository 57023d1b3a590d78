package serve

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"example.com/patmock/cmd/patmock/internal/cli"
	"example.com/patmock/cmd/patmock/internal/cli/atomicfile"
	"example.com/patmock/cmd/patmock/internal/cli/credentials"
)

// WriteEnvFile writes the credentials of the mock's administrator to a file, and returns a function
// that removes it. It overwrites only empty files and files written by patmock: others may contain
// credentials of a tenant. It writes nothing if path is empty.
func WriteEnvFile(path string, m *Mock) (remove func(), err error) {
	if path == "" {
		return func() {}, nil
	}
	admin, name, err := m.Login("")
	if err == nil && name == "" {
		err = cli.Usagef("--env-file", "no user has a token to log in")
	}
	if err != nil {
		return nil, fmt.Errorf("--env-file: %w", err)
	}
	if err := checkEnvFile(path); err != nil {
		return nil, err
	}
	text := envFileHeader + credentials.Formats["dotenv"](admin)
	if err := atomicfile.Write(path, 0o600, []byte(text)); err != nil {
		return nil, cli.Flagf("env-file", ": %w", err)
	}
	return func() { removeEnvFile(path, text) }, nil
}

// checkEnvFile returns a usage error if the file must not be overwritten.
func checkEnvFile(path string) error {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		var target string
		if target, err = atomicfile.LinkTarget(path); err == nil {
			_, err = os.Stat(filepath.Dir(target))
		}
		if err == nil {
			return nil
		}
	}
	if err != nil {
		return cli.Flagf("env-file", ": %w", err)
	}
	if !info.Mode().IsRegular() {
		return cli.Flagf("env-file", " %s: expected a regular file or a new one, got %s",
			path, info.Mode().Type())
	}
	old, err := os.ReadFile(path) //nolint:gosec // named by the user
	if err != nil {
		return cli.Flagf("env-file", ": %w", err)
	}
	if len(old) > 0 && !strings.HasPrefix(string(old), envFileHeader) {
		return cli.Flagf("env-file",
			" %s exists and was not written by patmock: remove it, or use another file", path)
	}
	return nil
}

// removeEnvFile removes the env file and the target of symbolic links if it still contains text. It
// truncates a file that cannot be removed, such as a bind mount.
func removeEnvFile(path, text string) {
	content, err := os.ReadFile(path) //nolint:gosec // as above
	if err != nil || string(content) != text {
		return // another mock has written or removed it
	}
	target, err := filepath.EvalSymlinks(path)
	if err == nil {
		err = os.Remove(target)
	}
	if err != nil {
		_ = os.Truncate(path, 0) // its credentials are no longer valid
	}
}

// envFileHeader is the first line of an env file.
const envFileHeader = "# written by patmock, which removes it when it stops\n"
