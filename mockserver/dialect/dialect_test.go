package dialect_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"example.com/patmock/fixtures/golden"
	"example.com/patmock/mockserver/dialect"
	"example.com/patmock/spec/rule"
)

func TestMain(m *testing.M) { golden.Main(m) }

func TestParse(t *testing.T) {
	tests := []struct {
		name, text string
		want       dialect.Dialect
	}{
		{"empty", "", dialect.Dialect{}},
		{"only comments", "# nothing\n---\n", dialect.Dialect{}},
		{"null", "null\n", dialect.Dialect{}},
		{
			"status", "duplicate-name: {status: 409}\n", dialect.Dialect{
				"duplicate-name": {Status: 409},
			},
		},
		{
			"all fields of an error",
			"duplicate-name:\n  status: 400\n  detailCode: 400.1.409 Reference conflict\n  text: " +
				"'A token with name \"X\" already exists.'\n",
			dialect.Dialect{
				"duplicate-name": {
					Status: 400, DetailCode: "400.1.409 Reference conflict",
					Text: `A token with name "X" already exists.`,
				},
			},
		},
		{
			"login", "login-deleted: {status: 400, error: invalid_grant, description: It went.}",
			dialect.Dialect{
				"login-deleted": {Status: 400, Error: "invalid_grant", Description: "It went."},
			},
		},
		{
			"code that looks like a number", "duplicate-name: {status: 409, detailCode: 409.10}",
			dialect.Dialect{"duplicate-name": {Status: 409, DetailCode: "409.10"}},
		},
		{
			"served", "patch-content-type: {status: 200}", dialect.Dialect{
				"patch-content-type": {Status: 200},
			},
		},
		{
			"null as a value",
			"never-expiring-response: {value: null, userAwareTokenNeverExpires: present}",
			dialect.Dialect{
				"never-expiring-response": {Value: "null", Flag: "present"},
			},
		},
		{
			"null as a text", "never-expiring-response: {value: 'null'}", dialect.Dialect{
				"never-expiring-response": {Value: "null"},
			},
		},
		{
			"only the flag", "never-expiring-response: {userAwareTokenNeverExpires: present}",
			dialect.Dialect{"never-expiring-response": {Flag: "present"}},
		},
		{
			"number", "max-name-length: {value: 255}",
			dialect.Dialect{"max-name-length": {Value: "255"}},
		},
		{
			"no number", "max-name-length: {value: none}", dialect.Dialect{
				"max-name-length": {Value: "none"},
			},
		},
		{
			"responses by anchor and merge key",
			"x-same: &same {status: 403, error: invalid_client}\nlogin-expired: *same\n" +
				"login-deleted: {<<: *same, status: 400}\n",
			dialect.Dialect{
				"login-expired": {Status: 403, Error: "invalid_client"}, "login-deleted": {
					Status: 400, Error: "invalid_client",
				},
			},
		},
		{
			"value", "never-used-under-le: {value: included}", dialect.Dialect{
				"never-used-under-le": {Value: "included"},
			},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := dialect.Parse("d.yaml", []byte(test.text))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if err := got.Validate(); err != nil {
				t.Errorf("a parsed dialect is invalid: %v", err)
			}
		})
	}
}

