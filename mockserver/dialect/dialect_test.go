package dialect_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"example.com/patmock/mockserver/dialect"
)

func TestParse(t *testing.T) {
	tests := []struct {
		name, text string
		want       dialect.Dialect
	}{
		{"empty", "", dialect.Dialect{}},
		{"comments alone", "# nothing\n---\n", dialect.Dialect{}},
		{"null", "null\n", dialect.Dialect{}},
		{"status", "duplicate-name: {status: 409}\n", dialect.Dialect{"duplicate-name": {Status: 409}}},
		{"all of an error", "duplicate-name:\n  status: 400\n  detailCode: 400.1.409 Reference conflict\n  text: 'A token with name \"X\" already exists.'\n", dialect.Dialect{
			"duplicate-name": {Status: 400, DetailCode: "400.1.409 Reference conflict", Text: `A token with name "X" already exists.`},
		}},
		{"login", "login-deleted: {status: 400, error: invalid_grant, description: It went.}", dialect.Dialect{
			"login-deleted": {Status: 400, Error: "invalid_grant", Description: "It went."},
		}},
		{"code that looks like a number", "duplicate-name: {status: 409, detailCode: 409.10}", dialect.Dialect{"duplicate-name": {Status: 409, DetailCode: "409.10"}}},
		{"served", "patch-content-type: {status: 200}", dialect.Dialect{"patch-content-type": {Status: 200}}},
		{"null as a value", "never-expiring-answer: {value: null, userAwareTokenNeverExpires: shown}", dialect.Dialect{
			"never-expiring-answer": {Value: "null", Flag: "shown"},
		}},
		{"null as a text", "never-expiring-answer: {value: 'null'}", dialect.Dialect{"never-expiring-answer": {Value: "null"}}},
		{"flag alone", "never-expiring-answer: {userAwareTokenNeverExpires: shown}", dialect.Dialect{"never-expiring-answer": {Flag: "shown"}}},
		{"value", "never-used-under-le: {value: listed}", dialect.Dialect{"never-used-under-le": {Value: "listed"}}},
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
			if err := got.Check(); err != nil {
				t.Errorf("what was read is wrong: %v", err)
			}
		})
	}
}

