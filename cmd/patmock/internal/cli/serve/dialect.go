package serve

import (
	"errors"
	"io/fs"

	"example.com/patmock/cmd/patmock/internal/cli"
	"example.com/patmock/mockserver/dialect"
)

// readDialect reads the file of --dialect, and proposes ids for those that there are not. No file is the defaults.
func readDialect(path string) (dialect.Dialect, error) {
	if path == "" {
		return nil, nil
	}
	d, err := dialect.Read(path)
	var mistakes dialect.Mistakes
	switch {
	case errors.As(err, &mistakes):
		return nil, cli.Flagf("dialect", ": %w", mistakes)
	case errors.Is(err, fs.ErrNotExist):
		return nil, cli.Flagf("dialect", ": there is no file %s", path)
	case err != nil:
		return nil, cli.Flagf("dialect", ": %w", err)
	}
	return d, nil
}
