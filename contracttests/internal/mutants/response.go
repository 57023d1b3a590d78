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

// response is one that was not sent yet.
type response struct {
	status int
	header http.Header
	body   []byte
}

// writeTo writes the answer.
func (resp *response) writeTo(w http.ResponseWriter) {
	header := w.Header()
	for name, values := range resp.header {
		if name != "Content-Length" {
			header[name] = values
		}
	}
	w.WriteHeader(resp.status)
	_, _ = w.Write(resp.body) // a client that went away
}

// ok tells an answer to what was not refused.
func (resp *response) ok() bool { return resp.status >= 200 && resp.status <= 299 }

// decode reads JSON, and returns the zero value where it has another form.
func decode[T any](body []byte) (value T) {
	if json.Unmarshal(body, &value) != nil {
		return *new(T)
	}
	return value
}

// object is the body, nil where it is no JSON object.
func (resp *response) object() object {
	return decode[object](resp.body)
}

// array is the body, nil where it is no array of objects.
func (resp *response) array() []object {
	return decode[[]object](resp.body)
}

// setByID sets a property of the objects that values has one for, by id.
func setByID[V any](resp *response, name string, values map[string]V) {
	resp.changeObjects(func(token object) {
		if value, known := values[text(token, "id")]; known {
			token[name] = value
		}
	})
}

// setBody replaces the body.
// it is made of what was read
func (resp *response) setBody(value any) { resp.body, _ = json.Marshal(value) }

// text is a property of the body.
func (resp *response) text(name string) string { return text(resp.object(), name) }

func text(o object, name string) string {
	value, _ := o[name].(string)
	return value
}

// changeObjects changes the object that is the body, or every object of the array, unless the
// request was refused.
func (resp *response) changeObjects(change func(object)) {
	if !resp.ok() {
		return
	}
	if o := resp.object(); o != nil {
		change(o)
		resp.setBody(o)
	} else if array := resp.array(); array != nil {
		for _, o := range array {
			change(o)
		}
		resp.setBody(array)
	}
}

// changeList changes a list.
func (resp *response) changeList(change func([]object) []object) {
	if array := resp.array(); resp.ok() && array != nil {
		resp.setBody(append([]object{}, change(array)...))
	}
}

// keepIf leaves the items that f chooses.
func (resp *response) keepIf(f func(object) bool) {
	resp.changeList(func(tokens []object) (selected []object) {
		for _, token := range tokens {
			if f(token) {
				selected = append(selected, token)
			}
		}
		return selected
	})
}

// newResponse makes an answer with a body.
func newResponse(status int, value any) *response {
	resp := &response{
		status: status, header: http.Header{
			"Content-Type": {"application/json"}, "Slpt-Request-Id": {randomHex(16)},
		},
	}
	if value != nil {
		resp.setBody(value)
	}
	return resp
}

// newError makes an error in SailPoint's form.
func newError(status int, message string) *response {
	resp := newResponse(status, nil)
	code := map[int]string{
		http.StatusBadRequest: "400.1 Bad request content", http.StatusForbidden: "403 Forbidden",
		http.StatusNotFound: "404 Not found",
	}[status]
	resp.setBody(object{
		"detailCode": code, "trackingId": resp.header.Get("Slpt-Request-Id"), "causes": []any{},
		"messages": []any{object{"locale": "en-US", "localeOrigin": "DEFAULT", "text": message}},
	})
	return resp
}

func badRequest() *response { return newError(http.StatusBadRequest, "The request is refused.") }
func forbidden() *response  { return newError(http.StatusForbidden, "The request is refused.") }
func notFound() *response   { return newError(http.StatusNotFound, "There is no such token.") }

func badCredentials() *response {
	return newResponse(http.StatusUnauthorized, object{
		"error": "invalid_client", "error_description": "Bad client credentials",
	})
}

// unauthorized is the answer to a bearer that is not taken.
func unauthorized() *response {
	return newResponse(http.StatusUnauthorized, object{
		"error": "JWT validation failed: JWT is expired",
	})
}

// randomHex makes n random bytes in hexadecimal digits.
func randomHex(n int) string {
	b := make([]byte, n)
	_, _ = rand.Read(b) // never fails
	return hex.EncodeToString(b)
}

// parseTime reads a date, zero where there is none.
func parseTime(value any) time.Time {
	text, _ := value.(string)
	t, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		return time.Time{}
	}
	return t
}

// formatTime writes a date as answers have it.
func formatTime(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }
