// Package spec contains the published documents of the API. There is one OpenAPI document for each
// version, with errata that correct it. Operations validate requests and responses. The package
// does not implement the mock.
package spec

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/getkin/kin-openapi/openapi3"

	"example.com/patmock/spec/internal/fastpath"
	"example.com/patmock/spec/strictyaml"
	"example.com/patmock/spec/version"
)

// The documents that belong to no version of the API.
const (
	OAuth   = "oauth"   // the token endpoint and its neighbours
	Control = "control" // the control API under /_mock/
)

//go:embed documents/*.yaml documents/resources/*.yaml
var files embed.FS

// Names lists every document: the versions, oldest first, then OAuth and Control.
func Names() []string {
	var names []string
	for _, v := range version.All() {
		names = append(names, string(v))
	}
	return append(names, OAuth, Control)
}

// A Document is an effective OpenAPI document: as published, with the errata applied.
type Document struct {
	// Name is the name of a version, OAuth or Control.
	Name string
	// Operations in the order of their paths and methods.
	Operations []*Operation

	effective        []byte // JSON
	unmatchedSubject string // subject of violations outside operations
	unmatched        map[int]*contents
	compiler         fastpath.Compiler
}

// Load returns the effective document of that name, see Names. It reads a document once. Later
// calls return the same one, and callers must not modify it.
func Load(name string) (*Document, error) {
	source, err := Source(name)
	if err != nil {
		return nil, err
	}
	load, _ := loaded.LoadOrStore(name, sync.OnceValues(func() (*Document, error) {
		errata, err := LoadErrata()
		if err != nil {
			return nil, err
		}
		return Parse(name, source, errata)
	}))
	return load.(func() (*Document, error))()
}

var loaded sync.Map // of func() (*Document, error), by name

// Source returns the document of that name before any erratum is applied. The caller owns it.
func Source(name string) ([]byte, error) {
	if !slices.Contains(Names(), name) {
		return nil, &UnknownDocumentError{name}
	}
	source, err := files.ReadFile("documents/" + name + ".yaml")
	if err != nil {
		return nil, err
	}
	return withResources(name, source)
}

// Parse reads an OpenAPI document in YAML or JSON and applies the errata for the document of that
// name. It returns a [DocumentError] if an erratum does not fit, or if the result is invalid. Nil
// errata change nothing.
func Parse(name string, source []byte, errata *Errata) (*Document, error) {
	published, err := strictyaml.JSON(source)
	if err != nil {
		return nil, &DocumentError{name, StepRead, err}
	}
	effective, err := errata.apply(name, published)
	if err != nil {
		return nil, &DocumentError{name, StepCorrect, err}
	}
	t, err := openapi3.NewLoader().LoadFromData(effective)
	if err != nil {
		return nil, &DocumentError{name, StepLoad, err}
	}
	if err := t.Validate(context.Background()); err != nil {
		return nil, &DocumentError{name, StepValidate, errors.New(firstLine(err))}
	}
	d := &Document{
		Name: name, effective: effective, unmatchedSubject: name + " outside its operations",
		unmatched: map[int]*contents{}, compiler: fastpath.Compiler{},
	}
	statuses, _ := t.Extensions["x-unmatched"].([]any) // in our own documents
	for _, u := range errata.unmatchedStatuses(name) {
		statuses = append(statuses, fmt.Sprint(u.Status))
	}
	for _, s := range statuses {
		status, err := strconv.Atoi(fmt.Sprint(s))
		if r := t.Components.Responses[fmt.Sprint(s)]; r != nil && err == nil {
			d.unmatched[status] = newContents(r.Value.Content, d.compiler)
		}
	}
	return d, d.addOperations(t)
}

func (d *Document) addOperations(t *openapi3.T) error {
	base, err := basePath(t)
	if err != nil {
		return &DocumentError{d.Name, StepRoute, err}
	}
	for _, path := range t.Paths.Keys() {
		methods := t.Paths.Value(path).Operations()
		for _, method := range []string{"GET", "POST", "PATCH", "DELETE", "PUT"} {
			if op := methods[method]; op != nil {
				d.Operations = append(d.Operations, d.newOperation(method, base+path, op))
			}
		}
	}
	return nil
}

// basePath returns the path of the first server's URL, a prefix of every path.
func basePath(t *openapi3.T) (string, error) {
	if len(t.Servers) == 0 {
		return "", nil
	}
	address := t.Servers[0].URL
	for name, variable := range t.Servers[0].Variables {
		address = strings.ReplaceAll(address, "{"+name+"}", variable.Default)
	}
	u, err := url.Parse(address)
	if err != nil {
		return "", fmt.Errorf("server %s: %w", address, err)
	}
	return strings.TrimSuffix(u.Path, "/"), nil
}

// Operation returns the operation of that name (see Operation.Name), or nil if the document has
// none.
func (d *Document) Operation(name string) *Operation {
	for _, op := range d.Operations {
		if op.Name == name {
			return op
		}
	}
	return nil
}

// JSON returns the effective document. The result must not be modified.
func (d *Document) JSON() []byte { return d.effective }

// YAML returns the effective document.
func (d *Document) YAML() ([]byte, error) { return strictyaml.FromJSON(d.effective) }

// ValidateUnmatched validates a response that belongs to no operation: to an unknown path, or to a
// method that a path does not have. It returns nil if the response is valid.
func (d *Document) ValidateUnmatched(status int, contentType string, body []byte) []Violation {
	return validateResponse(d.unmatched, d.unmatchedSubject, status, contentType, body)
}

func firstLine(err error) string {
	line, _, _ := strings.Cut(err.Error(), "\n")
	return line
}
