package mutants

import (
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"time"
)

// object is a JSON object.
type object = map[string]any

// answer is one that was not sent yet.
type answer struct {
	status int
	header http.Header
	body   []byte
}

// send writes the answer.
func (a *answer) send(w http.ResponseWriter) {
	header := w.Header()
	for name, values := range a.header {
		if name != "Content-Length" {
			header[name] = values
		}
	}
	w.WriteHeader(a.status)
	_, _ = w.Write(a.body) // a client that went away
}

// ok tells an answer to what was not refused.
func (a *answer) ok() bool { return a.status >= 200 && a.status <= 299 }

// decoded reads JSON, and returns the zero value where it has another form.
func decoded[T any](body []byte) (value T) {
	if json.Unmarshal(body, &value) != nil {
		return *new(T)
	}
	return value
}

// object is the body, nil where it is no JSON object.
func (a *answer) object() object {
	return decoded[object](a.body)
}

// array is the body, nil where it is no array of objects.
func (a *answer) array() []object {
	return decoded[[]object](a.body)
}

// show sets a property of the objects that values has one for, by id.
func show[V any](a *answer, name string, values map[string]V) {
	a.each(func(token object) {
		if value, known := values[text(token, "id")]; known {
			token[name] = value
		}
	})
}

// put replaces the body.
func (a *answer) put(value any) { a.body, _ = json.Marshal(value) } // it is made of what was read

// text is a property of the body.
func (a *answer) text(name string) string { return text(a.object(), name) }

func text(o object, name string) string {
	value, _ := o[name].(string)
	return value
}

// each changes the object that is the body, or every object of the array, unless the request was
// refused.
func (a *answer) each(change func(object)) {
	if !a.ok() {
		return
	}
	if o := a.object(); o != nil {
		change(o)
		a.put(o)
	} else if array := a.array(); array != nil {
		for _, o := range array {
			change(o)
		}
		a.put(array)
	}
}

// items changes a list.
func (a *answer) items(change func([]object) []object) {
	if array := a.array(); a.ok() && array != nil {
		a.put(append([]object{}, change(array)...))
	}
}

// keep leaves the items that f chooses.
func (a *answer) keep(f func(object) bool) {
	a.items(func(tokens []object) (kept []object) {
		for _, token := range tokens {
			if f(token) {
				kept = append(kept, token)
			}
		}
		return kept
	})
}

// reply makes an answer with a body.
func reply(status int, value any) *answer {
	a := &answer{
		status: status, header: http.Header{
			"Content-Type": {"application/json"}, "Slpt-Request-Id": {digits(16)},
		},
	}
	if value != nil {
		a.put(value)
	}
	return a
}

// refuse makes an error in SailPoint's form.
func refuse(status int, words string) *answer {
	a := reply(status, nil)
	code := map[int]string{
		http.StatusBadRequest: "400.1 Bad request content", http.StatusForbidden: "403 Forbidden",
		http.StatusNotFound: "404 Not found",
	}[status]
	a.put(object{
		"detailCode": code, "trackingId": a.header.Get("Slpt-Request-Id"), "causes": []any{},
		"messages": []any{object{"locale": "en-US", "localeOrigin": "DEFAULT", "text": words}},
	})
	return a
}

func badRequest() *answer { return refuse(http.StatusBadRequest, "The request is refused.") }
func forbidden() *answer  { return refuse(http.StatusForbidden, "The request is refused.") }
func missing() *answer    { return refuse(http.StatusNotFound, "There is no such token.") }

func badCredentials() *answer {
	return reply(http.StatusUnauthorized, object{
		"error": "invalid_client", "error_description": "Bad client credentials",
	})
}

// unauthorized is the answer to a bearer that is not taken.
func unauthorized() *answer {
	return reply(http.StatusUnauthorized, object{"error": "JWT validation failed: JWT is expired"})
}

// digits makes n random bytes in hexadecimal digits.
func digits(n int) string {
	b := make([]byte, n)
	_, _ = rand.Read(b) // never fails
	return hex.EncodeToString(b)
}

// moment reads a date, zero where there is none.
func moment(value any) time.Time {
	text, _ := value.(string)
	t, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		return time.Time{}
	}
	return t
}

// stamp writes a date as answers have it.
func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }
