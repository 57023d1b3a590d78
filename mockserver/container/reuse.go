package container

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/testcontainers/testcontainers-go"
)

// settingsLabel is the label with the settings of a container, as JSON.
const settingsLabel = "patmock.settings"

// fixtureSetting is the setting with the hash of a fixture file. The content may change under the
// same name.
const fixtureSetting = "content of the fixture file"

// A ReuseError is the error of reusing a container by its name with other settings. The container
// keeps its settings, such as its fixture.
type ReuseError struct {
	// Name is the name of the container.
	Name string
	// Settings has the names of different settings, such as PATMOCK_FIXTURE, sorted.
	Settings    []string
	differences string
}

// Error lists the different settings and describes the remedy.
func (e *ReuseError) Error() string {
	return fmt.Sprintf("the container %s was started with other settings: %s: "+
		"terminate it, or use another name", e.Name, e.differences)
}

// settings has the settings of a container: its image, the variables of patmock, and hashes of
// secret or long values.
type settings map[string]string

func settingsOf(req *testcontainers.GenericContainerRequest) settings {
	s := settings{"image": req.Image}
	for name, value := range req.Env {
		switch {
		case name == controlToken:
			s[name] = hash([]byte(strings.TrimSpace(value)))
		case strings.HasPrefix(name, "PATMOCK_"):
			s[name] = value
		}
	}
	if content := req.Labels[fixtureLabel]; content != "" {
		s[fixtureSetting] = content
	}
	return s
}

func hash(content []byte) string {
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:])
}

// compare returns a [ReuseError] if the settings differ from those of the running container.
func (s settings) compare(name string, previous settings) error {
	var names, details []string
	all := maps.Clone(s)
	maps.Copy(all, previous)
	for _, setting := range slices.Sorted(maps.Keys(all)) {
		if s[setting] == previous[setting] {
			continue
		}
		names = append(names, setting)
		if setting == controlToken || setting == fixtureSetting {
			details = append(details, "another "+setting)
			continue
		}
		details = append(details,
			fmt.Sprintf("%s=%s, not %s", setting, orNone(previous[setting]), orNone(s[setting])))
	}
	if len(names) == 0 {
		return nil
	}
	return &ReuseError{Name: name, Settings: names, differences: strings.Join(details, "; ")}
}

func orNone(value string) string {
	if value == "" {
		return "(none)"
	}
	return value
}

// checkReuse makes a request fail if it would reuse a container with other settings. The settings
// are in a label, since the health endpoint of the mock may require another control token.
func checkReuse(req *testcontainers.GenericContainerRequest) error {
	if !req.Reuse {
		return nil
	}
	current := settingsOf(req)
	text, err := json.Marshal(current)
	if err != nil {
		return err
	}
	name := req.Name
	compare := func(ctx context.Context, c testcontainers.Container) error {
		inspected, err := c.Inspect(ctx)
		if err != nil {
			return fmt.Errorf("read the settings of a reused container: %w", err)
		}
		label := inspected.Config.Labels[settingsLabel]
		if label == "" { // the container was not started by Run
			return nil
		}
		var previous settings
		if err := json.Unmarshal([]byte(label), &previous); err != nil {
			return fmt.Errorf("read the settings of a reused container: %w", err)
		}
		return current.compare(name, previous)
	}
	// PostStarts hooks run before the wait strategy, for reused containers as well.
	req.LifecycleHooks = append(req.LifecycleHooks, testcontainers.ContainerLifecycleHooks{
		PostStarts: []testcontainers.ContainerHook{compare},
	})
	return testcontainers.WithLabels(map[string]string{settingsLabel: string(text)})(req)
}
