package mockserver_test

import (
	"context"
	"log/slog"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"example.com/patmock/fixtures/golden"
	"example.com/patmock/mockserver/control"
	"example.com/patmock/spec/rule"
	"example.com/patmock/spec/version"
)

func TestMain(m *testing.M) { golden.Main(m) }

// Golden files with the texts of rejections (causes, descriptions and log lines), of problems of
// the control API, of findings, and of errors in a Config.
const (
	rejectionTexts = "testdata/rejections.golden"
	problemTexts   = "testdata/control.golden"
	findingTexts   = "testdata/findings.golden"
	configTexts    = "testdata/config.golden"
)

// A cause is a reason for which a request is rejected.
type cause struct {
	rule rule.ID
	// mentions has the JSON pointer, parameter, header and other names that the text must contain,
	// separated by blanks.
	mentions string
}

// rejected expects an error in SailPoint's format: a status, the beginning of its detailCode, and
// its causes. The golden file has their texts.
func (r testResponse) rejected(status int, detailCode string, want ...cause) {
	r.Helper()
	r.is(status)
	if code, _ := r.object()["detailCode"].(string); !strings.HasPrefix(code, detailCode+" ") {
		r.Errorf("detailCode = %q, want %s", code, detailCode)
	}
	r.hasCauses(want...)
}

// unknownID expects the error of an unknown id in the path.
func (r testResponse) unknownID() {
	r.Helper()
	r.is(http.StatusNotFound)
	if _, rules := r.reasons(); !cmp.Equal(rules, []string{string(rule.UnknownID)}) {
		r.Errorf("rules = %q, want %s", rules, rule.UnknownID)
	}
}

// rejectedOAuth expects an error in the format of RFC 6749 and the violated rule. The golden file
// has its description and cause.
func (r testResponse) rejectedOAuth(status int, kind string, violated rule.ID) {
	r.Helper()
	r.is(status).equal("error", kind)
	description, _ := r.object()["error_description"].(string)
	if description == "" {
		r.Errorf("missing error_description: %s", r.text)
	}
	r.hasCauses(cause{rule: violated})
	key := textKey(r) + ": " + string(violated) + ", description"
	golden.Check(r, rejectionTexts, key, normalize(description))
}

// hasCauses expects the causes of an error, and the same rules in the header.
func (r testResponse) hasCauses(want ...cause) {
	r.Helper()
	texts, rules := r.reasons()
	var wantRules, places []string
	for i, c := range want {
		if len(wantRules) == 0 || wantRules[len(wantRules)-1] != string(c.rule) {
			wantRules = append(wantRules, string(c.rule))
		}
		places = append(places, strings.TrimSpace(string(c.rule)+" "+c.mentions))
		for _, name := range strings.Fields(c.mentions) {
			if i < len(texts) && !mentions(texts[i], name) {
				r.Errorf("cause %q does not contain %q", texts[i], name)
			}
		}
	}
	if diff := cmp.Diff(wantRules, rules); diff != "" {
		r.Errorf("rules (-want +got):\n%s\n%s", diff, r.text)
	}
	if len(texts) != len(want) {
		r.Errorf("got %d causes, want %d: %q", len(texts), len(want), texts)
	}
	key := textKey(r) + ": " + strings.Join(places, ", ")
	golden.Check(r, rejectionTexts, key, normalize(strings.Join(texts, "\n")))
}

// mentions reports whether a text contains a name as a word of its own.
func mentions(text, name string) bool {
	word := `(^|[\s"'(])` + regexp.QuoteMeta(name) + `($|[\s"':;,.?)])`
	return name == "" || regexp.MustCompile(word).MatchString(text)
}

// reasons returns the causes of a rejected request and their rules. They come from the response of
// a friendly mock, or else from the journal.
func (r testResponse) reasons() (texts, rules []string) {
	r.Helper()
	if !r.tenant.omitsRules {
		rules = strings.Split(r.header.Get("X-Patmock-Rule"), ", ")
	}
	causes, _ := r.object()["causes"].([]any)
	for _, c := range causes {
		texts = append(texts, c.(map[string]any)["text"].(string))
	}
	entry := r.entry()
	if diff := cmp.Diff(entry.Rules, rules); diff != "" && !r.tenant.omitsRules {
		r.Errorf("rules (-journal +header):\n%s", diff)
	}
	if len(texts) == 0 {
		texts = entry.Reasons
	}
	return texts, entry.Rules
}

var namespacePath = regexp.MustCompile(`^/+t/([a-z0-9-]{1,63})(?:/|$)`)

// entry returns the journal entry of the request.
func (r testResponse) entry() *control.Request {
	r.Helper()
	c, id := r.tenant.mock.Control(), r.header.Get("SLPT-Request-ID")
	entry, err := c.Request(r.Context(), id) // records it if there is no such namespace
	if match := namespacePath.FindStringSubmatch(r.path); match != nil && err != nil {
		entry, err = c.WithNamespace(match[1]).Request(r.Context(), id)
	}
	if err != nil {
		r.Fatal(err)
	}
	return &entry
}

