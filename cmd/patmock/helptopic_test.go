package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/spf13/pflag"

	"example.com/patmock/cmd/patmock/internal/cli"
	"example.com/patmock/fixtures"
)

// topicText returns the text of a help topic.
func topicText(t *testing.T, name string) string {
	t.Helper()
	got := command(t.Context(), nil, "help", name)
	got.check(t, cli.ExitOK, "")
	for line := range strings.Lines(got.stdout) {
		if utf8.RuneCountInString(strings.TrimSuffix(line, "\n")) > cli.HelpWidth {
			t.Errorf("a line of more than %d columns: %q", cli.HelpWidth, line)
		}
	}
	return strings.Join(strings.Fields(got.stdout), " ")
}

// The topic lists each variable of a flag with every command that reads it.
func TestHelpEnvironment_Flags(t *testing.T) {
	text := topicText(t, "environment")
	listed := 0
	for _, cmd := range allCommands() {
		if cmd.HasSubCommands() {
			continue
		}
		check := func(f *pflag.Flag) {
			if !cli.HasVariable(f) {
				return
			}
			listed++
			_, of, found := strings.Cut(text, " "+cli.Variable(f.Name)+" --"+f.Name+" of ")
			of, _, _ = strings.Cut(of, " PATMOCK_")
			of, _, _ = strings.Cut(of, " Other variables:")
			commands := strings.Split(of, ", ")
			path := cli.ShortPath(cmd)
			group, _, _ := strings.Cut(path, " ")
			if !found || !slices.Contains(commands, path) && !slices.Contains(commands, group) {
				t.Errorf("%s is not listed for %s: %q", cli.Variable(f.Name), path, commands)
			}
		}
		cmd.LocalFlags().VisitAll(check)
		cmd.InheritedFlags().VisitAll(check)
	}
	if listed < 50 {
		t.Errorf("%d flags have variables, want all", listed)
	}
}

// The topic lists each variable that the code looks up.
func TestHelpEnvironment_Others(t *testing.T) {
	text := topicText(t, "environment")
	var files []string
	err := filepath.WalkDir(filepath.Join("internal", "cli"),
		func(path string, _ os.DirEntry, err error) error {
			if strings.HasSuffix(path, ".go") {
				files = append(files, path)
			}
			return err
		})
	if err != nil {
		t.Fatal(err)
	}
	names := []string{cli.ControlToken}
	lookup := regexp.MustCompile(`[lL]ookup\("([A-Z_]+)"\)`)
	for _, file := range append(files, "../../contracttests/target_options.go") {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		for _, found := range lookup.FindAllStringSubmatch(read(t, file), -1) {
			names = append(names, found[1])
		}
	}
	for _, owner := range []string{"SAIL", "PATMOCK_SECOND", "PATMOCK_ADMIN"} {
		names = append(names, owner+"_CLIENT_ID", owner+"_CLIENT_SECRET",
			owner+"_CLIENT_SECRET_FILE")
	}
	if len(names) < 15 {
		t.Fatalf("%d variables, want all: %q", len(names), names)
	}
	for _, name := range names {
		if !strings.Contains(text, " "+name+" ") {
			t.Errorf("%s is not listed", name)
		}
	}
}

// The topic lists each exit code of the code.
func TestHelpExitCodes(t *testing.T) {
	text := topicText(t, "exit-codes")
	parsed, err := parser.ParseFile(token.NewFileSet(),
		filepath.Join("internal", "cli", "errors.go"), nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var codes []int
	for _, declaration := range parsed.Decls {
		constants, ok := declaration.(*ast.GenDecl)
		if !ok || constants.Tok != token.CONST {
			continue
		}
		for _, spec := range constants.Specs {
			value := spec.(*ast.ValueSpec)
			if !strings.HasPrefix(value.Names[0].Name, "Exit") {
				continue
			}
			n, err := strconv.Atoi(value.Values[0].(*ast.BasicLit).Value)
			if err != nil {
				t.Fatal(err)
			}
			codes = append(codes, n)
		}
	}
	list, _, _ := strings.Cut(text, "If several")
	rows := regexp.MustCompile(` \d+(\+N)? [a-z]`).FindAllString(list, -1)
	if len(codes) != len(rows) || len(codes) < 9 {
		t.Errorf("the code has %d, the topic %d", len(codes), len(rows))
	}
	for _, code := range codes {
		if !regexp.MustCompile(fmt.Sprintf(` %d(\+N)? [a-z]`, code)).MatchString(text) {
			t.Errorf("%d is not listed: %s", code, text)
		}
	}
}

func TestHelpFixtures(t *testing.T) {
	text := topicText(t, "fixtures")
	for _, name := range fixtures.Names() {
		tenant, err := fixtures.Load(name)
		if err != nil {
			t.Fatal(err)
		}
		want := fmt.Sprintf(" %s %d users with %d tokens", name, len(tenant.Identities),
			len(tenant.Tokens))
		if !strings.Contains(text, want) {
			t.Errorf("want%s: %s", want, text)
		}
	}
}

func TestHelp_UnknownTopic(t *testing.T) {
	got := command(t.Context(), nil, "help", "enviroment")
	got.check(t, cli.ExitUsage, "TOPIC")
	if !strings.Contains(got.stderr, "(did you mean environment?)") {
		t.Errorf("no proposal: %s", got.stderr)
	}
}

func TestHelp_Completes(t *testing.T) {
	for _, tt := range []struct {
		name string
		args []string
		want []string
	}{
		{
			"commands and topics", []string{"help", ""}, []string{
				"environment", "exit-codes", "fixtures", "serve", "control",
			},
		},
		{"commands of a group", []string{"help", "control", ""}, []string{"clock", "fault"}},
		{"nothing of an unknown one", []string{"help", "nope", ""}, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := complete(t, nil, tt.args...)
			for _, want := range tt.want {
				if !slices.Contains(got, want) {
					t.Errorf("%q is not among %q", want, got)
				}
			}
			if tt.want == nil && len(got) > 0 {
				t.Errorf("got %q, want nothing", got)
			}
		})
	}
}

// complete returns the completions at the end of a command line, without descriptions.
func complete(t *testing.T, variables map[string]string, args ...string) []string {
	t.Helper()
	got := command(t.Context(), variables, append([]string{"__complete"}, args...)...)
	if got.code != cli.ExitOK {
		t.Fatalf("exit code %d: %s", got.code, got.stderr)
	}
	var words []string
	for line := range strings.Lines(got.stdout) {
		if word, _, _ := strings.Cut(strings.TrimSpace(line), "\t"); !strings.HasPrefix(word, ":") {
			words = append(words, word)
		}
	}
	return words
}
