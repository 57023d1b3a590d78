package clients_test

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"maps"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"example.com/patmock/contracttests"
	"example.com/patmock/contracttests/report"
	"example.com/patmock/mockserver"
	"example.com/patmock/mockserver/control"
	"example.com/patmock/spec/version"
)

// The requests that users send by hand: a collection for Postman and newman, and files for the
// clients of editors.
const (
	requestsDir    = "../../docs/requests"
	collectionFile = requestsDir + "/patmock.postman_collection.json"
	editorFile     = requestsDir + "/patmock.http"
	jetBrainsFile  = requestsDir + "/patmock.jetbrains.http"
)

// requestTools has the programs that send the files, for the README.
var requestTools = []tool{
	{name: "newman", does: "sends [the collection](docs/requests.md), in every version"},
	{name: "httpYac", does: "sends [the `.http` file](docs/requests.md) of JetBrains IDEs"},
}

// sentRequests returns the requests of each of the files, with the token's id replaced.
func sentRequests(v version.Version) []string {
	tokens := v.CollectionPath()
	return []string{
		"POST /oauth/token 200", "POST " + tokens + " 200", "POST " + tokens + " 400",
		"GET " + tokens + "?owner-id=me 200",
		"GET " + tokens + "?filters=lastUsed isnull&owner-id=me 200",
		"PATCH " + tokens + "/ID 200",
		"DELETE " + tokens + "/ID 204", "DELETE " + tokens + "/ID 404",
		"GET " + tokens + "?owner-id=me 401", "GET " + tokens + "?owner-id=me 429",
	}
}

// requestsMock is a mock that the files of requests are sent to.
type requestsMock struct {
	*testing.T
	*mockserver.TestServer
	id, secret string
	before     []string // names of the tokens
}

func newRequestsMock(t *testing.T) *requestsMock {
	t.Helper()
	m := &requestsMock{T: t, TestServer: mockserver.Start(t, mockserver.Config{
		Log: slog.New(slog.NewTextHandler(t.Output(), nil)),
	})}
	m.id, m.secret = m.Credentials("jane.doe")
	m.before = m.names()
	return m
}

func (m *requestsMock) names() []string {
	m.Helper()
	encoded, err := m.Control().State(m.Context(), control.StateOptions{})
	var state struct{ Tokens []struct{ Name string } }
	if err == nil {
		err = json.Unmarshal(encoded, &state)
	}
	if err != nil {
		m.Fatal(err)
	}
	var names []string
	for _, token := range state.Tokens {
		names = append(names, token.Name)
	}
	return names
}

// variables returns the flags that set the variables of the collection.
func (m *requestsMock) variables(flag string) []string {
	return []string{
		flag, "SAIL_BASE_URL=" + m.URL, flag, "SAIL_CLIENT_ID=" + m.id,
		flag, "SAIL_CLIENT_SECRET=" + m.secret,
	}
}

var tokenID = regexp.MustCompile(`/[0-9a-f]{32}\b`)

// check compares the journal with the requests of the files. They break no rule, and leave no token
// behind.
func (m *requestsMock) check(v version.Version) {
	m.Helper()
	journal, err := m.Control().Requests(m.Context(), control.Match{}, 0)
	if err != nil {
		m.Fatal(err)
	}
	var sent []string
	for _, r := range journal.Requests {
		line := r.Method + " " + tokenID.ReplaceAllString(r.Path, "/ID")
		if r.Query != "" {
			query, err := url.ParseQuery(r.Query)
			if err != nil {
				m.Fatal(err)
			}
			text, err := url.QueryUnescape(query.Encode())
			if err != nil {
				m.Fatal(err)
			}
			line += "?" + text
		}
		sent = append(sent, line+" "+strconv.Itoa(r.Status))
	}
	if diff := cmp.Diff(sentRequests(v), sent); diff != "" {
		m.Errorf("requests (-want +got):\n%s", diff)
	}
	judged, err := contracttests.LintClient(m.Context(), m.Control(), contracttests.LintOptions{})
	if err != nil || judged.Counts[report.Fail] > 0 {
		m.Errorf("findings: %v, error %v", judged.Counts, err)
	}
	if diff := cmp.Diff(m.before, m.names()); diff != "" {
		m.Errorf("tokens (-before +after):\n%s", diff)
	}
}

