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

// settingsLabel is the label of a container with what it was started with, as JSON.
const settingsLabel = "patmock.settings"

// fixtureSetting is the setting of a fixture file: its content may change under the same name.
const fixtureSetting = "content of the fixture file"

// A ReuseError is the error of a container that is reused by its name, and that was started with
// other settings: it keeps them, its fixture for example.
type ReuseError struct {
	// Name of the container.
	Name string
	// Settings that differ, such as PATMOCK_FIXTURE, sorted.
	Settings    []string
	differences string
}

// Error names the settings, and says what to do.
func (e *ReuseError) Error() string {
	return fmt.Sprintf("the container %s is reused, and keeps what it was started with: %s: "+
		"terminate it, or reuse it under another name", e.Name, e.differences)
}

// settings are what a container is started with: its image, the variables of patmock, and a hash of
// what must not be read or is too long.
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

// differences returns the settings that differ from those of a container that was started before.
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

// rejectOthers makes a request fail that would reuse a container with other settings. The mock
// cannot be asked for them: its health may require another control token.
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
			return fmt.Errorf("the settings of a reused container: %w", err)
		}
		label := inspected.Config.Labels[settingsLabel]
		if label == "" { // it was started by other means
			return nil
		}
		var previous settings
		if err := json.Unmarshal([]byte(label), &previous); err != nil {
			return fmt.Errorf("the settings of a reused container: %w", err)
		}
		return current.compare(name, previous)
	}
	// These hooks run before a container is waited for, also if it is reused.
	req.LifecycleHooks = append(req.LifecycleHooks, testcontainers.ContainerLifecycleHooks{
		PostStarts: []testcontainers.ContainerHook{compare},
	})
	return testcontainers.WithLabels(map[string]string{settingsLabel: string(text)})(req)
}
