package spec_test

import (
	"bytes"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"example.com/patmock/spec"
	"example.com/patmock/spec/strictyaml"
	"example.com/patmock/spec/version"
)

// published returns a published document from PATMOCK_PUBLISHED_DIR. It skips the test if there is
// none, because patmock must not distribute them.
func published(t *testing.T, name string) []byte {
	t.Helper()
	dir := os.Getenv("PATMOCK_PUBLISHED_DIR")
	if dir == "" {
		t.Skip("PATMOCK_PUBLISHED_DIR is not set: nothing to compare with")
	}
	source, err := os.ReadFile(filepath.Join(dir, name+".yaml"))
	if err != nil {
		t.Fatal(err)
	}
	return source
}

func TestDocument_StructureEqualsPublished(t *testing.T) {
	errata, err := spec.LoadErrata()
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range version.All() {
		t.Run(string(v), func(t *testing.T) {
			want := structure(t, published(t, string(v)))
			for _, later := range publishedLater[v] {
				extend(t, want, structure(t, published(t, later)))
			}
			extend(t, want, identities(t, v))
			source, err := spec.Source(string(v))
			if err != nil {
				t.Fatal(err)
			}
			got := structure(t, source)
			for _, addition := range errata.Additions {
				if !slices.Contains(addition.Documents, string(v)) {
					continue
				}
				for _, pointer := range addition.Pointers {
					if remove(want, pointer) {
						t.Errorf("%s: the published document now has %s: remove the addition",
							addition.ID, pointer)
					}
					if !remove(got, pointer) {
						t.Errorf("%s: patmock's document lacks %s", addition.ID, pointer)
					}
				}
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("structure differs from the published document (-published +ours):\n%s",
					diff)
			}
		})
	}
}

// publishedLater has the documents of operations that were published later, by version.
var publishedLater = map[version.Version][]string{version.V1: {"v1-bulk-update"}}

// extend adds the paths of a later document, and what its components add. Its other parts must be
// in the earlier one.
func extend(t *testing.T, earlier, later map[string]any) {
	t.Helper()
	paths := earlier["paths"].(map[string]any)
	for path, item := range later["paths"].(map[string]any) {
		if _, known := paths[path]; known {
			t.Errorf("both documents have the path %s", path)
		}
		paths[path] = item
	}
	delete(later, "paths")
	components := earlier["components"].(map[string]any)
	for kind, more := range later["components"].(map[string]any) {
		if components[kind] == nil {
			components[kind] = map[string]any{}
		}
		for name, component := range more.(map[string]any) {
			if known := components[kind].(map[string]any); known[name] == nil {
				known[name] = component
			}
		}
	}
	if diff := lacking(earlier, later); diff != "" {
		t.Errorf("the later document differs from the earlier one:\n%s", diff)
	}
}

// lacking returns the parts of a later document that an earlier one lacks or that differ.
func lacking(earlier, later any) string {
	was, isObject := earlier.(map[string]any)
	is, too := later.(map[string]any)
	if !isObject || !too {
		return cmp.Diff(earlier, later)
	}
	var all []string
	for _, key := range slices.Sorted(maps.Keys(is)) {
		if diff := lacking(was[key], is[key]); diff != "" {
			all = append(all, key+": "+diff)
		}
	}
	return strings.Join(all, "\n")
}

// identities returns the published structure of the identities of a version. The published extract
// is that of v2026. Its header says which versions lack a path, and names the paths of v1.
func identities(t *testing.T, v version.Version) map[string]any {
	t.Helper()
	source := published(t, "identities")
	for _, sentence := range []string{
		"/public-identities is equal in v3, v2024, v2025 and v2026 (absent in beta)",
		"/identities and /identities/{id} are equal in beta, v2024, v2025 and v2026 (absent in v3)",
		"Per-resource paths: /public-identities/v1, /identities/v1, /identities/v1/{id}.",
	} {
		if !strings.Contains(string(source), sentence) {
			t.Errorf("the published extract no longer says %q", sentence)
		}
	}
	if v == version.V1 { // names of personal access tokens in v1
		source = regexp.MustCompile(`(?m)^  /(public-identities|identities)`).
			ReplaceAll(source, []byte("  /$1/v1"))
		source = regexp.MustCompile(`(?m)((operationId|resource-operation-id): \w+)$`).
			ReplaceAll(source, []byte("${1}V1"))
		source = regexp.MustCompile(`(?m)(schemas/|^    )[A-Z]\w*('|:$)`).
			ReplaceAllFunc(source, bytes.ToLower)
	}
	tree := structure(t, source)
	delete(tree, "info")
	lacking := map[version.Version]struct{ paths, schemas []string }{
		version.Beta: {
			[]string{"/public-identities"},
			[]string{"DtoType", "IdentityReference", "PublicIdentity"},
		},
		version.V3: {
			[]string{"/identities", "/identities/{id}"},
			[]string{"Identity", "LifecycleStateDto"},
		},
	}[v]
	for _, path := range lacking.paths {
		delete(tree["paths"].(map[string]any), path)
	}
	for _, name := range lacking.schemas {
		delete(tree["components"].(map[string]any)["schemas"].(map[string]any), name)
	}
	return tree
}

// structure returns a document without prose and publisher: descriptions, summaries and examples.
func structure(t *testing.T, source []byte) map[string]any {
	t.Helper()
	tree := parse(t, source)
	tree["info"] = map[string]any{"version": tree["info"].(map[string]any)["version"]}
	prune(tree, "description", "summary", "example", "examples", "sp:scopes:all",
		"sp:scopes:default")
	return tree
}

func parse(t *testing.T, source []byte) map[string]any {
	t.Helper()
	var tree map[string]any
	encoded, err := strictyaml.JSON(source)
	if err == nil {
		err = json.Unmarshal(encoded, &tree)
	}
	if err != nil {
		t.Fatal(err)
	}
	return tree
}

// prune removes every text and example with one of the keys.
func prune(node any, keys ...string) {
	switch node := node.(type) {
	case []any:
		for _, child := range node {
			prune(child, keys...)
		}
	case map[string]any:
		for key, child := range node {
			_, text := child.(string)
			switch {
			case !slices.Contains(keys, key):
				prune(child, keys...)
			case strings.HasPrefix(key, "example"):
				delete(node, key)
			case text && strings.HasPrefix(key, "sp:"): // the description of a scope in a flow
				node[key] = ""
			case text:
				delete(node, key)
			}
		}
	}
}

// remove removes the value at a JSON pointer from a tree, and reports whether it existed.
func remove(tree map[string]any, pointer string) bool {
	steps := strings.Split(pointer, "/")[1:]
	for i, step := range steps {
		step = strings.NewReplacer("~1", "/", "~0", "~").Replace(step)
		child, ok := tree[step]
		if !ok {
			return false
		}
		if i == len(steps)-1 {
			delete(tree, step)
			return true
		}
		tree = child.(map[string]any)
	}
	return false
}
