package clients_test

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"example.com/patmock/contracttests"
	"example.com/patmock/contracttests/report"
	"example.com/patmock/mockserver"
	"example.com/patmock/mockserver/control"
)

// TestRecipes_TypeScript checks that the recipes of the README pass, and that a check of their client
// passes because it allows what one of them does on purpose.
func TestRecipes_TypeScript(t *testing.T) {
	d := driver{folder: "typescript", needs: []string{"node", "node_modules/vitest/vitest.mjs"}, get: "npm ci"}
	d.ready(t)
	recipes, err := os.ReadFile(filepath.FromSlash("../../cmd/patmock/testdata/recipes/recipes.test.ts"))
	if err != nil {
		t.Fatal(err)
	}
	folder, err := os.MkdirTemp(d.folder, "recipes-") // packages are looked up from there
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(folder); err != nil {
			t.Error(err)
		}
	})
	for name, content := range map[string][]byte{"recipes.test.ts": recipes, "vitest.config.js": []byte("export default {}\n")} {
		if err := os.WriteFile(filepath.Join(folder, name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	mock := mockserver.Start(t)
	id, secret := mock.Credentials("admin") // as exec does
	out := d.run(t, []string{"node", "node_modules/vitest/vitest.mjs", "run", "--root", filepath.Base(folder)},
		"NO_PROXY=127.0.0.1", "NO_COLOR=1", "CI=true", "PATMOCK_URL="+mock.URL,
		"SAIL_BASE_URL="+mock.URL, "SAIL_CLIENT_ID="+id, "SAIL_CLIENT_SECRET="+secret)
	if !regexp.MustCompile(`Tests .*3 passed`).MatchString(out) {
		t.Errorf("vitest wrote %s", out)
	}
	checkRecipes(t, mock)
}

// checkRecipes checks the client of the recipes.
func checkRecipes(t *testing.T, mock *mockserver.Instance) {
	t.Helper()
	checked, err := contracttests.CheckClient(t.Context(), mock.Control(), contracttests.CheckOptions{AllNamespaces: true})
	if err != nil {
		t.Fatal(err)
	}
	for _, result := range checked.Results {
		want := report.Pass
		if result.ID == "client/"+control.ExpiredToken {
			want = report.Skip
		}
		if result.Outcome != want {
			t.Errorf("%s %s, want %s: %s %v", result.Outcome, result.ID, want, result.Message, result.Failures)
		}
	}
}