func TestParseTellsEveryMistakeByLine(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"unknown entry", "duplicat-name: {status: 409}", `d.yaml:1:1: unknown entry "duplicat-name"; there are duplicate-name, token-limit`},
		{"unknown field", "\nduplicate-name:\n  status: 409\n  code: 7\n", "d.yaml:4:3: duplicate-name.code: unknown field of this entry; there are status, detailCode, text\n"},
		{"field of another form", "login-expired: {status: 401, detailCode: x}", "d.yaml:1:30: login-expired.detailCode: unknown field of this entry; there are status, error, description\n"},
		{"no status", "duplicate-name: {text: Taken.}", "d.yaml:1:1: duplicate-name.status: expected a status of 400 to 599 other than 429, got none\n"},
		{"status that cannot be served", "duplicate-name: {status: 200}", "d.yaml:1:18: duplicate-name.status: expected a status of 400 to 599 other than 429, got 200\n"},
		{"another success", "unknown-owner: {status: 204}", "expected 200, or a status of 400 to 599 other than 429, got 204\n"},
		{"rate limit", "duplicate-name: {status: 429}", "got 429\n"},
		{"status at the token endpoint", "login-expired: {status: 500}", "expected a status of 400 to 499 other than 413 and 429, got 500\n"},
		{"size at the token endpoint", "login-expired: {status: 413}", "got 413\n"},
		{"status that is no number", "duplicate-name: {status: conflict}", "d.yaml:1:26: duplicate-name.status: expected a status such as 409\n"},
		{"fraction", "duplicate-name: {status: 409.5}", "expected a status such as 409\n"},
		{"served with an error", "unknown-owner: {status: 200, text: Fine.}", "d.yaml:1:30: unknown-owner.text: expected a status that refuses beside it, one from 400 on\n"},
		{"error that is no word", "login-expired: {status: 401, error: not so}", `d.yaml:1:30: login-expired.error: expected a word of RFC 6749, section 5.2, such as invalid_client, got "not so"`},
		{"value", "never-expiring-answer: {value: soon}", `d.yaml:1:25: never-expiring-answer.value: expected one of null, absent, far-date, got "soon"`},
		{"flag", "never-expiring-answer: {userAwareTokenNeverExpires: true}", `never-expiring-answer.userAwareTokenNeverExpires: expected absent or shown, got "true"`},
		{"flag of another entry", "never-used-under-le: {userAwareTokenNeverExpires: shown}", "unknown field of this entry; there are value\n"},
		{"empty text", "duplicate-name: {status: 409, text: ''}", "duplicate-name.text: expected a text\n"},
		{"no text", "duplicate-name: {status: 409, text: }", "duplicate-name.text: expected a text\n"},
		{"list for a text", "duplicate-name: {status: 409, text: [a]}", "duplicate-name.text: expected a text\n"},
		{"twice", "token-limit: {status: 403}\ntoken-limit: {status: 403}", `d.yaml:2:1: expected every name once, got "token-limit" again`},
		{"field twice", "token-limit: {status: 403, status: 404}", `d.yaml:1:28: expected every name once, got "status" again`},
		{"no answer", "token-limit: 403", "d.yaml:1:14: expected a mapping such as {status: ...}\n"},
		{"anchor", "login-expired: &same {status: 403}\nlogin-deleted: *same\n", "d.yaml:1:16: expected a mapping such as {status: ...}\n"},
		{"no mapping", "- token-limit", "d.yaml:1:1: expected a mapping of entries to answers\n"},
		{"name that is none", "? [a]\n: b", "d.yaml:2:1: not YAML: found an invalid key for this map\n"},
		{"two documents", "token-limit: {status: 403}\n---\ntoken-limit: {status: 403}\n", "d.yaml:2:1: expected one document, got 2\n"},
		{"no value", "never-expiring-answer:\n  value:\n", "never-expiring-answer.value: expected a text\n"},
		{"no YAML", "token-limit: {status: 403\nunknown-owner: [", "d.yaml:"},
		{"no YAML in the first line", "patmock: a: b", "d.yaml:1:10: not YAML: mapping value is not allowed in this context\n"},
		{"no YAML in another", "token-limit: {status: 403}\n}", "d.yaml:2:1: not YAML: non-map value is specified\n"},
		{"too large", strings.Repeat("#", 1<<16+1), "d.yaml:1:1: expected a file of at most 65536 bytes, got 65537\n"},
		{"several", "nothing: {}\ntoken-limit: {status: 1}\nunknown-owner: 7", "d.yaml:1:1: unknown entry"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := dialect.Parse("d.yaml", []byte(test.text))
			if err == nil || !strings.Contains(err.Error()+"\n", test.want) {
				t.Fatalf("%v, error %v, want %s", got, err, test.want)
			}
			if !errors.As(err, new(dialect.Mistakes)) {
				t.Errorf("error of type %T", err)
			}
		})
	}
	_, err := dialect.Parse("d.yaml", []byte("nothing: {}\ntoken-limit: {status: 1}\nunknown-owner: 7"))
	if mistakes := dialect.Mistakes(nil); !errors.As(err, &mistakes) || len(mistakes) != 3 || mistakes[0].Unknown != "nothing" || mistakes[2].Line != 3 {
		t.Errorf("three mistakes, got %v", err)
	}
}

func TestRead(t *testing.T) {
	path := filepath.Join(t.TempDir(), "d.yaml")
	if err := os.WriteFile(path, []byte("token-limit: {status: 403}"), 0o600); err != nil {
		t.Fatal(err)
	}
	got, err := dialect.Read(path)
	if err != nil || got["token-limit"].Status != 403 {
		t.Errorf("%v, %v", got, err)
	}
	if _, err := dialect.Read(path + "x"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("error %v", err)
	}
}

