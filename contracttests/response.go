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

// A Response is a complete HTTP response. Its methods report failures of the scenario.
type Response struct {
	t        *T
	status   int
	header   http.Header
	body     []byte
	exchange *exchange
}

// StatusCode returns the status code.
func (r *Response) StatusCode() int { return r.status }

// Header returns the first value of a header.
func (r *Response) Header(name string) string { return r.header.Get(name) }

// Text returns the body.
func (r *Response) Text() string { return string(r.body) }

// ExpectStatus ends the scenario unless the status is one of want.
func (r *Response) ExpectStatus(want ...int) *Response {
	if !slices.Contains(want, r.status) {
		r.t.lastExchange = r.exchange
		r.t.Fatalf("status is %d, expected %s", r.status,
			strings.Trim(strings.ReplaceAll(fmt.Sprint(want), " ", " or "), "[]"))
	}
	return r
}

// Token decodes a token, and ends the scenario unless the status is 200 and the body is one.
func (r *Response) Token() Token { return decoded[Token](r.ExpectStatus(http.StatusOK), "a token") }

// Tokens decodes a list of tokens, and ends the scenario unless the status is 200 and the body is
// one.
func (r *Response) Tokens() []Token {
	return decoded[[]Token](r.ExpectStatus(http.StatusOK), "a list of tokens")
}

// Introspection decodes a response of check_token, and ends the scenario unless the status is 200.
func (r *Response) Introspection() Introspection {
	return decoded[Introspection](r.ExpectStatus(http.StatusOK), "a response of check_token")
}

// TenantInfo decodes a response of /oauth/info, and ends the scenario unless the status is 200.
func (r *Response) TenantInfo() TenantInfo {
	return decoded[TenantInfo](r.ExpectStatus(http.StatusOK), "a response of /oauth/info")
}

// Login decodes a login response of any status, and ends the scenario if the body is none.
func (r *Response) Login() Login { return decoded[Login](r, "a login response") }

// ErrorBody decodes an error, and ends the scenario if the body is none.
func (r *Response) ErrorBody() ErrorBody { return decoded[ErrorBody](r, "an error") }

// decoded decodes the body. Later failures show this exchange.
func decoded[T any](r *Response, subject string) (value T) {
	r.t.lastExchange = r.exchange
	if err := json.Unmarshal(r.body, &value); err != nil {
		r.t.Fatalf("the response is not %s: %v", subject, err)
	}
	return value
}

// Find returns the token with an id from a list, and reports whether it is listed.
func (r *Response) Find(id string) (Token, bool) {
	for _, token := range r.Tokens() {
		if token.ID == id {
			return token, true
		}
	}
	return Token{}, false
}

// MustFind returns the token with an id from a list. It ends the scenario if there is none.
func (r *Response) MustFind(id string) Token {
	token, found := r.Find(id)
	if !found {
		r.t.Fatalf("the token %s is not listed", id)
	}
	return token
}

// ExpectError expects a status with a SailPoint error whose detailCode begins with the status. It
// ends the scenario if the status differs. The text of detailCode is not compared, since published
// examples differ in capitals. Below /oauth it expects an error of RFC 6749, section 5.2.
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

// oauthPath matches the paths below /oauth, in any namespace.
var oauthPath = regexp.MustCompile(`^(/t/[^/]+)?/+oauth(/|$)`)

// ExpectRejected expects a 4xx with a SailPoint error, and ends the scenario if the status differs.
// On a patmock the status must be one of want, if any. A real tenant may choose another status, and
// an open question records it. 401 and 429 do not count: they do not depend on the request itself.
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

// Names returns the names of the tokens in a list, in order.
func (r *Response) Names() []string {
	names := []string{}
	for _, token := range r.Tokens() {
		names = append(names, token.Name)
	}
	return names
}

// IDs returns the ids of the tokens in a list, in order.
func (r *Response) IDs() []string {
	ids := []string{}
	for _, token := range r.Tokens() {
		ids = append(ids, token.ID)
	}
	return ids
}

// parseCreated returns the id and the owner of the token in a response to create.
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
