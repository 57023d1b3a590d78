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

	"example.com/patmock/spec/redact"
)

// apiClient calls the API as one identity.
type apiClient struct {
	Login
	http       *http.Client
	base, path string
	// grace limits the time that a delete may take after its context has ended.
	grace time.Duration
	now   func() time.Time
	clock *Clock // clock of the target

	bearer string
	// identity is the id of the caller. It is empty if the target does not report it.
	identity     string
	tokens       []token // tokens of the caller
	allTokens    []token // tokens of every identity, nil before the first list
	lastResponse SetupResponse
	loginErr     error // error of a rejected login, which is not repeated
}

// refresh logs in and lists the caller's own tokens.
func (c *apiClient) refresh(ctx context.Context) error {
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

func (c *apiClient) logIn(ctx context.Context) error {
	if c.loginErr != nil {
		return c.loginErr
	}
	form := url.Values{
		"grant_type": {"client_credentials"}, "client_id": {c.ClientID}, "client_secret": {
			c.ClientSecret,
		},
	}
	body := strings.NewReader(form.Encode())
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, c.base+"/oauth/token", body)
	if err != nil {
		return &ConfigError{"BaseURL", "must be an address"}
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	var login struct {
		AccessToken string `json:"access_token"`
		IdentityID  string `json:"identity_id"`
	}
	status, err := c.send(r, &login)
	switch {
	case err != nil:
		return c.callError(LogIn, status, err)
	case status != http.StatusOK || login.AccessToken == "":
		err = c.callError(LogIn, status, nil)
		if status < http.StatusInternalServerError && status != http.StatusTooManyRequests {
			c.loginErr = err
		}
		return err
	}
	c.bearer, c.identity = login.AccessToken, cmp.Or(login.IdentityID, c.identity)
	return nil
}

// list requests the caller's own list. On an error the tokens do not change.
func (c *apiClient) list(ctx context.Context) error {
	var tokens []token
	status, err := c.do(ctx, http.MethodGet, c.path+"?"+ownTokens, &tokens)
	if err != nil || status != http.StatusOK {
		return c.callError(ListTokens, status, err)
	}
	c.tokens = tokens
	return nil
}

// listsForeign reports whether the caller can list a token of another identity with this id. An
// administrator could delete it.
func (c *apiClient) listsForeign(ctx context.Context, id string) (bool, error) {
	if c.allTokens == nil {
		all := []token{}
		status, err := c.do(ctx, http.MethodGet, c.path, &all)
		if err != nil || status >= http.StatusInternalServerError ||
			status == http.StatusTooManyRequests {
			return false, c.callError(ListAllTokens, status, err)
		}
		c.allTokens = all
	}
	return slices.ContainsFunc(c.allTokens, func(t token) bool {
		return t.ID == id && t.Owner.ID != c.identity
	}), nil
}

// delete deletes a token. A missing token is not an error.
func (c *apiClient) delete(ctx context.Context, id string) error {
	if c.grace > 0 {
		graceful, stop := WithGrace(ctx, c.grace)
		defer stop()
		ctx = graceful
	}
	status, err := c.do(ctx, http.MethodDelete, c.path+"/"+id, nil)
	if err == nil && status != http.StatusNoContent && status != http.StatusNotFound {
		err = c.callError(DeleteToken, status, nil)
	}
	return err
}

// callError returns the error of a call. A nil err means that the latest response is invalid.
func (c *apiClient) callError(call Call, status int, err error) error {
	urlErr, isURLError := errors.AsType[*url.Error](err)
	_, isRetryError := errors.AsType[*RetryError](err)
	switch {
	case call == DeleteToken: // the status suffices
	case err == nil:
		err = ExplainResponse(c.lastResponse)
	case isURLError && !isRetryError && ReasonOf(err) == "" && !errors.Is(err, context.Canceled):
		err = ExplainFailure(strings.ToUpper(urlErr.Op), urlErr.URL, err)
	}
	return &CallError{
		Call: call, ClientID: c.redact(c.ClientID), Origin: c.Origin, Status: status, Err: err,
	}
}

// hasToken reports whether the caller's list has a token.
func (c *apiClient) hasToken(id string) bool {
	return slices.ContainsFunc(c.tokens, func(t token) bool { return t.ID == id })
}

// do sends a request with the access token. It logs in again and repeats the request if the token
// has expired.
func (c *apiClient) do(ctx context.Context, method, path string, out any) (status int, err error) {
	status, err = c.doOnce(ctx, method, path, out)
	if err != nil || status != http.StatusUnauthorized {
		return status, err
	}
	if err := c.logIn(startContext(ctx)); err != nil {
		return status, err
	}
	return c.doOnce(ctx, method, path, out)
}

func (c *apiClient) doOnce(ctx context.Context, method, path string, out any) (int, error) {
	r, err := http.NewRequestWithContext(ctx, method, c.base+path, nil)
	if err != nil {
		return 0, err
	}
	r.Header.Set("Authorization", "Bearer "+c.bearer)
	return c.send(r, out)
}

// send sends a request. It decodes the body of a 200 response.
func (c *apiClient) send(r *http.Request, out any) (status int, err error) {
	r.Header.Set("Accept", "application/json")
	start := c.now()
	resp, err := c.http.Do(r)
	if err != nil {
		return 0, err
	}
	defer func() { _ = resp.Body.Close() }() // the body was read completely
	body, err := ReadResponse(resp.Body)
	if err != nil {
		return resp.StatusCode, err
	}
	c.clock.Observe(resp.StatusCode, resp.Header, start, c.now())
	c.lastResponse = SetupResponse{
		BaseURL: c.base, Method: r.Method, URL: r.URL.String(), Status: resp.StatusCode,
		Header: resp.Header, Body: body, ClientID: c.ClientID, Redact: c.redact,
	}
	if resp.StatusCode == http.StatusOK && out != nil && json.Unmarshal(body, out) != nil {
		err = ExplainResponse(c.lastResponse)
	}
	return resp.StatusCode, err
}

// redact replaces the caller's secrets, and any text in the form of a secret.
func (c *apiClient) redact(text string) string {
	for _, secret := range []string{c.ClientSecret, c.bearer} {
		if secret != "" {
			text = strings.ReplaceAll(text, secret, redact.Mark)
		}
	}
	return redact.Report(text)
}
