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

// client is a file of testdata/wire: the head says whose requests they are; a request and its
// answer follow, in pairs.
type client struct {
	Name     string    `json:"client"`
	Releases []release `json:"releases"`

	cases []wire
}

// release is what the requests were taken from.
type release struct {
	Release string `json:"release"`
	// Evidence is LIVE where the requests were watched on the wire, READ where they were read in
	// the source.
	Evidence string `json:"evidence"`
	// Versions of the API that it has calls for; none for a client that does nothing but log in.
	Versions []version.Version `json:"versions"`
	// Values of the templates that are its own.
	Values map[string]string `json:"values"`
}

func (r release) versions() []version.Version {
	if len(r.Versions) == 0 {
		return []version.Version{version.V1}
	}
	return r.Versions
}

// wire is a request and what has to be answered.
type wire struct {
	name string
	// http is the request as a template. Its head ends with an empty line; the line end behind the
	// body is no part of it.
	http string

	// Versions that answer so; every one of the release where there are none.
	Versions []version.Version `json:"versions"`
	// Evidence of the request, where it is another than that of the release.
	Evidence string `json:"evidence"`
	// As is whose credentials and bearer it carries. Empty means jane.doe.
	As string `json:"as"`
	// Fault meets the request.
	Fault *control.Fault `json:"fault"`
	// Advance moves the clock before it.
	Advance duration `json:"advance"`

	Status int               `json:"status"`
	Header map[string]string `json:"header"` // among others
	// Shape names the keys of an answer, see shapes.
	Shape string `json:"shape"`
	// Body is contained in that of the answer; a text that begins with ~ is a regular expression.
	Body any `json:"body"`
	// Rules are the ids of the rules by which the request is rejected. The golden file has the
	// causes.
	Rules []string `json:"rules"`
	// JWS holds claims of the access token, which then has to be a compact JWS.
	JWS map[string]any `json:"jws"`
	// Findings are the kinds that the journal has of the request.
	Findings []string `json:"findings"`
}

// duration is written as a text such as 1h.
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

// readClient reads a file, and sees to it that all of it is used.
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
		t.Fatalf("%s: %d releases, %d requests and answers", file, len(c.Releases),
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

// problems are mistakes that would leave something untested.
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
			found = append(found, w.name+" stands there twice")
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

// render makes the bytes of the request. Lines of the head and of multipart forms end with CRLF.
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