// newman runs the collection, and returns its output.
func (m *requestsMock) newman(arguments ...string) (string, error) {
	d := toolsDriver("newman")
	d.require(m.T)
	command := slices.Concat([]string{"node", d.needs[1], "run", "../" + collectionFile},
		m.variables("--env-var"), arguments)
	return d.output(m.T, command, "NO_PROXY=127.0.0.1")
}

// toolsDriver returns a program of npm in the directory tools.
func toolsDriver(name string) driver {
	files := map[string]string{
		"newman": "newman/bin/newman.js", "httpyac": "httpyac/bin/httpyac.js",
		"start-server-and-test": "start-server-and-test/src/bin/start.js",
	}
	return driver{
		dir: "tools", needs: []string{"node", "node_modules/" + files[name]}, get: "npm ci",
	}
}

func TestCollection_InEveryVersion(t *testing.T) {
	for _, v := range version.All() {
		t.Run(string(v), func(t *testing.T) {
			t.Parallel()
			m := newRequestsMock(t)
			out, err := m.newman("--env-var", "tokens="+strings.TrimPrefix(v.CollectionPath(), "/"))
			if err != nil {
				t.Fatalf("%v: %s", err, out)
			}
			m.check(v)
		})
	}
}

// newman fails if a response is not the expected one.
func TestCollection_FailsOnOtherResponse(t *testing.T) {
	t.Parallel()
	m := newRequestsMock(t)
	if _, err := m.Control().AddFault(t.Context(), control.Fault{
		Operation: "patch", Status: http.StatusInternalServerError, Times: 1,
	}); err != nil {
		t.Fatal(err)
	}
	out, err := m.newman()
	if err == nil || !strings.Contains(out, "Patch") {
		t.Errorf("error %v, want one about Patch: %s", err, out)
	}
}

// collection has the part of the Postman Collection Format 2.1.0 that the collection uses. Unknown
// properties are errors.
type collection struct {
	Info struct {
		PostmanID   string `json:"_postman_id"`
		Name        string `json:"name"`
		Description string `json:"description"`
		Schema      string `json:"schema"`
	} `json:"info"`
	Item     []collectionItem     `json:"item"`
	Auth     collectionAuth       `json:"auth"`
	Variable []collectionVariable `json:"variable"`
}

type collectionItem struct {
	Name  string `json:"name"`
	Event []struct {
		Listen string `json:"listen"`
		Script struct {
			Type string   `json:"type"`
			Exec []string `json:"exec"`
		} `json:"script"`
	} `json:"event"`
	Request struct {
		Method      string               `json:"method"`
		Header      []collectionVariable `json:"header"`
		Description string               `json:"description"`
		Auth        *collectionAuth      `json:"auth"`
		Body        *struct {
			Mode       string               `json:"mode"`
			Raw        string               `json:"raw"`
			URLEncoded []collectionVariable `json:"urlencoded"`
			Options    any                  `json:"options"`
		} `json:"body"`
		URL struct {
			Raw   string               `json:"raw"`
			Host  []string             `json:"host"`
			Path  []string             `json:"path"`
			Query []collectionVariable `json:"query"`
		} `json:"url"`
	} `json:"request"`
	Response []any `json:"response"`
}

type collectionVariable struct {
	Key   string `json:"key"`
	Value string `json:"value"`
}

type collectionAuth struct {
	Type   string `json:"type"`
	Bearer []struct {
		Key   string `json:"key"`
		Value string `json:"value"`
		Type  string `json:"type"`
	} `json:"bearer"`
}

