package server

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/gorilla/mux"

	"example.com/patmock/mockserver/internal/api"
	controls "example.com/patmock/mockserver/internal/controlapi"
	"example.com/patmock/mockserver/internal/oauth"
	"example.com/patmock/mockserver/internal/response"
	"example.com/patmock/spec"
)

// router leads requests to operations. It is the same for all namespaces: which one a request is for
// stands in its context.
type router struct {
	strangers strangers
	paths     map[string]*path
	missing   []string // operations that nothing handles
}

// path is one path of a document.
type path struct {
	document *spec.Document
	methods  map[string]http.Handler
	allowed  string // the methods, as Allow has them
	maxBody  int64  // bytes
}

// ServeHTTP implements http.Handler, which mux needs of a route; routes calls the methods itself.
func (*path) ServeHTTP(http.ResponseWriter, *http.Request) {}

// strangers answers what no operation takes.
type strangers interface {
	tooLarge(rw http.ResponseWriter, r *http.Request, p *path)
	methodNotAllowed(rw http.ResponseWriter, r *http.Request, p *path, allowed string)
	notFound(rw http.ResponseWriter, r *http.Request)
}

// newHandlers makes what serves the API and, by itself, the control surface.
func newHandlers(s *Server) (main, control http.Handler, err error) {
	d := s.documents
	s.unmatched = &apiStrangers{documents: d, writer: s.writer, apart: s.config.ControlApart}
	apis := &router{strangers: s.unmatched, paths: map[string]*path{}}
	for v, document := range d.versions {
		for _, op := range document.Operations {
			if route := api.NewRoute(v, op); apis.know(route != nil, op) {
				apis.handle(op, document, string(v), func(t *tenant, rw http.ResponseWriter, r *http.Request) { t.pats.Serve(rw, r, route) })
			}
		}
	}
	for _, op := range d.oauth.Operations {
		if route := oauth.NewRoute(op); apis.know(route != nil, op) {
			apis.handle(op, d.oauth, "", func(t *tenant, rw http.ResponseWriter, r *http.Request) { t.tokens.Serve(rw, r, route) })
		}
	}
	surface := &router{strangers: &controlStrangers{documents: d, writer: s.writer}, paths: map[string]*path{}}
	for _, op := range d.control.Operations {
		if route := controls.NewRoute(op); surface.know(route != nil, op) {
			surface.handle(op, d.control, "", func(t *tenant, rw http.ResponseWriter, r *http.Request) { t.controls.Serve(rw, r, route) })
		}
	}
	apiMux, err := apis.build()
	if err != nil {
		return nil, nil, err
	}
	controlMux, err := surface.build()
	if err != nil {
		return nil, nil, err
	}
	if s.config.Fallback != "" {
		if err := s.unmatched.forward(s.config.Fallback); err != nil {
			return nil, nil, fieldError("Fallback", err)
		}
	}
	alone := &entrance{server: s, control: controlMux}
	main = &entrance{server: s, api: apiMux, control: controlMux}
	if s.config.ControlApart {
		main = &entrance{server: s, api: apiMux}
	}
	return main, alone, nil
}

// know notes an operation that nothing handles.
func (r *router) know(known bool, op *spec.Operation) bool {
	if !known {
		r.missing = append(r.missing, op.ID)
	}
	return known
}

func (r *router) handle(op *spec.Operation, document *spec.Document, version string, serve func(*tenant, http.ResponseWriter, *http.Request)) {
	if r.paths[op.Path] == nil {
		r.paths[op.Path] = &path{document: document, methods: map[string]http.Handler{}, maxBody: bodyLimit(document, op.Path)}
	}
	name := operationNames[op.Name]
	if name == "" {
		name = op.Name
	}
	r.paths[op.Path].methods[op.Method] = http.HandlerFunc(func(rw http.ResponseWriter, request *http.Request) {
		trace := response.InfoFrom(request)
		trace.Operation, trace.Version = name, version
		serve(tenantOf(rw), rw, request)
	})
}

// build makes what finds the path of a request.
func (r *router) build() (*routes, error) {
	if len(r.missing) > 0 {
		return nil, fmt.Errorf("no handler for the operations %s", strings.Join(r.missing, ", "))
	}
	built := &routes{literal: map[string]*path{}, templates: mux.NewRouter().SkipClean(true).UseEncodedPath(), strangers: r.strangers}
	for _, name := range slices.Sorted(maps.Keys(r.paths)) {
		p := r.paths[name]
		if p.methods[http.MethodHead] == nil && p.methods[http.MethodGet] != nil {
			p.methods[http.MethodHead] = p.methods[http.MethodGet] // whose body is not sent
		}
		p.allowed = strings.Join(slices.Sorted(maps.Keys(p.methods)), ", ")
		if strings.Contains(name, "{") {
			built.templates.Path(name).Handler(p)
		} else {
			built.literal[name] = p
		}
	}
	return built, nil
}

// routes are the paths of a surface. A literal path beats one with a parameter, whatever the method.
type routes struct {
	literal   map[string]*path
	templates *mux.Router
	strangers strangers
}

// find returns the path of a request with the variables in it, nil if there is none.
func (r *routes) find(request *http.Request) (p *path, vars map[string]string) {
	if p := r.literal[request.URL.EscapedPath()]; p != nil {
		return p, nil
	}
	var match mux.RouteMatch
	if !r.templates.Match(request, &match) {
		return nil, nil
	}
	p, _ = match.Handler.(*path)
	return p, match.Vars
}

// takes reports whether an operation takes a request.
func (r *routes) takes(request *http.Request) bool {
	p, _ := r.find(request)
	return p != nil && p.methods[request.Method] != nil && request.ContentLength <= p.maxBody
}

// ServeHTTP implements http.Handler.
func (r *routes) ServeHTTP(rw http.ResponseWriter, request *http.Request) {
	p, vars := r.find(request)
	if p == nil {
		r.strangers.notFound(rw, request)
		return
	}
	handler := p.methods[request.Method]
	switch {
	case request.ContentLength > p.maxBody:
		r.strangers.tooLarge(rw, request, p)
	case handler == nil:
		r.strangers.methodNotAllowed(rw, request, p, p.allowed)
	case vars != nil:
		handler.ServeHTTP(rw, mux.SetURLVars(request, vars))
	default:
		handler.ServeHTTP(rw, request)
	}
}