// The file of all defaults reads back, differs in nothing, and says of each entry what is asked and by whom.
func TestDefaults(t *testing.T) {
	text := dialect.Defaults()
	got, err := dialect.Parse("defaults.yaml", text)
	if err != nil {
		t.Fatal(err)
	}
	if len(got.Differing()) > 0 {
		t.Errorf("differs in %v", got.Differing())
	}
	for _, e := range dialect.Entries() {
		if diff := cmp.Diff(e.Default, got[e.ID]); diff != "" {
			t.Errorf("%s (-table +file):\n%s", e.ID, diff)
		}
		for _, part := range []string{e.Asks, e.Source, e.Scenario} {
			if part == "" || !strings.Contains(string(text), part) {
				t.Errorf("%s: %q is not told", e.ID, part)
			}
		}
	}
}

func TestWrite(t *testing.T) {
	got := dialect.Write([]string{"of a tenant\nduplicate-name: {status: 404}"}, []dialect.Line{
		{ID: "duplicate-name", Answer: dialect.Answer{Status: 409, Text: "a: \"b\"\nc # d"}, Comments: []string{"seen"}},
		{Comments: []string{"nothing to say"}},
		{ID: "never-expiring-answer", Answer: dialect.Answer{Value: "null"}},
	})
	const want = "# of a tenant duplicate-name: {status: 404}\n\n# seen\nduplicate-name:\n  status: 409\n  text: \"a: \\\"b\\\"\\nc # d\"\n\n" +
		"# nothing to say\n\nnever-expiring-answer:\n  value: \"null\"\n"
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	again, err := dialect.Parse("again.yaml", got)
	if err != nil || again["duplicate-name"].Text != "a: \"b\"\nc # d" || again["never-expiring-answer"].Value != "null" {
		t.Errorf("%v, %v", again, err)
	}
}

func TestDiffering(t *testing.T) {
	told := dialect.Dialect{
		"duplicate-name":        {Status: 400},
		"token-limit":           {Status: 400, Text: "Ten."},
		"never-expiring-answer": {Flag: "shown"},
		"login-expired":         {Status: 401, Error: "invalid_client"},
		"unsupported-grant":     {Status: 401},
	}
	want := dialect.Dialect{
		"token-limit":           {Status: 400, DetailCode: "400.1.4 Limit violation", Text: "Ten."},
		"never-expiring-answer": {Value: "null", Flag: "shown"},
		"unsupported-grant":     {Status: 401, Error: "unsupported_grant_type"},
	}
	if diff := cmp.Diff(want, told.Differing()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	const line = "never-expiring-answer null with userAwareTokenNeverExpires, token-limit 400.1.4 Limit violation, unsupported-grant 401 unsupported_grant_type"
	if got := want.String(); got != line {
		t.Errorf("%s, want %s", got, line)
	}
	if got := dialect.Dialect(nil).Answer("duplicate-name"); got.Status != 400 || got.DetailCode == "" {
		t.Errorf("the default is %v", got)
	}
}

// What is written reads back, whatever a tenant's texts are.
func FuzzWrite(f *testing.F) {
	for _, seed := range []string{"null", "~", "409.10", "# x", "a: b", "'", "\"", "- x", "true", " x ", "a\nb\n", "{", "*a", "&a", "!!int 1", "\t", "%", "é", "\\"} {
		f.Add(seed, seed)
	}
	f.Fuzz(func(t *testing.T, code, text string) {
		if code == "" || text == "" || !utf8.ValidString(code) || !utf8.ValidString(text) {
			return
		}
		want := dialect.Dialect{"duplicate-name": {Status: 409, DetailCode: code, Text: text}}
		written := dialect.Write([]string{text}, []dialect.Line{{ID: "duplicate-name", Answer: want["duplicate-name"], Comments: []string{code}}})
		got, err := dialect.Parse("fuzz.yaml", written)
		if err != nil {
			t.Fatalf("%v in\n%s", err, written)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("(-want +got):\n%s\n%s", diff, written)
		}
	})
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{"", "token-limit: {status: 403}", "a: &a [*a]", "- - -", "duplicate-name: {text: !!int x}", "? \n: *b", "x: 'y\n"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		d, err := dialect.Parse("fuzz.yaml", []byte(text))
		if err == nil && d.Check() != nil {
			t.Errorf("what was read is wrong: %v", d.Check())
		}
		if mistakes := dialect.Mistakes(nil); err != nil && (!errors.As(err, &mistakes) || mistakes[0].Line < 1) {
			t.Errorf("error %v", err)
		}
	})
}
