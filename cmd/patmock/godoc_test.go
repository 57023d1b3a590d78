package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"example.com/patmock/fixtures/golden"
)

// publicPackages are the packages that other modules may import.
var publicPackages = []string{
	"mockserver", "mockserver/control", "mockserver/container", "mockserver/dialect", "fixtures",
	"spec", "spec/version", "spec/evidence",
	"contracttests", "contracttests/report", "contracttests/scenarios",
}

// These files show every change of the public API. go test -update writes them.
func TestPublicAPI_MatchesGolden(t *testing.T) {
	for _, pkg := range publicPackages {
		t.Run(pkg, func(t *testing.T) {
			got, err := exec.Command("go", "doc", "-all", module+"/"+pkg).Output()
			if err != nil {
				t.Fatal(err)
			}
			file := filepath.Join("testdata", "godoc", strings.ReplaceAll(pkg, "/", "_")+".txt")
			if golden.Update() {
				if err := os.WriteFile(file, got, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), string(got)); diff != "" {
				t.Errorf("the public API changed (-golden +now); if that is meant, run go test "+
					"./cmd/patmock -update:\n%s", diff)
			}
		})
	}
}
