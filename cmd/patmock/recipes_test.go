package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// The recipes of the README equal the tested ones: those in Go are tests of the mock, the others
// run with the SDKs.
func TestReadme_RecipesEqualTestedCode(t *testing.T) {
	readme := read(t, "../../README.md")
	code := ""
	for _, file := range []string{
		"../../mockserver/recipes_test.go", "testdata/recipes/recipes.test.ts",
		"testdata/recipes/test_recipes.py",
	} {
		code += read(t, file)
	}
	_, recipes, found := strings.Cut(readme, "\n## Recipes\n")
	recipes, _, ended := strings.Cut(recipes, "\n## ")
	blocks := regexp.MustCompile("(?s)```(go|ts|python)\n(.*?)\n```").FindAllStringSubmatch(recipes,
		-1)
	if !found || !ended || len(blocks) != 12 {
		t.Fatalf("README.md has %d blocks of recipes, want 12", len(blocks))
	}
	for _, block := range blocks {
		for _, part := range strings.Split(block[2], "\n\n") {
			if !strings.Contains(code, part) {
				t.Errorf("this part of a recipe is not run:\n%s", part)
			}
		}
	}
}

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.FromSlash(path))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// The recipe of the container also equals the tested one, except for the image.
func TestReadme_ContainerRecipeEqualsTestedCode(t *testing.T) {
	block := strings.TrimSuffix(readmeBlock(t, "From Go tests with testcontainers", "go"),
		"\n\t// ... what your program does\n}")
	_, body, _ := strings.Cut(block, "\n")
	code := strings.ReplaceAll(read(t, "../../mockserver/container/recipes_test.go"), ", img, ",
		`, "patmock:latest", `)
	if body == "" || !strings.Contains(code, body) {
		t.Errorf("this recipe is not run:\n%s", block)
	}
}
