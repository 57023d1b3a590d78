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

// StatusCode is the status.
func (r *Response) StatusCode() int { return r.status }

// Header is a header's value.
func (r *Response) Header(name string) string { return r.header.Get(name) }

// Text is the body.
func (r *Response) Text() string { return string(r.body) }

// ExpectStatus expects one of these, and ends the scenario where it is another.
func (r *Response) ExpectStatus(want ...int) *Response {
	if !slices.Contains(want, r.status) {
		r.t.lastExchange = r.exchange
		r.t.Fatalf("status is %d, expected %s", r.status,
			strings.Trim(strings.ReplaceAll(fmt.Sprint(want), " ", " or "), "[]"))
	}
	return r
}

// Token expects 200 with a token, and ends the scenario if it is another response.
func (r *Response) Token() Token { return decoded[Token](r.ExpectStatus(http.StatusOK), "a token") }

// Tokens expects 200 with a list of tokens, and ends the scenario if it is another response.
func (r *Response) Tokens() []Token {
	return decoded[[]Token](r.ExpectStatus(http.StatusOK), "a list of tokens")
}

// Introspection expects 200 of check_token, and ends the scenario if it is another response.
func (r *Response) Introspection() Introspection {
	return decoded[Introspection](r.ExpectStatus(http.StatusOK), "that of check_token")
}

// TenantInfo expects 200 of /oauth/info, and ends the scenario if it is another response.
func (r *Response) TenantInfo() TenantInfo {
	return decoded[TenantInfo](r.ExpectStatus(http.StatusOK), "that of /oauth/info")
}

// Login decodes the response to a login, whatever its status is, and ends the scenario if it is
// another body.
func (r *Response) Login() Login { return decoded[Login](r, "that of a login") }

// ErrorBody decodes the body as an error, and ends the scenario if it is none.
func (r *Response) ErrorBody() ErrorBody { return decoded[ErrorBody](r, "an error") }

// decoded makes a failure that comes next show this exchange.
func decoded[T any](r *Response, subject string) (value T) {
	r.t.lastExchange = r.exchange
	if err := json.Unmarshal(r.body, &value); err != nil {
		r.t.Fatalf("the response is not %s: %v", subject, err)
	}
	return value
}

// Find returns the token of that id in a list, and reports whether it is there.
func (r *Response) Find(id string) (Token, bool) {
	for _, token := range r.Tokens() {
		if token.ID == id {
			return token, true
		}
	}
	return Token{}, false
}

// MustFind returns the token of that id in a list, and ends the scenario unless it is there.
func (r *Response) MustFind(id string) Token {
	token, found := r.Find(id)
	if !found {
		r.t.Fatalf("the token %s is not listed", id)
	}
	return token
}

// ExpectError expects a status with an error in SailPoint's form whose detailCode begins with the
// number, and ends the scenario if the status is another. Words are not compared: their capitals
// differ in public. A path below /oauth has the error of RFC 6749, section 5.2.
func (r *Response) ExpectError(status int) *Response {
	r.ExpectStatus(status)
	body := r.ErrorBody()
	if u, err := url.Parse(r.exchange.URL); err == nil && oauthPath.MatchString(u.Path) {
		if body.Error.Value == "" {
			r.t.Errorf("error is %v, expected an error code of RFC 6749", body.Error)
		}
		return r
	}
	if !strings.HasPrefix(body.DetailCode.Value, fmt.Sprint(status)) {
		r.t.Errorf("detailCode is %v, expected one that begins with %d", body.DetailCode, status)
	}
	if len(body.Messages.Value) == 0 {
		r.t.Errorf("the error has no messages")
	}
	return r
}

// oauthPath is a path of the token endpoint and its neighbours, in any namespace.
var oauthPath = regexp.MustCompile(`^(/t/[^/]+)?/+oauth(/|$)`)

// ExpectRejected expects a 4xx with an error in SailPoint's form, and ends the scenario if the
// status is another. On a patmock the status is one of want, if there are any. A real tenant may
// choose another one: no document settles it, and an open question asks for it. 401 and 429 say
// nothing about the request itself.
func (r *Response) ExpectRejected(want ...int) *Response {
	if len(want) > 0 && !r.t.RealTenant() {
		r.ExpectStatus(want...)
	}
	if r.status < 400 || r.status > 499 || r.status == http.StatusUnauthorized ||
		r.status == http.StatusTooManyRequests {
		r.t.lastExchange = r.exchange
		r.t.Fatalf("status is %d, expected a rejection", r.status)
	}
	return r.ExpectError(r.status)
}

// Names are the names of the tokens in a list, in its order.
func (r *Response) Names() []string {
	names := []string{}
	for _, token := range r.Tokens() {
		names = append(names, token.Name)
	}
	return names
}

// IDs are the ids of the tokens in a list, in its order.
func (r *Response) IDs() []string {
	ids := []string{}
	for _, token := range r.Tokens() {
		ids = append(ids, token.ID)
	}
	return ids
}

// parseCreated is the id in an answer to create, and whose it is.
func parseCreated(status int, body []byte) (id, owner string, ok bool) {
	var created struct {
		ID    string
		Owner struct{ ID string }
	}
	if status < 200 || status > 299 || json.Unmarshal(body, &created) != nil {
		return "", "", false
	}
	return created.ID, created.Owner.ID, created.ID != ""
}
