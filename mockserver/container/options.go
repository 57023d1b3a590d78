package container

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"

	"github.com/testcontainers/testcontainers-go"
)

// fixtureLabel is the label with the hash of the fixture file.
const fixtureLabel = "patmock.fixture"

// WithFixture sets the initial tenant of every namespace: default, empty, expiring, crowded,
// documentation, or the path of a file in the container.
func WithFixture(name string) testcontainers.CustomizeRequestOption {
	return withEnv("PATMOCK_FIXTURE", name)
}

// WithFixtureFile sets the initial tenant from a file on the host. The file is copied into the
// container, readable by any user, under its own name. Messages about errors in the file thus have
// the correct name. No engine copies into a container with a read-only root file system: mount the
// file there, and pass its path to [WithFixture].
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

// WithProfile sets the profile of the mock: friendly, faithful or hostile.
func WithProfile(name string) testcontainers.CustomizeRequestOption {
	return withEnv("PATMOCK_PROFILE", name)
}

// WithRandomSeed makes random values the same in each run, except keys and signatures. Seeds are
// below 2 to the 53rd.
func WithRandomSeed(seed uint64) testcontainers.CustomizeRequestOption {
	return withEnv("PATMOCK_RANDOM_SEED", strconv.FormatUint(seed, 10))
}

// WithTLS makes the mock serve https. The certificate is valid for localhost, and for names of the
// container in a private network. [Container.CA] returns what clients have to trust.
func WithTLS() testcontainers.CustomizeRequestOption {
	return func(req *testcontainers.GenericContainerRequest) error {
		return testcontainers.WithEnv(map[string]string{
			tlsVariable: "true", "PATMOCK_TLS_CA_OUT": caFile,
		})(req)
	}
}

// withEnv sets a variable of the container.
func withEnv(name, value string) testcontainers.CustomizeRequestOption {
	return testcontainers.WithEnv(map[string]string{name: value})
}
