package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// place is the folder in which everything is built. It stays, so that a second run builds less.
type place struct{ cache string }

func (p *place) path(elements ...string) string {
	return filepath.Join(append([]string{p.cache}, elements...)...)
}

// build makes what is of this module. What is not there without npm or Java is found missing later.
func (p *place) build(ctx context.Context) error {
	if _, err := exec.LookPath("wrk"); err != nil {
		return fmt.Errorf("wrk is needed, a package of Debian: %w", err)
	}
	if err := os.MkdirAll(p.path("peers"), 0o750); err != nil {
		return err
	}
	for name, pkg := range map[string]string{"patmock": "./cmd/patmock", "bare": "./mockserver/bench/bare/serve"} {
		// As make build does.
		build := exec.CommandContext(ctx, "go", "build", "-trimpath", "-ldflags=-s -w", "-o", p.path(name), pkg) //nolint:gosec // of this module
		build.Env = append(os.Environ(), "CGO_ENABLED=0")
		if out, err := build.CombinedOutput(); err != nil {
			return fmt.Errorf("go build %s: %w: %s", pkg, err, out)
		}
	}
	return nil
}

// install fetches the peers as package-lock.json pins them, unless they are there.
func (p *place) install(ctx context.Context) error {
	same := true
	for _, name := range []string{"package.json", "package-lock.json"} {
		wanted, err := os.ReadFile(filepath.Join(folder, "peers", name)) //nolint:gosec // of this module
		if err != nil {
			return err
		}
		there, _ := os.ReadFile(p.path("peers", name)) // not there is another
		if string(there) == string(wanted) {
			continue
		}
		same = false
		if err := os.WriteFile(p.path("peers", name), wanted, 0o600); err != nil { //nolint:gosec // as above
			return err
		}
	}
	// npm writes this file when it is done.
	if _, err := os.Stat(p.path("peers", "node_modules", ".package-lock.json")); same && err == nil {
		return nil
	}
	fmt.Fprintln(os.Stderr, "bench: npm installs the peers")
	npm := exec.CommandContext(ctx, "npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
	npm.Dir = p.path("peers")
	if out, err := npm.CombinedOutput(); err != nil {
		return errors.Join(fmt.Errorf("npm ci: %w: %s", err, out), os.Remove(p.path("peers", "package-lock.json")))
	}
	return nil
}
