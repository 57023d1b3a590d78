package mockserver

import (
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"github.com/gorilla/mux"

	"example.com/patmock/mockserver/internal/answer"
	"example.com/patmock/spec"
	"example.com/patmock/spec/version"
)

// router collects the operations of all documents, and answers what none of them takes.
type router struct {
	documents *documents
	writer    answer.Writer
	paths     map[string]*path
	missing   []string // operations without a handler
}

// path is one path of a document.
type path struct {
	document *spec.Document
	methods  map[string]http.Handler
}

func newRouter(d *documents, w answer.Writer) *router {
	return &router{documents: d, writer: w, paths: map[string]*path{}}
}

func (r *router) handle(op *spec.Operation, document *spec.Document, handler http.Handler) {
	if handler == nil {
		r.missing = append(r.missing, op.ID)
		return
	}
	if r.paths[op.Path] == nil {
		r.paths[op.Path] = &path{document: document, methods: map[string]http.Handler{}}
	}
	r.paths[op.Path].methods[op.Method] = handler
}

// build makes the mux. Paths without a parameter come first, so that a literal path is never
// taken for an id, whatever the method.
func (r *router) build() (http.Handler, error) {
	if len(r.missing) > 0 {
		return nil, fmt.Errorf("no handler for the operations %s", strings.Join(r.missing, ", "))
	}
	m := mux.NewRouter().SkipClean(true).UseEncodedPath()
	names := slices.SortedFunc(maps.Keys(r.paths), func(a, b string) int {
		return strings.Compare(strings.ReplaceAll(a, "{", "\xff"), strings.ReplaceAll(b, "{", "\xff"))
	})
	for _, name := range names {
		p := r.paths[name]
		m.Path(name).HandlerFunc(func(rw http.ResponseWriter, request *http.Request) {
			if request.ContentLength > maxBody {
				r.tooLarge(rw, request, p.document)
				return
			}
			if handler := p.methods[request.Method]; handler != nil {
				handler.ServeHTTP(rw, request)
				return
			}
			r.methodNotAllowed(rw, request, p)
		})
	}
	m.NotFoundHandler = http.HandlerFunc(r.notFound)
	return m, nil
}

// tooLarge refuses a body by its announced length, also where nobody would read it.
func (r *router) tooLarge(rw http.ResponseWriter, request *http.Request, document *spec.Document) {
	a := answer.Error(rw, http.StatusRequestEntityTooLarge, "413 Content too large", "The body is larger than the server takes.",
		fmt.Sprintf("body: expected at most %d bytes, got %d (rule content-too-large, assumed)", maxBody, request.ContentLength))
	r.writer.Write(rw, request, a, document.CheckUnrouted)
}

func (r *router) methodNotAllowed(rw http.ResponseWriter, request *http.Request, p *path) {
	allowed := strings.Join(slices.Sorted(maps.Keys(p.methods)), ", ")
	a := answer.Error(rw, http.StatusMethodNotAllowed, "405 Method not allowed", "The path does not have this method.",
		fmt.Sprintf("method: expected %s, got %s (rule method-not-allowed, assumed)", allowed, request.Method))
	a.Header = http.Header{"Allow": {allowed}}
	r.writer.Write(rw, request, a, p.document.CheckUnrouted)
}

// otherResource is a path of the per-resource APIs, such as /accounts/v1/{id}.
var otherResource = regexp.MustCompile(`^/[a-z][a-z0-9-]*/v[0-9]+(/|$)`)

// notFound answers 501 where a tenant has paths that the mock has not, so that nobody takes
// it for missing data, and 404 anywhere else.
func (r *router) notFound(rw http.ResponseWriter, request *http.Request) {
	path := request.URL.EscapedPath()
	base, _, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	v, document := version.Version(base), r.documents.oauth
	if under(path, version.V1.CollectionPath()) {
		v = version.V1
	}
	_, err := version.Parse(string(v))
	known := err == nil && (base != string(version.V1)) // v1 stands behind its resource
	if served := r.documents.versions[v]; served != nil {
		document = served
	}
	switch {
	case request.ContentLength > maxBody:
		r.tooLarge(rw, request, document)
	case known && document == r.documents.oauth && under(path, v.CollectionPath()):
		r.notSimulated(rw, request, document, fmt.Sprintf("this patmock was started without version %s", v))
	case known && path == v.CollectionPath()+"/":
		r.noSuchPath(rw, request, document, "path: expected an id behind the last slash, got nothing (rule unknown-path, assumed)")
	case known || base == "latest" || otherResource.MatchString(path):
		r.notSimulated(rw, request, document, "patmock serves personal access tokens and /oauth only")
	default:
		r.noSuchPath(rw, request, document, fmt.Sprintf("path: expected one such as %s or /oauth/token, got %s (rule unknown-path, assumed)",
			version.V1.CollectionPath(), path))
	}
}

// under tells whether a path is another one or below it.
func under(path, other string) bool { return path == other || strings.HasPrefix(path, other+"/") }

func (r *router) notSimulated(rw http.ResponseWriter, request *http.Request, document *spec.Document, why string) {
	text := fmt.Sprintf("%s: %s %s is not simulated", why, request.Method, request.URL.EscapedPath())
	a := answer.Error(rw, http.StatusNotImplemented, "501 Not implemented", text, text)
	r.writer.Write(rw, request, a, document.CheckUnrouted)
}

func (r *router) noSuchPath(rw http.ResponseWriter, request *http.Request, document *spec.Document, cause string) {
	a := answer.Error(rw, http.StatusNotFound, "404 Not found",
		"The server did not find a current representation for the target resource.", cause)
	r.writer.Write(rw, request, a, document.CheckUnrouted)
}
