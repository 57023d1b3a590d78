package contracttests

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// A Response is an answer that was read to its end. Its methods note failures in the scenario.
type Response struct {
	t        *T
	status   int
	header   http.Header
	body     []byte
	exchange *exchange
}

// Code is the status.
func (r *Response) Code() int { return r.status }

// Header is a header's value.
func (r *Response) Header(name string) string { return r.header.Get(name) }

// Text is the body.
func (r *Response) Text() string { return string(r.body) }

// Status expects one of these, and ends the scenario where it is another.
func (r *Response) Status(want ...int) *Response {
	if !slices.Contains(want, r.status) {
		r.t.last = r.exchange
		r.t.Fatalf("status is %d, expected %s", r.status, strings.Trim(strings.ReplaceAll(fmt.Sprint(want), " ", " or "), "[]"))
	}
	return r
}

// Object is the body, which has to be a JSON object.
func (r *Response) Object() map[string]any { return decoded[map[string]any](r, "an object") }

// Array is the body, which has to be an array of objects.
func (r *Response) Array() []map[string]any {
	return decoded[[]map[string]any](r, "an array of objects")
}

func decoded[T any](r *Response, what string) (value T) {
	if err := json.Unmarshal(r.body, &value); err != nil {
		r.t.last = r.exchange
		r.t.Fatalf("the answer is not %s: %v", what, err)
	}
	return value
}

// Has expects a property with a value; nil stands for null, which is not the same as absent.
func (r *Response) Has(name string, want any) *Response {
	got, present := r.Object()[name]
	r.t.last = r.exchange
	if !present {
		r.t.Errorf("%s is absent, expected %v", name, want)
		return r
	}
	r.t.Equal(name, want, got)
	return r
}

// Refused expects a status with an error in SailPoint's form whose detailCode begins with the number, and ends the
// scenario where the status is another. Words are not compared: their capitals differ in public. A path below /oauth
// has the error of RFC 6749, section 5.2.
func (r *Response) Refused(status int) *Response {
	r.Status(status)
	body := r.Object()
	r.t.last = r.exchange
	if u, err := url.Parse(r.exchange.URL); err == nil && oauthPath.MatchString(u.Path) {
		if kind, _ := body["error"].(string); kind == "" {
			r.t.Errorf("error is %v, expected an error code of RFC 6749", body["error"])
		}
		return r
	}
	code, _ := body["detailCode"].(string)
	if !strings.HasPrefix(code, fmt.Sprint(status)) {
		r.t.Errorf("detailCode is %q, expected one that begins with %d", code, status)
	}
	messages, _ := body["messages"].([]any)
	if len(messages) == 0 {
		r.t.Errorf("the error has no messages")
	}
	return r
}

// oauthPath is a path of the token endpoint and its neighbours, in any namespace.
var oauthPath = regexp.MustCompile(`^(/t/[^/]+)?/+oauth(/|$)`)

// Declined is Refused, but that a live target may refuse with another 4xx than patmock does: which one, nothing published
// settles, and a question of its own asks it. 401 and 429 are no answers to what was asked.
func (r *Response) Declined(status int) *Response {
	if r.Declines(status) {
		status = r.status
	}
	return r.Refused(status)
}

// Declines tells whether the answer is a refusal as Declined takes it.
func (r *Response) Declines(status int) bool {
	other := r.t.run.target.Live() && r.status >= 400 && r.status < 500 && r.status != http.StatusUnauthorized && r.status != http.StatusTooManyRequests
	return r.status == status || other
}

// Names are the names of the tokens in a list, in its order.
func (r *Response) Names() []string {
	names := []string{}
	for _, token := range r.Array() {
		name, _ := token["name"].(string)
		names = append(names, name)
	}
	return names
}

// IDs are the ids of the tokens in a list, in its order.
func (r *Response) IDs() []string {
	ids := []string{}
	for _, token := range r.Array() {
		id, _ := token["id"].(string)
		ids = append(ids, id)
	}
	return ids
}

// created is the id in an answer to create, and whose it is.
func created(status int, body []byte) (id, owner string, ok bool) {
	var made struct {
		ID    string
		Owner struct{ ID string }
	}
	if status < 200 || status > 299 || json.Unmarshal(body, &made) != nil {
		return "", "", false
	}
	return made.ID, made.Owner.ID, made.ID != ""
}
