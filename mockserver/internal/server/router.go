package server

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/gorilla/mux"

	"example.com/patmock/fixtures"
	"example.com/patmock/mockserver/internal/api"
	"example.com/patmock/mockserver/internal/controlapi"
	"example.com/patmock/mockserver/internal/namespace"
	"example.com/patmock/mockserver/internal/oauth"
	"example.com/patmock/mockserver/internal/response"
	"example.com/patmock/spec"
)

// maxBodyBytes is the maximum size of the body of an API request.
const maxBodyBytes = 1 << 20

// controlPath is the prefix of the control API.
const controlPath = "/_mock"

// bodyLimit returns the maximum size, in bytes, of the body at a path. A state may be as large as
// the mock writes it.
func bodyLimit(document *spec.Document, path string) int64 {
	switch {
	case document.Name != spec.Control:
		return maxBodyBytes
	case path == controlPath+"/state":
		return fixtures.MaxBytes
	}
	return controlapi.MaxTenant
}

// A pathMux finds the operation of a request. All namespaces share it. A literal path has priority
// over one with a parameter, for every method.
type pathMux struct {
	literal   map[string]*route
	templates *mux.Router
	missing   []string // operations without a handler
}

// A route is one path of a document.
type route struct {
	document   *spec.Document
	operations map[string]*operation
	allowed    string // methods, as in the Allow header
	maxBody    int64  // bytes
}

// An operation is a method of a route.
type operation struct {
	name, version string // as in rules and in the journal
	serve         func(*namespace.Namespace, http.ResponseWriter, *http.Request)
}

// ServeHTTP implements http.Handler, which gorilla/mux requires. It is never called: dispatch calls
// the operations.
func (*route) ServeHTTP(http.ResponseWriter, *http.Request) {}

func newPathMux() *pathMux {
	return &pathMux{
		literal: map[string]*route{}, templates: mux.NewRouter().SkipClean(true).UseEncodedPath(),
	}
}

// newMuxes returns the mux of the API and the token endpoint, and the mux of the control API.
func newMuxes(d *documents, controls *controlapi.Server) (apiMux, controlMux *pathMux, err error) {
	apiMux, controlMux = newPathMux(), newPathMux()
	for v, document := range d.versions {
		for _, op := range document.Operations {
			route := api.NewRoute(v, op)
			apiMux.add(route != nil, op, document, string(v),
				func(t *namespace.Namespace, rw http.ResponseWriter, r *http.Request) {
					t.API.Serve(rw, r, route)
				})
		}
	}
	for _, op := range d.oauth.Operations {
		route := oauth.NewRoute(op)
		apiMux.add(route != nil, op, d.oauth, "",
			func(t *namespace.Namespace, rw http.ResponseWriter, r *http.Request) {
				t.OAuth.Serve(rw, r, route)
			})
	}
	for _, op := range d.control.Operations {
		route := controlapi.NewRoute(op)
		controlMux.add(route != nil, op, d.control, "",
			func(t *namespace.Namespace, rw http.ResponseWriter, r *http.Request) {
				controls.Serve(rw, r, t, route)
			})
	}
	if missing := slices.Concat(apiMux.missing, controlMux.missing); len(missing) > 0 {
		return nil, nil, fmt.Errorf("no handler for the operations %s", strings.Join(missing, ", "))
	}
	apiMux.finish()
	controlMux.finish()
	return apiMux, controlMux, nil
}

// add adds an operation. It records an operation as missing if it has no handler.
func (m *pathMux) add(handled bool, op *spec.Operation, document *spec.Document, version string,
	serve func(*namespace.Namespace, http.ResponseWriter, *http.Request),
) {
	if !handled {
		m.missing = append(m.missing, op.ID)
		return
	}
	if m.literal[op.Path] == nil {
		m.literal[op.Path] = &route{
			document: document, operations: map[string]*operation{},
			maxBody: bodyLimit(document, op.Path),
		}
	}
	name := operationNames[op.Name]
	if name == "" {
		name = op.Name
	}
	m.literal[op.Path].operations[op.Method] = &operation{name, version, serve}
}

// finish adds HEAD to routes with GET, and registers the paths with a parameter with gorilla/mux.
func (m *pathMux) finish() {
	for _, path := range slices.Sorted(maps.Keys(m.literal)) {
		route := m.literal[path]
		if get := route.operations[http.MethodGet]; get != nil &&
			route.operations[http.MethodHead] == nil {
			route.operations[http.MethodHead] = get // net/http omits the body
		}
		route.allowed = strings.Join(slices.Sorted(maps.Keys(route.operations)), ", ")
		if strings.Contains(path, "{") {
			m.templates.Path(path).Handler(route)
			delete(m.literal, path)
		}
	}
}

// find returns the route of a request and its path parameters. The route is nil if no path matches.
func (m *pathMux) find(r *http.Request) (match *route, parameters map[string]string) {
	if match := m.literal[r.URL.EscapedPath()]; match != nil {
		return match, nil
	}
	var routeMatch mux.RouteMatch
	if r.Method == http.MethodPost && isIdentityJob(r.URL.EscapedPath()) ||
		!m.templates.Match(r, &routeMatch) {
		return nil, nil
	}
	match, _ = routeMatch.Handler.(*route)
	return match, routeMatch.Vars
}

// matches reports whether an operation matches a request.
func (m *pathMux) matches(r *http.Request) bool {
	route, _ := m.find(r)
	return route != nil && route.operations[r.Method] != nil && r.ContentLength <= route.maxBody
}

// dispatch calls the operation that matches a request.
func (s *requestState) dispatch(r *http.Request, m *pathMux) {
	route, parameters := m.find(r)
	switch {
	case route == nil && s.info.Form == response.Control:
		s.controlNotFound(r)
	case route == nil && s.serveStub(r):
	case route == nil:
		s.unmatched.notFound(s.rw, r, s.stubHint(r))
	case r.ContentLength > route.maxBody:
		s.rejectTooLarge(r, route)
	case route.operations[r.Method] == nil:
		s.rejectMethod(r, route)
	default:
		for name, value := range parameters {
			r.SetPathValue(name, value)
		}
		op := route.operations[r.Method]
		s.info.Operation, s.info.Version = op.name, op.version
		op.serve(s.tenant, s.rw, r)
	}
}
