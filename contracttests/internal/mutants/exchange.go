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

// wrap puts something around a handler.
type wrap = func(next http.Handler) http.Handler

// around answers the requests that m chooses with what f returns.
func around(m match, f func(*exchange) *answer) wrap {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			to := targetOf(r)
			if to.op == controlled || !m(to) {
				next.ServeHTTP(w, r)
				return
			}
			body, err := io.ReadAll(r.Body)
			if err != nil {
				http.Error(w, err.Error(), http.StatusBadRequest)
				return
			}
			f(&exchange{target: to, r: r.Clone(r.Context()), body: body, next: next}).send(w)
		})
	}
}

// mutateRequest changes the requests that m chooses.
func mutateRequest(m match, f func(*exchange)) wrap {
	return around(m, func(x *exchange) *answer {
		f(x)
		return x.forward()
	})
}

// after changes the responses to the requests that m selects.
func after(m match, f func(x *exchange, a *answer)) wrap {
	return around(m, func(x *exchange) *answer {
		a := x.forward()
		f(x, a)
		return a
	})
}

// mutateResponse is after for changes that do not depend on the request.
func mutateResponse(m match, f func(*answer)) wrap {
	return after(m, func(_ *exchange, a *answer) { f(a) })
}

// eachToken changes the objects in the responses to the requests that m selects.
func eachToken(m match, change func(object)) wrap {
	return mutateResponse(m, func(a *answer) { a.each(change) })
}

// insteadIf responds to the requests that f selects, which are not forwarded.
func insteadIf(m match, respond func() *answer, f func(*exchange) bool) wrap {
	return around(m, func(x *exchange) *answer {
		if f(x) {
			return respond()
		}
		return x.forward()
	})
}

// rejectIf rejects the requests that f selects with 400.
func rejectIf(m match, f func(*exchange) bool) wrap { return insteadIf(m, badRequest, f) }

// stateful is around with a memory for each namespace, in which one request is answered at a time.
func stateful[V any](m match, f func(memory map[string]V, x *exchange) *answer) wrap {
	return func(next http.Handler) http.Handler {
		type space struct {
			mu     sync.Mutex
			memory map[string]V
		}
		var spaces sync.Map // of *space, by prefix
		return around(m, func(x *exchange) *answer {
			held, _ := spaces.LoadOrStore(x.prefix, &space{memory: map[string]V{}})
			s := held.(*space)
			s.mu.Lock()
			defer s.mu.Unlock()
			return f(s.memory, x)
		})(next)
	}
}

// statefulAfter is after with the memory of stateful.
func statefulAfter[V any](m match, f func(memory map[string]V, x *exchange, a *answer)) wrap {
	return stateful(m, func(memory map[string]V, x *exchange) *answer {
		a := x.forward()
		f(memory, x, a)
		return a
	})
}

// forward asks what is wrapped.
func (x *exchange) forward() *answer { return ask(x.next, x.r, x.body) }

func ask(next http.Handler, r *http.Request, body []byte) *answer {
	asked := r.Clone(r.Context())
	asked.Body, asked.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	asked.Header.Del("Content-Length")
	a := &answer{status: http.StatusOK, header: http.Header{}}
	next.ServeHTTP(&recorder{answer: a}, asked)
	return a
}

// recorder keeps an answer.
type recorder struct {
	answer *answer
	wrote  bool
}

// Header implements http.ResponseWriter.
func (r *recorder) Header() http.Header { return r.answer.header }

// WriteHeader implements http.ResponseWriter.
func (r *recorder) WriteHeader(status int) {
	if !r.wrote {
		r.answer.status, r.wrote = status, true
	}
}

// Write implements http.ResponseWriter.
func (r *recorder) Write(b []byte) (int, error) {
	r.wrote = true
	r.answer.body = append(r.answer.body, b...)
	return len(b), nil
}

// request is one that a mutant makes of its own.
type request struct {
	method, path, bearer, contentType, body string
}

// ask makes a request of what is wrapped, in the same namespace.
func (x *exchange) ask(q request) *answer {
	r, err := http.NewRequestWithContext(x.r.Context(), q.method, q.path, http.NoBody)
	if err != nil {
		return refuse(http.StatusInternalServerError, err.Error())
	}
	r.Host, r.RemoteAddr = x.r.Host, x.r.RemoteAddr
	if q.bearer != "" {
		r.Header.Set("Authorization", "Bearer "+q.bearer)
	}
	if q.contentType != "" {
		r.Header.Set("Content-Type", q.contentType)
	}
	return ask(x.next, r, []byte(q.body))
}

// object is the body of the request, nil where it is no JSON object.
func (x *exchange) object() object {
	return decoded[object](x.body)
}

// operations are those of a patch, nil where the body is none.
func (x *exchange) operations() []object {
	return decoded[[]object](x.body)
}

// put replaces the body.
func (x *exchange) put(value any) { x.body, _ = json.Marshal(value) } // it was just read

// with returns the same request with another body.
func (x *exchange) with(value any) *exchange {
	other := *x
	other.put(value)
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

// modernize sends the request to a current version.
func (x *exchange) modernize() {
	x.r.URL.Path = x.collection("v2026")
	if x.id != "" {
		x.r.URL.Path += "/" + x.id
	}
	x.r.URL.RawPath, x.r.RequestURI = "", ""
}

// now is the time in the namespace.
func (x *exchange) now() time.Time {
	a := x.ask(request{method: http.MethodGet, path: x.prefix + "/_mock/clock"})
	return decoded[struct{ Now time.Time }](a.body).Now
}

// parameters of a login: of the query, of an urlencoded or multipart form, and of HTTP Basic.
func (x *exchange) parameters() url.Values {
	asked := x.r.Clone(x.r.Context())
	asked.Body = io.NopCloser(bytes.NewReader(x.body))
	values := asked.URL.Query()
	if asked.ParseMultipartForm(1<<20) == nil || asked.Form != nil {
		maps.Copy(values, asked.Form)
	}
	if id, secret, ok := asked.BasicAuth(); ok {
		values.Set("client_id", id)
		values.Set("client_secret", secret)
	}
	return values
}

// client is the id of the client that logs in.
func (x *exchange) client() string { return x.parameters().Get("client_id") }

// form makes the login one by an urlencoded form.
func (x *exchange) form(values url.Values) {
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

// as makes the request with another access token.
func (x *exchange) as(bearer string) { x.r.Header.Set("Authorization", "Bearer "+bearer) }