func TestParse_ReportsErrorsByLine(t *testing.T) {
	tests := []struct {
		name, text string
		want       []errorPosition
	}{
		{
			"unknown entry", "duplicat-name: {status: 409}", []errorPosition{
				{1, 1, "duplicat-name", rule.DialectUnknownEntry},
			},
		},
		{
			"misspelt field", "duplicate-name: {statsu: 409}", []errorPosition{
				{1, 18, "duplicate-name.statsu", rule.DialectUnknownField},
			},
		},
		{
			"misspelt schema", "shcema: 1", []errorPosition{
				{1, 1, "shcema", rule.DialectUnknownEntry},
			},
		},
		{
			"newer schema", "flavour: new\nschema: 2",
			[]errorPosition{
				{2, 1, "schema", rule.DialectSchema},
			},
		},
		{
			"schema zero", "schema: 0", []errorPosition{
				{1, 1, "schema", rule.DialectSchema},
			},
		},
		{
			"schema that is text", "schema: first", []errorPosition{
				{1, 1, "schema", rule.DialectWrongType},
			},
		},
		{
			"schema twice", "schema: 1\nschema: 1", []errorPosition{
				{2, 1, "schema", rule.DialectDuplicateKey},
			},
		},
		{
			"unknown field", "\nduplicate-name:\n  status: 409\n  code: 7\n", []errorPosition{
				{4, 3, "duplicate-name.code", rule.DialectUnknownField},
			},
		},
		{
			"field of another form", "login-expired: {status: 401, detailCode: x}", []errorPosition{
				{1, 30, "login-expired.detailCode", rule.DialectUnknownField},
			},
		},
		{"no status", "duplicate-name: {text: Taken.}", []errorPosition{
			{1, 1, "duplicate-name.status", rule.DialectRequired},
			{1, 18, "duplicate-name.text", rule.DialectServed},
		}},
		{
			"status that cannot be served", "duplicate-name: {status: 200}", []errorPosition{
				{1, 18, "duplicate-name.status", rule.DialectStatus},
			},
		},
		{
			"another success", "unknown-owner: {status: 204}", []errorPosition{
				{1, 17, "unknown-owner.status", rule.DialectStatus},
			},
		},
		{
			"rate limit", "duplicate-name: {status: 429}", []errorPosition{
				{1, 18, "duplicate-name.status", rule.DialectStatus},
			},
		},
		{
			"status at the token endpoint", "login-expired: {status: 500}", []errorPosition{
				{1, 17, "login-expired.status", rule.DialectStatus},
			},
		},
		{
			"size at the token endpoint", "login-expired: {status: 413}", []errorPosition{
				{1, 17, "login-expired.status", rule.DialectStatus},
			},
		},
		{
			"status that is not a number", "duplicate-name: {status: conflict}", []errorPosition{
				{1, 18, "duplicate-name.status", rule.DialectWrongType},
			},
		},
		{
			"fraction", "duplicate-name: {status: 409.5}", []errorPosition{
				{1, 18, "duplicate-name.status", rule.DialectWrongType},
			},
		},
		{
			"served with an error", "unknown-owner: {status: 200, text: Fine.}", []errorPosition{
				{1, 30, "unknown-owner.text", rule.DialectServed},
			},
		},
		{
			"error that is not an error code", "login-expired: {status: 401, error: not so}",
			[]errorPosition{
				{1, 30, "login-expired.error", rule.DialectErrorCode},
			},
		},
		{
			"value", "never-expiring-response: {value: soon}", []errorPosition{
				{1, 27, "never-expiring-response.value", rule.DialectValue},
			},
		},
		{
			"number zero", "max-name-length: {value: 0}", []errorPosition{
				{1, 19, "max-name-length.value", rule.DialectValue},
			},
		},
		{
			"number with a fraction", "max-name-length: {value: 1.5}", []errorPosition{
				{1, 19, "max-name-length.value", rule.DialectValue},
			},
		},
		{
			"word for a number", "max-scopes: {value: many}", []errorPosition{
				{1, 14, "max-scopes.value", rule.DialectValue},
			},
		},
		{
			"number for a value", "list-paging: {value: 250}", []errorPosition{
				{1, 15, "list-paging.value", rule.DialectValue},
			},
		},
		{
			"flag", "never-expiring-response: {userAwareTokenNeverExpires: true}", []errorPosition{
				{1, 27, "never-expiring-response.userAwareTokenNeverExpires", rule.DialectValue},
			},
		},
		{
			"flag of another entry", "never-used-under-le: {userAwareTokenNeverExpires: present}",
			[]errorPosition{
				{1, 23, "never-used-under-le.userAwareTokenNeverExpires", rule.DialectUnknownField},
			},
		},
		{
			"empty text", "duplicate-name: {status: 409, text: ''}", []errorPosition{
				{1, 31, "duplicate-name.text", rule.DialectWrongType},
			},
		},
		{
			"no text", "duplicate-name: {status: 409, text: }", []errorPosition{
				{1, 31, "duplicate-name.text", rule.DialectWrongType},
			},
		},
		{
			"list for a text", "duplicate-name: {status: 409, text: [a]}", []errorPosition{
				{1, 31, "duplicate-name.text", rule.DialectWrongType},
			},
		},
		{
			"twice", "token-limit: {status: 403}\ntoken-limit: {status: 403}", []errorPosition{
				{2, 1, "token-limit", rule.DialectDuplicateKey},
			},
		},
		{
			"field twice", "token-limit: {status: 403, status: 404}", []errorPosition{
				{1, 28, "token-limit.status", rule.DialectDuplicateKey},
			},
		},
		{
			"no response", "token-limit: 403", []errorPosition{
				{1, 1, "token-limit", rule.DialectWrongType},
			},
		},
		{
			"anchor", "login-expired: &same {status: 5}\nlogin-deleted: *same\n", []errorPosition{
				{1, 23, "login-deleted.status", rule.DialectStatus}, {
					1, 23, "login-expired.status", rule.DialectStatus,
				},
			},
		},
		{"not a mapping", "- token-limit", []errorPosition{{1, 1, "", rule.DialectWrongType}}},
		{"key that is a list", "? [a]\n: b", []errorPosition{{1, 3, `""`, rule.DialectWrongType}}},
		{
			"two documents", "token-limit: {status: 403}\n---\ntoken-limit: {status: 403}\n",
			[]errorPosition{{2, 1, "", rule.DialectSyntax}},
		},
		{
			"no value", "never-expiring-response:\n  value:\n", []errorPosition{
				{2, 3, "never-expiring-response.value", rule.DialectWrongType},
			},
		},
		{
			"syntax error", "token-limit: {status: 403\nunknown-owner: [", []errorPosition{
				{2, 14, "", rule.DialectSyntax},
			},
		},
		{
			"syntax error in the first line", "patmock: a: b", []errorPosition{
				{1, 11, "", rule.DialectSyntax},
			},
		},
		{
			"syntax error in another line", "token-limit: {status: 403}\n}", []errorPosition{
				{2, 1, "", rule.DialectSyntax},
			},
		},
		{"too large", strings.Repeat("#", 1<<16+1), []errorPosition{{1, 1, "", rule.DialectSize}}},
		{"several", "nothing: {}\ntoken-limit: {status: 1}\nunknown-owner: 7", []errorPosition{
			{1, 1, "nothing", rule.DialectUnknownEntry},
			{2, 15, "token-limit.status", rule.DialectStatus},
			{3, 1, "unknown-owner", rule.DialectWrongType},
		}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := dialect.Parse("d.yaml", []byte(test.text))
			checkErrors(t, err, test.want)
		})
	}
}

// errorPosition contains the fields of an error that programs use.
type errorPosition struct {
	Line, Column int
	Field        string
	Rule         rule.ID
}

// checkErrors compares the positions of errors, and their text with the golden file.
func checkErrors(t *testing.T, err error, want []errorPosition) {
	t.Helper()
	var mistakes dialect.Errors
	if !errors.As(err, &mistakes) {
		t.Fatalf("error is %T, want Errors: %v", err, err)
	}
	var got []errorPosition
	for _, m := range mistakes {
		got = append(got, errorPosition{m.Line, m.Column, m.Field, m.Rule})
		if m.Unknown == "" && m.Rule == rule.DialectUnknownEntry {
			t.Errorf("Unknown is empty in %+v", m)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("mistakes (-want +got):\n%s", diff)
	}
	golden.Check(t, "testdata/errors.golden", golden.Key(t), err.Error())
}

func TestRead(t *testing.T) {
	path := filepath.Join(t.TempDir(), "d.yaml")
	if err := os.WriteFile(path, []byte("token-limit: {status: 403}"), 0o600); err != nil {
		t.Fatal(err)
	}
	got, err := dialect.Read(path)
	if err != nil || got["token-limit"].Status != 403 {
		t.Errorf("got %v, error %v, want status 403 for token-limit", got, err)
	}
	if _, err := dialect.Read(path + "x"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("got error %v, want os.ErrNotExist", err)
	}
}

// The file of all defaults can be parsed, equals the defaults, and contains the question, source
// and scenario of each entry.
func TestDefaults(t *testing.T) {
	text := dialect.Defaults()
	got, err := dialect.Parse("defaults.yaml", text)
	if err != nil {
		t.Fatal(err)
	}
	if len(got.NonDefault()) > 0 {
		t.Errorf("the file of the defaults differs from them in %v", got.NonDefault())
	}
	for _, e := range dialect.Entries() {
		if diff := cmp.Diff(e.Default, got[e.ID]); diff != "" {
			t.Errorf("%s (-entry +file):\n%s", e.ID, diff)
		}
		for _, part := range []string{e.Question, e.Source, e.Scenario} {
			if part == "" || !strings.Contains(string(text), part) {
				t.Errorf("%s: the file lacks %q", e.ID, part)
			}
		}
	}
}

func TestWrite(t *testing.T) {
	header := []string{"of a tenant\nduplicate-name: {status: 404}"}
	got := dialect.Write(header, []dialect.FileEntry{
		{
			ID: "duplicate-name", Response: dialect.Response{Status: 409, Text: "a: \"b\"\nc # d"},
			Comments: []string{"seen"},
		},
		{Comments: []string{"nothing to say"}},
		{ID: "never-expiring-response", Response: dialect.Response{Value: "null"}},
	})
	const want = "# of a tenant duplicate-name: {status: 404}\nschema: 1\n\n# seen\n" +
		"duplicate-name:\n  status: 409\n  text: \"a: \\\"b\\\"\\nc # d\"\n\n" +
		"# nothing to say\n\nnever-expiring-response:\n  value: \"null\"\n"
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	again, err := dialect.Parse("again.yaml", got)
	if err != nil || again["duplicate-name"].Text != "a: \"b\"\nc # d" ||
		again["never-expiring-response"].Value != "null" {
		t.Errorf("the written file is parsed to %v, error %v", again, err)
	}
}

func TestNonDefault(t *testing.T) {
	changed := dialect.Dialect{
		"duplicate-name":          {Status: 400},
		"token-limit":             {Status: 400, Text: "Ten."},
		"never-expiring-response": {Flag: "shown"},
		"login-expired":           {Status: 401, Error: "invalid_client"},
		"unsupported-grant":       {Status: 401},
	}
	want := dialect.Dialect{
		"token-limit": {
			Status: 400, DetailCode: "400.1.4 Limit violation", Text: "Ten.",
		},
		"never-expiring-response": {Value: "null", Flag: "shown"},
		"unsupported-grant":       {Status: 401, Error: "unsupported_grant_type"},
	}
	if diff := cmp.Diff(want, changed.NonDefault()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	golden.Check(t, "testdata/dialects.golden", golden.Key(t), want.String())
	if got := dialect.Dialect(nil).Response("duplicate-name"); got.Status != 400 ||
		got.DetailCode == "" {
		t.Errorf("the default for a nil dialect is %v", got)
	}
}

// A written file can be parsed, whatever texts of a tenant it contains.
func FuzzWrite(f *testing.F) {
	for _, seed := range []string{
		"null", "~", "409.10", "# x", "a: b", "'", "\"", "- x", "true", " x ", "a\nb\n", "{", "*a",
		"&a", "!!int 1", "\t", "%", "é", "\\",
	} {
		f.Add(seed, seed)
	}
	f.Fuzz(func(t *testing.T, code, text string) {
		if code == "" || text == "" || !utf8.ValidString(code) || !utf8.ValidString(text) {
			return
		}
		want := dialect.Dialect{"duplicate-name": {Status: 409, DetailCode: code, Text: text}}
		written := dialect.Write([]string{text}, []dialect.FileEntry{
			{ID: "duplicate-name", Response: want["duplicate-name"], Comments: []string{code}},
		})
		got, err := dialect.Parse("fuzz.yaml", written)
		if err != nil {
			t.Fatalf("parse: %v in\n%s", err, written)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("(-want +got):\n%s\n%s", diff, written)
		}
	})
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		"", "token-limit: {status: 403}", "a: &a [*a]", "- - -", "duplicate-name: {text: !!int x}",
		"? \n: *b", "x: 'y\n",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		d, err := dialect.Parse("fuzz.yaml", []byte(text))
		if err == nil && d.Validate() != nil {
			t.Errorf("a parsed dialect is invalid: %v", d.Validate())
		}
		if mistakes := dialect.Errors(nil); err != nil &&
			(!errors.As(err, &mistakes) || mistakes[0].Line < 1) {
			t.Errorf("got error %v, want Errors with lines", err)
		}
	})
}
