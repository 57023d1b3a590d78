package mutants

import (
	"bytes"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"
)

// exchange is a request to the wrapped handler.
type exchange struct {
	target
	r    *http.Request
	body []byte
	next http.Handler
}

// middleware wraps a handler.
type middleware = func(next http.Handler) http.Handler

// wrap returns a middleware that calls f for the requests that m matches. It forwards other
// requests.
func wrap(m matcher, f func(*exchange) *response) middleware {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			to := targetOf(r)
			if to.op == control || !m(to) {
				next.ServeHTTP(w, r)
				return
			}
			body, err := io.ReadAll(r.Body)
			if err != nil {
				http.Error(w, err.Error(), http.StatusBadRequest)
				return
			}
			f(&exchange{target: to, r: r.Clone(r.Context()), body: body, next: next}).writeTo(w)
		})
	}
}

// mutateRequest calls f for the requests that m matches, then forwards them.
func mutateRequest(m matcher, f func(*exchange)) middleware {
	return wrap(m, func(x *exchange) *response {
		f(x)
		return x.forward()
	})
}

// mutateResponseFor calls f for the requests that m matches and their responses.
func mutateResponseFor(m matcher, f func(x *exchange, resp *response)) middleware {
	return wrap(m, func(x *exchange) *response {
		resp := x.forward()
		f(x, resp)
		return resp
	})
}

// mutateResponse is like mutateResponseFor for changes that do not depend on the request.
func mutateResponse(m matcher, f func(*response)) middleware {
	return mutateResponseFor(m, func(_ *exchange, resp *response) { f(resp) })
}

// eachToken calls change for each object in the responses to the requests that m matches.
func eachToken(m matcher, change func(object)) middleware {
	return mutateResponse(m, func(resp *response) { resp.changeObjects(change) })
}

// respondIf calls respond instead of forwarding the requests for which f returns true.
func respondIf(m matcher, respond func() *response, f func(*exchange) bool) middleware {
	return wrap(m, func(x *exchange) *response {
		if f(x) {
			return respond()
		}
		return x.forward()
	})
}

// rejectIf rejects the requests for which f returns true with 400.
func rejectIf(m matcher, f func(*exchange) bool) middleware { return respondIf(m, badRequest, f) }

// stateful is like wrap, with a map for each namespace. Requests of a namespace are served one at a
// time.
func stateful[V any](m matcher, f func(memory map[string]V, x *exchange) *response) middleware {
	return func(next http.Handler) http.Handler {
		type namespaceMemory struct {
			mu     sync.Mutex
			memory map[string]V
		}
		var memories sync.Map // of *namespaceMemory, by prefix
		return wrap(m, func(x *exchange) *response {
			loaded, _ := memories.LoadOrStore(x.prefix, &namespaceMemory{memory: map[string]V{}})
			s := loaded.(*namespaceMemory)
			s.mu.Lock()
			defer s.mu.Unlock()
			return f(s.memory, x)
		})(next)
	}
}

// statefulResponse is like mutateResponseFor, with the map of stateful.
func statefulResponse[V any](
	m matcher, f func(memory map[string]V, x *exchange, resp *response),
) middleware {
	return stateful(m, func(memory map[string]V, x *exchange) *response {
		resp := x.forward()
		f(memory, x, resp)
		return resp
	})
}

// forward passes the request to the wrapped handler.
func (x *exchange) forward() *response { return serve(x.next, x.r, x.body) }

func serve(next http.Handler, r *http.Request, body []byte) *response {
	clone := r.Clone(r.Context())
	clone.Body, clone.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	clone.Header.Del("Content-Length")
	resp := &response{status: http.StatusOK, header: http.Header{}}
	next.ServeHTTP(&recorder{response: resp}, clone)
	return resp
}

// recorder is an http.ResponseWriter that stores the response.
type recorder struct {
	response *response
	wrote    bool
}

// Header implements http.ResponseWriter.
func (r *recorder) Header() http.Header { return r.response.header }

// WriteHeader implements http.ResponseWriter.
func (r *recorder) WriteHeader(status int) {
	if !r.wrote {
		r.response.status, r.wrote = status, true
	}
}

// Write implements http.ResponseWriter.
func (r *recorder) Write(b []byte) (int, error) {
	r.wrote = true
	r.response.body = append(r.response.body, b...)
	return len(b), nil
}

// request is a request that a mutant makes itself.
type request struct {
	method, path, bearer, contentType, body string
}

// do sends a request to the wrapped handler.
func (x *exchange) do(q request) *response {
	r, err := http.NewRequestWithContext(x.r.Context(), q.method, q.path, http.NoBody)
	if err != nil {
		return newError(http.StatusInternalServerError, err.Error())
	}
	r.Host, r.RemoteAddr = x.r.Host, x.r.RemoteAddr
	if q.bearer != "" {
		r.Header.Set("Authorization", "Bearer "+q.bearer)
	}
	if q.contentType != "" {
		r.Header.Set("Content-Type", q.contentType)
	}
	return serve(x.next, r, []byte(q.body))
}

// object returns the request body if it is a JSON object, else nil.
func (x *exchange) object() object {
	return decode[object](x.body)
}

// patchOperations returns the operations of a JSON Patch, nil if the body is not one.
func (x *exchange) patchOperations() []object {
	return decode[[]object](x.body)
}

// setBody replaces the request body. The value is decoded JSON, so that encoding it cannot fail.
func (x *exchange) setBody(value any) { x.body, _ = json.Marshal(value) }

// withBody returns a copy of the request with another body.
func (x *exchange) withBody(value any) *exchange {
	other := *x
	other.setBody(value)
	return &other
}

// query returns a query parameter.
func (x *exchange) query(name string) string { return x.r.URL.Query().Get(name) }

// setQuery sets a query parameter. An empty value deletes it.
func (x *exchange) setQuery(name, value string) {
	values := x.r.URL.Query()
	if values.Set(name, value); value == "" {
		values.Del(name)
	}
	x.r.URL.RawQuery = values.Encode()
}

// useCurrentVersion sends the request to a version in which tokens may never expire.
func (x *exchange) useCurrentVersion() {
	x.r.URL.Path = x.collectionPath("v2026")
	if x.id != "" {
		x.r.URL.Path += "/" + x.id
	}
	x.r.URL.RawPath, x.r.RequestURI = "", ""
}

// now returns the time of the namespace.
func (x *exchange) now() time.Time {
	resp := x.do(request{method: http.MethodGet, path: x.prefix + "/_mock/clock"})
	return decode[struct{ Now time.Time }](resp.body).Now
}

// loginParameters returns the parameters of a login from the query, a form and HTTP Basic.
func (x *exchange) loginParameters() url.Values {
	clone := x.r.Clone(x.r.Context())
	clone.Body = io.NopCloser(bytes.NewReader(x.body))
	values := clone.URL.Query()
	if clone.ParseMultipartForm(1<<20) == nil || clone.Form != nil {
		maps.Copy(values, clone.Form)
	}
	if id, secret, ok := clone.BasicAuth(); ok {
		values.Set("client_id", id)
		values.Set("client_secret", secret)
	}
	return values
}

// clientID returns the client id of a login.
func (x *exchange) clientID() string { return x.loginParameters().Get("client_id") }

// setForm replaces the parameters of a login by a urlencoded form.
func (x *exchange) setForm(values url.Values) {
	x.r.URL.RawQuery = ""
	x.r.Header.Del("Authorization")
	x.r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	x.body = []byte(values.Encode())
}

// bearer returns the access token of the request.
func (x *exchange) bearer() string {
	bearer, _ := strings.CutPrefix(x.r.Header.Get("Authorization"), "Bearer ")
	return bearer
}

// setBearer replaces the access token of the request.
func (x *exchange) setBearer(bearer string) { x.r.Header.Set("Authorization", "Bearer "+bearer) }