// published: https://schema.postman.com/collection/json/v2.1.0/draft-07/docs/index.html
func TestCollection_HasPublishedFormat(t *testing.T) {
	text, err := os.ReadFile(collectionFile)
	if err != nil {
		t.Fatal(err)
	}
	var c collection
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&c); err != nil {
		t.Fatal(err)
	}
	const schema = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"
	if c.Info.Schema != schema || c.Info.Name == "" ||
		len(c.Item) != len(sentRequests(version.V2026)) {
		t.Errorf("info %+v, %d items, want the schema %s and %d items", c.Info, len(c.Item), schema,
			len(sentRequests(version.V2026)))
	}
	for _, item := range c.Item {
		r := item.Request
		parts := strings.Join(append(slices.Clone(r.URL.Host), r.URL.Path...), "/")
		for i, q := range r.URL.Query {
			parts += map[bool]string{true: "?", false: "&"}[i == 0] + q.Key + "=" + q.Value
		}
		if parts != r.URL.Raw {
			t.Errorf("%s: the address is %s, and its parts %s", item.Name, r.URL.Raw, parts)
		}
		tests := 0
		for _, e := range item.Event {
			if e.Listen == "test" {
				tests++
			} else if e.Listen != "prerequest" {
				t.Errorf("%s: there is no event %s", item.Name, e.Listen)
			}
		}
		if item.Name == "" || r.Description == "" || tests != 1 {
			t.Errorf("%q has description %q and %d tests", item.Name, r.Description, tests)
		}
		if b := r.Body; b != nil && (b.Mode == "raw") == (b.Raw == "") {
			t.Errorf("%s: the body has mode %s and text %q", item.Name, b.Mode, b.Raw)
		}
	}
}

// The initial values of the variables are those of patmock serve.
func TestRequests_UseAdministratorByDefault(t *testing.T) {
	id, secret := mockserver.Start(t).Credentials("admin")
	for _, file := range []string{
		collectionFile, editorFile, requestsDir + "/http-client.env.json",
	} {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, value := range []string{id, secret, "http://127.0.0.1:17280"} {
			if !regexp.MustCompile(`[" ]` + regexp.QuoteMeta(value) + `["\n]`).Match(text) {
				t.Errorf("%s has no variable with the value %s", file, value)
			}
		}
	}
}

// The environment of the file gets the values of the mock by --var.
func TestRequests_JetBrains(t *testing.T) {
	t.Parallel()
	m := newRequestsMock(t)
	d := toolsDriver("httpyac")
	d.require(t)
	httpyac, err := filepath.Abs(filepath.Join(d.dir, d.needs[1]))
	if err != nil {
		t.Fatal(err)
	}
	d.dir = requestsDir // httpyac reads only files below its directory
	command := []string{
		"node", httpyac, "send", filepath.Base(jetBrainsFile), "--all", "--json", "--env", "mock",
		"--var", "base=" + m.URL, "client_id=" + m.id, "client_secret=" + m.secret,
	}
	out, err := d.output(t, command, "NO_PROXY=127.0.0.1")
	var ran struct {
		Summary struct{ TotalRequests, SuccessTests, TotalTests int }
	}
	if err == nil {
		err = json.Unmarshal([]byte(out), &ran)
	}
	if s := ran.Summary; err != nil || s.TotalTests < s.TotalRequests ||
		s.SuccessTests != s.TotalTests {
		t.Fatalf("%v, %+v: %s", err, s, out)
	}
	m.check(version.V2026)
}

// The commands of docs/requests.md run as they are, with a program in the place of sail.
func TestRequests_DocumentedCommands(t *testing.T) {
	text, err := os.ReadFile("../../docs/requests.md")
	if err != nil {
		t.Fatal(err)
	}
	path := newPath(t)
	want := map[string]*regexp.Regexp{
		"newman":   regexp.MustCompile(`assertions │ +23 │ +0 `),
		"httpyac":  regexp.MustCompile(`10 requests processed \(10 succeeded\)`),
		"sail api": regexp.MustCompile(`(?s)(Status: 200 OK.*){3}Status: 204 No Content`),
	}
	for _, block := range regexp.MustCompile("(?s)```sh\n(.*?)```").FindAllStringSubmatch(
		string(text), -1) {
		for program, expected := range want {
			if !strings.Contains(block[1], program+" ") {
				continue
			}
			delete(want, program)
			t.Run(program, func(t *testing.T) {
				if !strings.HasPrefix(program, sailName) {
					toolsDriver(program).require(t)
				}
				out, code := runShell(t, path, block[1], "NO_COLOR=1")
				if code != 0 || !expected.MatchString(out) {
					t.Errorf("exit code %d, want 0 and a match of %s: %s", code, expected, out)
				}
			})
		}
	}
	if len(want) > 0 {
		t.Errorf("there are no commands of %v", slices.Collect(maps.Keys(want)))
	}
}
