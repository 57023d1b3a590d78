package mockserver

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/gorilla/mux"

	"example.com/patmock/mockserver/internal/answer"
	"example.com/patmock/mockserver/internal/api"
	controls "example.com/patmock/mockserver/internal/control"
	"example.com/patmock/mockserver/internal/oauth"
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
	maxBody  int64 // bytes
}

// strangers answers what no operation takes.
type strangers interface {
	tooLarge(rw http.ResponseWriter, r *http.Request, p *path)
	methodNotAllowed(rw http.ResponseWriter, r *http.Request, p *path, allowed string)
	notFound(rw http.ResponseWriter, r *http.Request)
}

// newHandlers makes what serves the API and, by itself, the control surface.
func newHandlers(s *Server) (main, control http.Handler, err error) {
	d := s.documents
	apis := &router{strangers: &apiStrangers{documents: d, writer: s.writer}, paths: map[string]*path{}}
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
	surface := &router{strangers: &controlStrangers{document: d.control, writer: s.writer}, paths: map[string]*path{}}
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
		if err := apis.strangers.(*apiStrangers).forward(s.config.Fallback); err != nil {
			return nil, nil, configError("Fallback", err)
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
		r.paths[op.Path] = &path{document: document, methods: map[string]http.Handler{}, maxBody: bodyLimit(document)}
	}
	name := operationNames[op.Name]
	if name == "" {
		name = op.Name
	}
	r.paths[op.Path].methods[op.Method] = http.HandlerFunc(func(rw http.ResponseWriter, request *http.Request) {
		trace := answer.TraceOf(request)
		trace.Operation, trace.Version = name, version
		serve(tenantOf(rw), rw, request)
	})
}

// build makes what finds the path of a request.
func (r *router) build() (http.Handler, error) {
	if len(r.missing) > 0 {
		return nil, fmt.Errorf("no handler for the operations %s", strings.Join(r.missing, ", "))
	}
	built := &routes{literal: map[string]http.Handler{}, templates: mux.NewRouter().SkipClean(true).UseEncodedPath(), notFound: http.HandlerFunc(r.strangers.notFound)}
	for _, name := range slices.Sorted(maps.Keys(r.paths)) {
		handler := r.serve(r.paths[name])
		if strings.Contains(name, "{") {
			built.templates.Path(name).Handler(handler)
		} else {
			built.literal[name] = handler
		}
	}
	return built, nil
}

// serve leads to the operations of a path.
func (r *router) serve(p *path) http.HandlerFunc {
	return func(rw http.ResponseWriter, request *http.Request) {
		handler := p.methods[request.Method]
		switch {
		case request.ContentLength > p.maxBody:
			r.strangers.tooLarge(rw, request, p)
		case handler != nil:
			handler.ServeHTTP(rw, request)
		default:
			r.strangers.methodNotAllowed(rw, request, p, strings.Join(slices.Sorted(maps.Keys(p.methods)), ", "))
		}
	}
}

// routes are the paths of a surface. A literal path beats one with a parameter, whatever the method.
type routes struct {
	literal   map[string]http.Handler
	templates *mux.Router
	notFound  http.Handler
}

// ServeHTTP implements http.Handler.
func (r *routes) ServeHTTP(rw http.ResponseWriter, request *http.Request) {
	if handler := r.literal[request.URL.EscapedPath()]; handler != nil {
		handler.ServeHTTP(rw, request)
		return
	}
	var match mux.RouteMatch
	if !r.templates.Match(request, &match) {
		r.notFound.ServeHTTP(rw, request)
		return
	}
	match.Handler.ServeHTTP(rw, mux.SetURLVars(request, match.Vars))
}
