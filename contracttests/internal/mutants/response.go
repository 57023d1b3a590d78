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

// response is a response that has not been written yet.
type response struct {
	status int
	header http.Header
	body   []byte
}

// writeTo writes the response to w.
func (resp *response) writeTo(w http.ResponseWriter) {
	header := w.Header()
	for name, values := range resp.header {
		if name != "Content-Length" {
			header[name] = values
		}
	}
	w.WriteHeader(resp.status)
	_, _ = w.Write(resp.body) // fails if the client disconnected
}

// ok reports whether the status is 2xx.
func (resp *response) ok() bool { return resp.status >= 200 && resp.status <= 299 }

// decode decodes a JSON body. It returns the zero value if the body has another type.
func decode[T any](body []byte) (value T) {
	if json.Unmarshal(body, &value) != nil {
		return *new(T)
	}
	return value
}

// object returns the body if it is a JSON object, else nil.
func (resp *response) object() object {
	return decode[object](resp.body)
}

// array returns the body if it is an array of JSON objects, else nil.
func (resp *response) array() []object {
	return decode[[]object](resp.body)
}

// setByID sets a property of the objects whose id has an entry in values.
func setByID[V any](resp *response, name string, values map[string]V) {
	resp.changeObjects(func(token object) {
		if value, known := values[text(token, "id")]; known {
			token[name] = value
		}
	})
}

// setBody replaces the body. The value is decoded JSON, so that encoding it cannot fail.
func (resp *response) setBody(value any) { resp.body, _ = json.Marshal(value) }

// text returns a string property of the body, empty if it is absent.
func (resp *response) text(name string) string { return text(resp.object(), name) }

func text(o object, name string) string {
	value, _ := o[name].(string)
	return value
}

// changeObjects calls change for the object or for each object of the array in a 2xx response.
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

// changeList replaces the list in a 2xx response.
func (resp *response) changeList(change func([]object) []object) {
	if array := resp.array(); resp.ok() && array != nil {
		resp.setBody(append([]object{}, change(array)...))
	}
}

// keepIf removes the tokens for which f returns false from a list.
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

// newResponse returns a response with a JSON body, or without a body if value is nil.
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

// newError returns an error in SailPoint's format.
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

func badRequest() *response { return newError(http.StatusBadRequest, "The request is rejected.") }
func forbidden() *response  { return newError(http.StatusForbidden, "The request is rejected.") }
func notFound() *response   { return newError(http.StatusNotFound, "There is no such token.") }

func badCredentials() *response {
	return newResponse(http.StatusUnauthorized, object{
		"error": "invalid_client", "error_description": "Bad client credentials",
	})
}

// unauthorized returns the response to an invalid bearer.
func unauthorized() *response {
	return newResponse(http.StatusUnauthorized, object{
		"error": "JWT validation failed: JWT is expired",
	})
}

// randomHex returns n random bytes as hexadecimal digits.
func randomHex(n int) string {
	b := make([]byte, n)
	_, _ = rand.Read(b) // never fails
	return hex.EncodeToString(b)
}

// parseTime parses a date. It returns the zero time if the value is not a date.
func parseTime(value any) time.Time {
	text, _ := value.(string)
	t, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		return time.Time{}
	}
	return t
}

// formatTime formats a date like those of responses.
func formatTime(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }
