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

// exchange is a request on its way to what is wrapped.
type exchange struct {
	target
	r    *http.Request
	body []byte
	next http.Handler
}

// middleware puts something around a handler.
type middleware = func(next http.Handler) http.Handler

// wrap answers the requests that m chooses with what f returns.
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

// mutateRequest changes the requests that m chooses.
func mutateRequest(m matcher, f func(*exchange)) middleware {
	return wrap(m, func(x *exchange) *response {
		f(x)
		return x.forward()
	})
}

// mutateResponseFor changes the responses to the requests that m selects.
func mutateResponseFor(m matcher, f func(x *exchange, resp *response)) middleware {
	return wrap(m, func(x *exchange) *response {
		resp := x.forward()
		f(x, resp)
		return resp
	})
}

// mutateResponse is after for changes that do not depend on the request.
func mutateResponse(m matcher, f func(*response)) middleware {
	return mutateResponseFor(m, func(_ *exchange, resp *response) { f(resp) })
}

// eachToken changes the objects in the responses to the requests that m selects.
func eachToken(m matcher, change func(object)) middleware {
	return mutateResponse(m, func(resp *response) { resp.changeObjects(change) })
}

// respondIf responds to the requests that f selects, which are not forwarded.
func respondIf(m matcher, respond func() *response, f func(*exchange) bool) middleware {
	return wrap(m, func(x *exchange) *response {
		if f(x) {
			return respond()
		}
		return x.forward()
	})
}

// rejectIf rejects the requests that f selects with 400.
func rejectIf(m matcher, f func(*exchange) bool) middleware { return respondIf(m, badRequest, f) }

// stateful is around with a memory for each namespace, in which one request is answered at a time.
func stateful[V any](m matcher, f func(memory map[string]V, x *exchange) *response) middleware {
	return func(next http.Handler) http.Handler {
		type namespaceMemory struct {
			mu     sync.Mutex
			memory map[string]V
		}
		var memories sync.Map // of *space, by prefix
		return wrap(m, func(x *exchange) *response {
			loaded, _ := memories.LoadOrStore(x.prefix, &namespaceMemory{memory: map[string]V{}})
			s := loaded.(*namespaceMemory)
			s.mu.Lock()
			defer s.mu.Unlock()
			return f(s.memory, x)
		})(next)
	}
}

// statefulResponse is after with the memory of stateful.
func statefulResponse[V any](m matcher,
	f func(memory map[string]V, x *exchange, resp *response),
) middleware {
	return stateful(m, func(memory map[string]V, x *exchange) *response {
		resp := x.forward()
		f(memory, x, resp)
		return resp
	})
}

// forward asks what is wrapped.
func (x *exchange) forward() *response { return serve(x.next, x.r, x.body) }

func serve(next http.Handler, r *http.Request, body []byte) *response {
	clone := r.Clone(r.Context())
	clone.Body, clone.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	clone.Header.Del("Content-Length")
	resp := &response{status: http.StatusOK, header: http.Header{}}
	next.ServeHTTP(&recorder{response: resp}, clone)
	return resp
}

// recorder keeps an answer.
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

// request is one that a mutant makes of its own.
type request struct {
	method, path, bearer, contentType, body string
}

// do makes a request of what is wrapped, in the same namespace.
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

// object is the body of the request, nil where it is no JSON object.
func (x *exchange) object() object {
	return decode[object](x.body)
}

// patchOperations are those of a patch, nil where the body is none.
func (x *exchange) patchOperations() []object {
	return decode[[]object](x.body)
}

// setBody replaces the body.
func (x *exchange) setBody(value any) { x.body, _ = json.Marshal(value) } // it was just read

// withBody returns the same request with another body.
func (x *exchange) withBody(value any) *exchange {
	other := *x
	other.setBody(value)
	return &other
}

// query returns a parameter.
func (x *exchange) query(name string) string { return x.r.URL.Query().Get(name) }

// setQuery changes a parameter. An empty value deletes it.
func (x *exchange) setQuery(name, value string) {
	values := x.r.URL.Query()
	if values.Set(name, value); value == "" {
		values.Del(name)
	}
	x.r.URL.RawQuery = values.Encode()
}

// useCurrentVersion sends the request to a current version.
func (x *exchange) useCurrentVersion() {
	x.r.URL.Path = x.collectionPath("v2026")
	if x.id != "" {
		x.r.URL.Path += "/" + x.id
	}
	x.r.URL.RawPath, x.r.RequestURI = "", ""
}

// now is the time in the namespace.
func (x *exchange) now() time.Time {
	resp := x.do(request{method: http.MethodGet, path: x.prefix + "/_mock/clock"})
	return decode[struct{ Now time.Time }](resp.body).Now
}

// loginParameters of a login: of the query, of an urlencoded or multipart form, and of HTTP Basic.
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

// clientID is the id of the client that logs in.
func (x *exchange) clientID() string { return x.loginParameters().Get("client_id") }

// setForm makes the login one by an urlencoded form.
func (x *exchange) setForm(values url.Values) {
	x.r.URL.RawQuery = ""
	x.r.Header.Del("Authorization")
	x.r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	x.body = []byte(values.Encode())
}

// bearer is the access token of the request.
func (x *exchange) bearer() string {
	bearer, _ := strings.CutPrefix(x.r.Header.Get("Authorization"), "Bearer ")
	return bearer
}

// setBearer makes the request with another access token.
func (x *exchange) setBearer(bearer string) { x.r.Header.Set("Authorization", "Bearer "+bearer) }
