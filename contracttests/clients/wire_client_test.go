package clients_test

import (
	"bytes"
	"cmp"
	"encoding/json"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"text/template"
	"time"

	"github.com/rogpeppe/go-internal/txtar"

	"example.com/patmock/mockserver/control"
	"example.com/patmock/spec/strictyaml"
	"example.com/patmock/spec/version"
)

// client is a file of testdata/wire. The head describes the client, and pairs of a request and its
// response follow.
type client struct {
	Name     string    `json:"client"`
	Releases []release `json:"releases"`

	cases []wire
}

// release is the source of the requests.
type release struct {
	Release string `json:"release"`
	// Evidence is LIVE if the requests were observed on the wire, and READ if they come from the
	// source.
	Evidence string `json:"evidence"`
	// Versions has the versions of the API that it calls. It is empty for a client that only logs
	// in.
	Versions []version.Version `json:"versions"`
	// Values has its own values for the templates.
	Values map[string]string `json:"values"`
}

func (r release) versions() []version.Version {
	if len(r.Versions) == 0 {
		return []version.Version{version.V1}
	}
	return r.Versions
}

// wire is a request with the expected response.
type wire struct {
	name string
	// http is the template of the request. Its head ends with an empty line. The last line end is
	// not part of the body.
	http string

	// Versions has the versions with this response. Empty means every version of the release.
	Versions []version.Version `json:"versions"`
	// Evidence overrides that of the release.
	Evidence string `json:"evidence"`
	// As is the user of the credentials and the bearer. Empty means jane.doe.
	As string `json:"as"`
	// Fault is injected into the request.
	Fault *control.Fault `json:"fault"`
	// Advance moves the clock before it.
	Advance duration `json:"advance"`

	Status int               `json:"status"`
	Header map[string]string `json:"header"` // among others
	// Shape is the name of the shape of the response, see shapes.
	Shape string `json:"shape"`
	// Body is contained in the body of the response. A text that begins with ~ is a regular
	// expression.
	Body any `json:"body"`
	// Rules has the ids of the rules by which the request is rejected. The golden file has the
	// causes.
	Rules []string `json:"rules"`
	// JWS has claims of the access token, which must be a compact JWS.
	JWS map[string]any `json:"jws"`
	// Findings has the kinds of findings in the journal.
	Findings []string `json:"findings"`
}

// duration has the text form 1h.
type duration struct{ time.Duration }

func (d *duration) UnmarshalText(text []byte) (err error) {
	d.Duration, err = time.ParseDuration(string(text))
	return err
}

// decodeYAML decodes YAML as if it were JSON, and rejects unknown fields.
func decodeYAML(text []byte, into any) error {
	encoded, err := strictyaml.JSON(text)
	if err != nil {
		return err
	}
	d := json.NewDecoder(bytes.NewReader(encoded))
	d.DisallowUnknownFields()
	return d.Decode(into)
}

func (w wire) user() string { return cmp.Or(w.As, "jane.doe") }

func (w wire) runs(v version.Version) bool {
	return len(w.Versions) == 0 || slices.Contains(w.Versions, v)
}

// readClient reads a file, and checks that the test uses all of it.
func readClient(t *testing.T, file string) *client {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	archive := txtar.Parse(text)
	c := new(client)
	if err := decodeYAML(archive.Comment, c); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	if len(c.Releases) == 0 || len(archive.Files) == 0 || len(archive.Files)%2 != 0 {
		t.Fatalf("%s: %d releases, %d requests and responses", file, len(c.Releases),
			len(archive.Files))
	}
	for pair := range slices.Chunk(archive.Files, 2) {
		name, isRequest := strings.CutSuffix(pair[0].Name, ".http")
		if !isRequest || pair[1].Name != name+".yaml" {
			t.Fatalf("%s: %q and %q are no pair", file, pair[0].Name, pair[1].Name)
		}
		w := wire{name: name, http: string(pair[0].Data)}
		if err := decodeYAML(pair[1].Data, &w); err != nil {
			t.Fatalf("%s: %s: %v", file, pair[1].Name, err)
		}
		c.cases = append(c.cases, w)
	}
	for _, problem := range c.problems() {
		t.Fatalf("%s: %s", file, problem)
	}
	return c
}

// problems returns the errors that would leave a part untested.
func (c *client) problems() (found []string) {
	var served []version.Version
	for _, r := range c.Releases {
		if r.Evidence != "LIVE" && r.Evidence != "READ" {
			found = append(found, r.Release+" has no evidence")
		}
		served = append(served, r.versions()...)
	}
	names := map[string]bool{}
	for _, w := range c.cases {
		if names[w.name] {
			found = append(found, w.name+" is duplicate")
		}
		names[w.name] = true
		if w.Status == 0 || !slices.ContainsFunc(served, w.runs) {
			found = append(found, w.name+" has no status, or no release makes the request")
		}
		for _, v := range w.Versions {
			if !slices.Contains(version.All(), v) {
				found = append(found, w.name+" names the version "+string(v))
			}
		}
	}
	return found
}

func (c *client) named(t *testing.T, name string) wire {
	t.Helper()
	i := slices.IndexFunc(c.cases, func(w wire) bool { return w.name == name })
	if i < 0 {
		t.Fatalf("%s has no %q", c.Name, name)
	}
	return c.cases[i]
}

// render returns the bytes of the request. Lines of the head and of multipart forms end with CRLF.
func (w wire) render(t *testing.T, values map[string]string) []byte {
	t.Helper()
	head, body, _ := strings.Cut(strings.TrimSuffix(w.http, "\n"), "\n\n")
	body = fill(t, body, values)
	if strings.Contains(head, "multipart/form-data") {
		body = strings.ReplaceAll(body, "\n", "\r\n")
	}
	values["length"] = strconv.Itoa(len(body))
	head = fill(t, head, values)
	return []byte(strings.ReplaceAll(head, "\n", "\r\n") + "\r\n\r\n" + body)
}

func fill(t *testing.T, text string, values map[string]string) string {
	t.Helper()
	parsed, err := template.New("").Option("missingkey=error").Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	var filled bytes.Buffer
	if err := parsed.Execute(&filled, values); err != nil {
		t.Fatal(err)
	}
	return filled.String()
}
