package programs_test

import (
	"encoding/json"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the output of the programs to testdata")

// The id that patch and delete name.
const patchedID = "ef38f94347e94562b5bb8424a56397d8"

// A program is one of the published programs, in the directory of its name.
type program struct {
	name string
	// want is the only request to the API.
	want request
	// correction replaces published by corrected in the text of the program. Without it the program
	// fails to compile or prints an error, which matches failure. Nil means that it needs none.
	published, corrected string
	failure              *regexp.Regexp
}

var programs = []program{
	{
		name: "create",
		want: request{
			"create", "POST", "/v2026/personal-access-tokens", "", 200, map[string]any{
				"name": "NodeJS Integration", "accessTokenValiditySeconds": 36900.0,
				"userAwareTokenNeverExpires": false, "expirationDate": "2026-12-31T23:59:59.999Z",
				"scope": []any{
					"demo:personal-access-token-scope:first",
					"demo:personal-access-token-scope:second",
				},
			},
		},
	},
	{
		name: "delete",
		want: request{
			"delete", "DELETE", "/v2026/personal-access-tokens/" + patchedID, "", 204, nil,
		},
	},
	{
		name: "list",
		want: request{
			"list", "GET", "/v2026/personal-access-tokens",
			"filters=lastUsed+le+2023-02-05T10%3A59%3A27.214Z&" +
				"owner-id=2c9180867b50d088017b554662fb281e", 200, nil,
		},
		published: "(context.Background()).Execute()",
		corrected: "(context.Background()).OwnerId(ownerId).Filters(filters).Execute()",
		failure: regexp.MustCompile(`(?s)declared and not used: ownerId.*` +
			`declared and not used: filters`),
	},
	{
		name: "patch",
		want: request{
			"patch", "PATCH", "/v2026/personal-access-tokens/" + patchedID, "", 200, []any{
				map[string]any{"op": "replace", "path": "/name", "value": "New name"},
				map[string]any{
					"op": "replace", "path": "/scope", "value": []any{"sp:scopes:all"},
				},
				map[string]any{
					"op": "replace", "path": "/expirationDate", "value": "2027-12-31T23:59:59.999Z",
				},
			},
		},
		published: "`[{op=replace, path=/name, value=New name}, " +
			"{op=replace, path=/scope, value=[sp:scopes:all]}, " +
			"{op=replace, path=/expirationDate, value=2027-12-31T23:59:59.999Z}]`",
		corrected: "`[\n" +
			"\t\t{\"op\": \"replace\", \"path\": \"/name\", \"value\": \"New name\"},\n" +
			"\t\t{\"op\": \"replace\", \"path\": \"/scope\", \"value\": [\"sp:scopes:all\"]},\n" +
			"\t\t{\"op\": \"replace\", \"path\": \"/expirationDate\", " +
			"\"value\": \"2027-12-31T23:59:59.999Z\"}\n\t]`",
		failure: regexp.MustCompile(`^Error: invalid character 'o'`),
	},
}

// The programs send the published requests, and print what the golden files have.
func TestPrograms(t *testing.T) {
	server(t)
	for _, p := range programs {
		t.Run(p.name, func(t *testing.T) {
			binary, output, err := build(t, p.name, "")
			if err != nil {
				t.Fatalf("%v: %s", err, output)
			}
			mock := documented(t, "golang-"+p.name)
			stdout, stderr := run(mock, binary)
			if strings.Contains(stderr, "Error") {
				t.Errorf("the program wrote the error\n%s", stderr)
			}
			golden := filepath.Join("testdata", p.name+".golden")
			if *update {
				if err := os.WriteFile(golden, []byte(stdout), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if stdout != string(want) {
				t.Errorf("the program wrote\n%swant\n%s", stdout, want)
			}
			requests := mock.requests()
			if len(requests) != 1 {
				t.Fatalf("the program sent %+v, want one request", requests)
			}
			if got := requests[0]; !reflect.DeepEqual(got, p.want) {
				t.Errorf("the program sent\n%+v, want\n%+v", got, p.want)
			}
		})
	}
}

// A program without its correction does not compile, or sends no request.
func TestPrograms_NeedTheirCorrections(t *testing.T) {
	server(t)
	for _, p := range programs {
		if p.failure == nil {
			continue
		}
		t.Run(p.name, func(t *testing.T) {
			text, err := os.ReadFile(filepath.Join(p.name, "main.go"))
			if err != nil {
				t.Fatal(err)
			}
			if n := strings.Count(string(text), p.corrected); n != 1 {
				t.Fatalf("the program has its correction %d times, want once", n)
			}
			binary, output, err := build(t, p.name,
				strings.Replace(string(text), p.corrected, p.published, 1))
			if err != nil {
				if !p.failure.MatchString(output) {
					t.Errorf("the compiler wrote\n%swant a match of %s", output, p.failure)
				}
				return
			}
			mock := documented(t, "golang-published-"+p.name)
			if stdout, _ := run(mock, binary); !p.failure.MatchString(stdout) {
				t.Errorf("the program wrote\n%swant a match of %s", stdout, p.failure)
			}
			if requests := mock.requests(); len(requests) > 0 {
				t.Errorf("the program sent %+v, want nothing", requests)
			}
		})
	}
}

// build builds a program, with another text unless it is empty. It returns the output of the
// compiler.
func build(t *testing.T, name, text string) (binary, output string, err error) {
	t.Helper()
	dir := t.TempDir()
	binary = filepath.Join(dir, name+".exe")
	arguments := []string{"build", "-o", binary}
	if text != "" {
		source, overlay := filepath.Join(dir, "main.go"), filepath.Join(dir, "overlay.json")
		original, err := filepath.Abs(filepath.Join(name, "main.go"))
		if err != nil {
			t.Fatal(err)
		}
		replaced, err := json.Marshal(map[string]any{
			"Replace": map[string]string{original: source},
		})
		if err != nil {
			t.Fatal(err)
		}
		for file, content := range map[string][]byte{source: []byte(text), overlay: replaced} {
			if err := os.WriteFile(file, content, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		arguments = append(arguments, "-overlay", overlay)
	}
	out, err := exec.CommandContext(t.Context(), "go", append(arguments, "./"+name)...).
		CombinedOutput()
	return binary, string(out), err
}

// varying has the parts of the output that differ between runs, and their replacements.
var varying = []struct {
	pattern *regexp.Regexp
	by      string
}{
	{regexp.MustCompile(`\b0x[0-9a-f]+`), "POINTER"},
	{regexp.MustCompile(`&\{[0-9a-f]{32} [0-9a-f]{64} `), "&{ID SECRET "},
}

// run runs a program as the administrator. Values that differ between runs are replaced in its
// standard output.
func run(mock tenant, binary string) (stdout, stderr string) {
	mock.Helper()
	command := exec.CommandContext(mock.Context(), binary)
	command.Env, command.Dir = mock.environment(), mock.TempDir()
	var errorOutput strings.Builder
	command.Stderr = &errorOutput
	out, err := command.Output()
	if err != nil {
		mock.Fatalf("%v: %s%s", err, out, &errorOutput)
	}
	stdout, stderr = string(out), errorOutput.String()
	for _, v := range varying {
		stdout = v.pattern.ReplaceAllString(stdout, v.by)
	}
	return stdout, stderr
}
