package container

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"

	"github.com/testcontainers/testcontainers-go"
)

// fixtureLabel is the label of a container with the hash of its fixture file.
const fixtureLabel = "patmock.fixture"

// WithFixture chooses the tenant that every namespace starts from: default, empty, expiring,
// crowded, documentation, or the path of a file in the container.
func WithFixture(name string) testcontainers.CustomizeRequestOption {
	return withEnv("PATMOCK_FIXTURE", name)
}

// WithFixtureFile chooses a tenant of one's own: the file of this machine is copied into the
// container, where any user may read it. It keeps its name, so that what is told about a mistake in
// it can be followed. No engine copies into a container whose root file system is read-only: mount
// the file there, and name its path with [WithFixture].
func WithFixtureFile(path string) testcontainers.CustomizeRequestOption {
	return func(req *testcontainers.GenericContainerRequest) error {
		content, err := os.ReadFile(path) //nolint:gosec // the file that the caller names
		if err != nil {
			return fmt.Errorf("fixture: %w", err)
		}
		inside := "/fixtures/" + filepath.Base(path)
		req.Files = append(req.Files, testcontainers.ContainerFile{
			Reader: bytes.NewReader(content), ContainerFilePath: inside, FileMode: 0o444,
		})
		if err := testcontainers.WithLabels(map[string]string{
			fixtureLabel: hash(content),
		})(req); err != nil {
			return err
		}
		return WithFixture(inside)(req)
	}
}

// WithProfile chooses how the mock behaves where a tenant leaves a choice: friendly, faithful or
// hostile.
func WithProfile(name string) testcontainers.CustomizeRequestOption {
	return withEnv("PATMOCK_PROFILE", name)
}

// WithRandomSeed makes everything random the same in each run, but for keys and signatures. Seeds
// are below 2 to the 53rd.
func WithRandomSeed(seed uint64) testcontainers.CustomizeRequestOption {
	return withEnv("PATMOCK_RANDOM_SEED", strconv.FormatUint(seed, 10))
}

// with sets a variable of the container.
func withEnv(name, value string) testcontainers.CustomizeRequestOption {
	return testcontainers.WithEnv(map[string]string{name: value})
}
