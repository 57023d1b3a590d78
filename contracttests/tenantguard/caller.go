package tenantguard

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"example.com/patmock/contracttests/report"
)

// caller is an identity that has logged in, with the tokens it has.
type caller struct {
	Login
	http       *http.Client
	base, path string
	// grace limits the wait for a delete under way once its context has ended.
	grace time.Duration
	// now is our time, and clock how far that of the target is from it. All callers of a sweep share
	// them.
	now   func() time.Time
	clock *Clock

	bearer string
	// identity is the id of who has logged in, empty where the target does not say.
	identity string
	tokens   []token
	// last is the latest response, without a status before the first.
	last SetupResponse
	// all are the tokens of every identity once they were listed, none if the caller may not.
	all       []token
	listedAll bool
	// refused is what was answered to a login: it is not tried again.
	refused error
}

// token is what a list says of one.
type token struct {
	ID      string                    `json:"id"`
	Name    string                    `json:"name"`
	Owner   struct{ ID, Name string } `json:"owner"`
	Created string                    `json:"created"`
	// ExpirationDate is empty where there is none.
	ExpirationDate string `json:"expirationDate"`
}

func (t token) created() (time.Time, error) { return parseCreated(t.Created) }

// look logs in, and reads the list of what the caller has.
func (c *caller) look(ctx context.Context) error {
	if err := c.logIn(ctx); err != nil {
		return err
	}
	if err := c.list(ctx); err != nil {
		return err
	}
	if i := slices.IndexFunc(c.tokens, func(t token) bool { return t.ID == c.ClientID }); i >= 0 {
		c.identity = cmp.Or(c.identity, c.tokens[i].Owner.ID)
	}
	return nil
}

func (c *caller) logIn(ctx context.Context) error {
	if c.refused != nil {
		return c.refused
	}
	form := url.Values{"grant_type": {"client_credentials"}, "client_id": {c.ClientID}, "client_secret": {c.ClientSecret}}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, c.base+"/oauth/token", strings.NewReader(form.Encode()))
	if err != nil {
		return &ConfigError{"BaseURL", "log in: the target has no address"}
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	var issued struct {
		AccessToken string `json:"access_token"`
		IdentityID  string `json:"identity_id"`
	}
	status, err := c.send(r, &issued)
	switch {
	case err != nil:
		return c.failed(LogIn, status, err)
	case status != http.StatusOK || issued.AccessToken == "":
		err = c.failed(LogIn, status, nil)
		if status < http.StatusInternalServerError && status != http.StatusTooManyRequests {
			c.refused = err
		}
		return err
	}
	c.bearer, c.identity = issued.AccessToken, cmp.Or(issued.IdentityID, c.identity)
	return nil
}

// list reads the caller's own list. What was read before stays where it cannot be read.
func (c *caller) list(ctx context.Context) error {
	var tokens []token
	status, err := c.do(ctx, http.MethodGet, c.path+"?owner-id=me", &tokens)
	switch {
	case err != nil:
		return c.failed(ListTokens, status, err)
	case status != http.StatusOK:
		return c.failed(ListTokens, status, nil)
	}
	c.tokens = tokens
	return nil
}

// seesForeign reports whether a token belongs to another identity. An administrator may delete such a
// token, other callers cannot see it.
func (c *caller) seesForeign(ctx context.Context, id string) (bool, error) {
	if !c.listedAll {
		status, err := c.do(ctx, http.MethodGet, c.path, &c.all)
		switch {
		case err != nil:
			return false, c.failed(ListAllTokens, status, err)
		case status >= http.StatusInternalServerError, status == http.StatusTooManyRequests:
			return false, c.failed(ListAllTokens, status, nil)
		}
		c.listedAll = true
	}
	return slices.ContainsFunc(c.all, func(t token) bool { return t.ID == id && t.Owner.ID != c.identity }), nil
}

// delete deletes a token. One that is gone already is no error.
func (c *caller) delete(ctx context.Context, id string) error {
	if c.grace > 0 {
		graceful, stop := Graceful(ctx, c.grace)
		defer stop()
		ctx = graceful
	}
	status, err := c.do(ctx, http.MethodDelete, c.path+"/"+id, nil)
	if err == nil && status != http.StatusNoContent && status != http.StatusNotFound {
		err = c.failed(DeleteToken, status, nil)
	}
	return err
}

// failed returns the error of a call. A nil err means that the latest response is the problem.
func (c *caller) failed(call Call, status int, err error) error {
	sent, unsent := errors.AsType[*url.Error](err)
	switch {
	case call == DeleteToken: // its status says it all
	case err == nil:
		err = ExplainResponse(c.last)
	case unsent && ReasonOf(err) == "" && !isRetryError(err) && !errors.Is(err, context.Canceled):
		err = ExplainFailure(strings.ToUpper(sent.Op), sent.URL, err)
	}
	return &CallError{Call: call, ClientID: c.clean(c.ClientID), Origin: c.Origin, Status: status, Err: err}
}

func isRetryError(err error) bool {
	_, ok := errors.AsType[*RetryError](err)
	return ok
}

// has tells whether the list shows a token.
func (c *caller) has(id string) bool {
	return slices.ContainsFunc(c.tokens, func(t token) bool { return t.ID == id })
}

// owns tells whether a token is the caller's, as far as the target says who both are.
func (c *caller) owns(t token) bool { return c.identity != "" && c.identity == t.Owner.ID }

// do makes a request with the access token, and again with a new one where that has expired.
func (c *caller) do(ctx context.Context, method, path string, into any) (status int, err error) {
	status, err = c.once(ctx, method, path, into)
	if err != nil || status != http.StatusUnauthorized {
		return status, err
	}
	if err := c.logIn(startOf(ctx)); err != nil {
		return status, err
	}
	return c.once(ctx, method, path, into)
}

func (c *caller) once(ctx context.Context, method, path string, into any) (status int, err error) {
	r, err := http.NewRequestWithContext(ctx, method, c.base+path, nil)
	if err != nil {
		return 0, err
	}
	r.Header.Set("Authorization", "Bearer "+c.bearer)
	return c.send(r, into)
}

// send sends a request, and decodes a good answer.
func (c *caller) send(r *http.Request, into any) (status int, err error) {
	r.Header.Set("Accept", "application/json")
	sent := c.now()
	answered, err := c.http.Do(r)
	if err != nil {
		return 0, err
	}
	defer func() { _ = answered.Body.Close() }() // what it holds is known by then
	body, err := ReadResponse(answered.Body)
	if err != nil {
		return answered.StatusCode, err
	}
	c.clock.Observe(answered.StatusCode, answered.Header, sent, c.now())
	c.last = SetupResponse{
		BaseURL: c.base, Method: r.Method, URL: r.URL.String(), Status: answered.StatusCode, Header: answered.Header, Body: body,
		ClientID: c.ClientID, Redact: c.clean,
	}
	if answered.StatusCode == http.StatusOK && into != nil && json.Unmarshal(body, into) != nil {
		err = ExplainResponse(c.last)
	}
	return answered.StatusCode, err
}

// clean takes the caller's secrets out of a text.
func (c *caller) clean(text string) string {
	for _, secret := range []string{c.ClientSecret, c.bearer} {
		if secret != "" {
			text = strings.ReplaceAll(text, secret, "[redacted]")
		}
	}
	return report.Redact(text)
}
