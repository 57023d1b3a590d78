// Package spec holds what is published about the API: one OpenAPI document for
// each version, the errata that make them fit to validate with, and the checks
// of requests and responses against them. It holds no behaviour.
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
	Control = "control" // what the mock itself offers under /_mock/
)

//go:embed documents/*.yaml
var files embed.FS

// Names lists every document: the versions, oldest first, then OAuth and Control.
func Names() []string {
	var names []string
	for _, v := range version.All() {
		names = append(names, string(v))
	}
	return append(names, OAuth, Control)
}

// A Document is an OpenAPI document as it is in effect: as published, with the errata applied.
type Document struct {
	// Name is the version's name, OAuth or Control.
	Name string
	// Operations in the order of their paths and methods.
	Operations []*Operation

	effective        []byte // JSON
	unmatchedSubject string // the place of what is unrouted
	unmatched        map[int]*contents
	compiler         fastpath.Compiler
}

// Load returns the effective document of that name, see Names. It is read once: who
// loads it again gets the same, which nobody may change.
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

// Source returns the document of that name as it is written, before any erratum.
func Source(name string) ([]byte, error) {
	if !slices.Contains(Names(), name) {
		return nil, &UnknownDocumentError{name}
	}
	return files.ReadFile("documents/" + name + ".yaml")
}

// Parse reads an OpenAPI document in YAML or JSON and applies what errata say of
// the document of that name. A document that is invalid after that is an error,
// and so is an erratum that no longer fits it: a [DocumentError]. Nil errata
// change nothing.
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

// basePath is what the first server's address puts in front of every path.
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

// Operation returns the operation of that name (see Operation.Name), nil when the document has
// none.
func (d *Document) Operation(name string) *Operation {
	for _, op := range d.Operations {
		if op.Name == name {
			return op
		}
	}
	return nil
}

// JSON returns the effective document, which nobody may change.
func (d *Document) JSON() []byte { return d.effective }

// YAML returns the effective document.
func (d *Document) YAML() ([]byte, error) { return strictyaml.FromJSON(d.effective) }

// ValidateUnmatched checks an answer that no operation gave: to an unknown path, or
// to a method that a path does not have. Nil means that it is valid.
func (d *Document) ValidateUnmatched(status int, contentType string, body []byte) []Violation {
	return validateResponse(d.unmatched, d.unmatchedSubject, status, contentType, body)
}

func firstLine(err error) string {
	line, _, _ := strings.Cut(err.Error(), "\n")
	return line
}