// problem expects a problem of the control API: its status, the rule in its type, and its errors.
// The golden file has their texts.
func (r testResponse) problem(status int, violated rule.ID, want ...cause) {
	r.Helper()
	r.is(status).equal("type", "urn:problem-type:patmock:"+string(violated))
	got := decode[control.Problem](r)
	if rule.ID(got.Rule) != violated {
		r.Errorf("rule = %q, want %q", got.Rule, violated)
	}
	var errors []cause
	text, key := got.Detail, textKey(r)+": "+string(violated)
	for _, e := range got.Errors {
		errors = append(errors, cause{rule.ID(e.Rule), e.Pointer})
		text += "\n" + e.Detail
		key += strings.TrimRight(", "+e.Rule+" "+e.Pointer, " ")
	}
	if diff := cmp.Diff(want, errors, cmp.AllowUnexported(cause{})); diff != "" {
		r.Errorf("errors (-want +got):\n%s\n%s", diff, r.text)
	}
	golden.Check(r, problemTexts, key, normalize(text))
}

// checkRuleHeader expects registered rules in the header of a rejected request to a friendly mock,
// and no X-Patmock-Rule in other responses.
func (m *tenant) checkRuleHeader(r *http.Request, got testResponse) {
	m.Helper()
	header := got.header.Get("X-Patmock-Rule")
	if got.status < http.StatusBadRequest || m.omitsRules {
		if header != "" {
			m.Errorf("%s %s: %d has X-Patmock-Rule %q", r.Method, r.URL.Path, got.status, header)
		}
		return
	}
	for _, id := range strings.Split(header, ", ") {
		if _, ok := rule.Find(rule.ID(id)); !ok {
			m.Errorf("%s %s: status %d, X-Patmock-Rule %q names no rule that is registered",
				r.Method, r.URL.Path, got.status, header)
		}
	}
}

// textKey returns the key of a text: the name of the test without the version.
func textKey(t testing.TB) string {
	key := golden.Key(t)
	for _, v := range version.All() {
		key = strings.TrimSuffix(strings.ReplaceAll(key, "/"+string(v)+"/", "/"), "/"+string(v))
	}
	return key
}

// versionPath matches the path of an operation of a version. Its format differs in v1.
var versionPath = regexp.MustCompile(
	`\b(?:beta|v3|v2024|v2025|v2026|v1) ([a-z]+[A-Z][A-Za-z]*?)(?:V1)?\b`)

// loopback matches the address of a test server.
var loopback = regexp.MustCompile(`127\.0\.0\.1:\d+`)

// evidenceSuffix matches the evidence of a rule, which does not belong to the text.
var evidenceSuffix = regexp.MustCompile(`\(rule ([a-z0-9-]+), [a-z]+\)`)

// normalize replaces the parts of a text that differ by version, run or evidence.
func normalize(text string) string {
	text = versionPath.ReplaceAllString(text, "VERSION $1")
	return evidenceSuffix.ReplaceAllString(loopback.ReplaceAllString(text, "ADDRESS"), "(rule $1)")
}

// record is a log record.
type record struct {
	level   slog.Level
	message string
	attrs   map[string]string
}

// isWarning expects that the record is a warning about a rule.
func (l record) isWarning(t testing.TB, violated rule.ID) {
	t.Helper()
	if l.level != slog.LevelWarn || l.attrs["rule"] != string(violated) {
		t.Errorf("logged %+v, want a warning of rule %q", l, string(violated))
	}
}

// records is a slog.Handler that stores records.
type records struct {
	mu  sync.Mutex
	all []record
}

// Enabled implements slog.Handler.
func (l *records) Enabled(_ context.Context, level slog.Level) bool {
	return level >= slog.LevelInfo
}

// Handle implements slog.Handler.
func (l *records) Handle(_ context.Context, r slog.Record) error {
	entry := record{level: r.Level, message: r.Message, attrs: map[string]string{}}
	r.Attrs(func(a slog.Attr) bool {
		entry.attrs[a.Key] = a.Value.String()
		return true
	})
	l.mu.Lock()
	defer l.mu.Unlock()
	l.all = append(l.all, entry)
	return nil
}

// WithAttrs implements slog.Handler.
func (l *records) WithAttrs([]slog.Attr) slog.Handler { return l }

// WithGroup implements slog.Handler.
func (l *records) WithGroup(string) slog.Handler { return l }

// about returns the only record about a request, or the zero value if there is none.
func (l *records) about(r testResponse) record {
	r.Helper()
	l.mu.Lock()
	defer l.mu.Unlock()
	var found []record
	for _, line := range l.all {
		if line.attrs["requestId"] == r.header.Get("SLPT-Request-ID") {
			found = append(found, line)
		}
	}
	if len(found) > 1 {
		r.Errorf("got %d records, want one: %+v", len(found), found)
	}
	if len(found) == 0 {
		return record{}
	}
	return found[0]
}
