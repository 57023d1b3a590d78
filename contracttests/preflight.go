package contracttests

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"example.com/patmock/contracttests/tenantguard"
	"example.com/patmock/mockserver/control"
)

// ErrUnreachable is the error of a target that does not respond, or rejects the credentials.
var ErrUnreachable = errors.New("the target cannot be tested")

// ErrSameIdentity is the error of two identities that are the same user.
var ErrSameIdentity = errors.New("the second identity is the same user as the first")

// Preflight logs in as every identity that the target has credentials for. On a patmock it also
// logs in as the first identity of a namespace. It returns the features that the target lacks. Its
// error wraps ErrUnreachable, and a [LoginError] or ErrSameIdentity if that is the cause.
func (r *Runner) Preflight(ctx context.Context) (missing []string, err error) {
	session, err := r.openSession(ctx)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUnreachable, ExplainControlError(err))
	}
	defer func() {
		ctx, stop := r.CleanupContext(ctx, cleanupTimeout)
		defer stop()
		err = errors.Join(err, session.close(ctx))
	}()
	if err := r.checkCredentials(ctx); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUnreachable, err)
	}
	t := r.newT(ctx, Case{Version: ""}, session)
	identities := []Credentials{session.owner}
	if r.target.RealTenant() {
		identities = append(identities, session.second, session.admin)
	}
	for _, credentials := range identities {
		if credentials == (Credentials{}) {
			continue
		}
		if err := t.runGuarded(func() { t.client(credentials) }); err != nil {
			return nil, fmt.Errorf("%w: %w", ErrUnreachable, t.explainLoginFailure(err))
		}
		// The scenarios check the other properties of the response.
		if c := t.clients[credentials]; c == nil || c.bearer == "" {
			return nil, fmt.Errorf("%w: %w", ErrUnreachable, t.loginError(credentials))
		}
	}
	if id := r.tokens.identityID(session.owner); id != "" &&
		id == r.tokens.identityID(session.second) {
		return nil,
			fmt.Errorf("%w: %w, %s: scenarios with two users would fail without reason; use a "+
				"token of another user, or none", ErrUnreachable, ErrSameIdentity, id)
	}
	return session.missing(Features()), nil
}

// checkCredentials logs in to a patmock with the credentials of the target, if it has any.
func (r *Runner) checkCredentials(ctx context.Context) error {
	if r.target.RealTenant() {
		return nil
	}
	target := r.target
	t := r.newT(ctx, Case{}, &session{
		target: target, base: target.BaseURL, owner: target.Owner, second: target.Second,
		admin: target.Admin,
	})
	for _, login := range []Credentials{target.Owner, target.Second, target.Admin} {
		if !login.isSet() {
			continue
		}
		var status int
		if err := t.runGuarded(func() {
			status = t.Anonymous().send(tokenRequest(login)).status
		}); err != nil {
			return t.explainLoginFailure(err)
		}
		if status != http.StatusOK {
			return t.loginError(login)
		}
	}
	return nil
}

// ExplainControlError explains why the control API of a patmock did not respond, or rejected the
// control token. It returns other errors unchanged.
func ExplainControlError(err error) error {
	if problem, ok := errors.AsType[*control.Problem](err); ok &&
		problem.Status == http.StatusUnauthorized {
		return fmt.Errorf("%w: status 401: %s must be the control token of the mock", err,
			controlToken)
	}
	urlErr, ok := errors.AsType[*url.Error](err)
	if !ok || errors.Is(err, context.Canceled) {
		return err
	}
	if e := tenantguard.ExplainFailure(strings.ToUpper(urlErr.Op), urlErr.URL,
		err); e.Cause != tenantguard.ConnectionRefused {
		return e
	}
	return err
}

// explainLoginFailure explains why a login had no response.
func (t *T) explainLoginFailure(err error) error {
	if urlErr, ok := errors.AsType[*url.Error](err); ok && tenantguard.ReasonOf(err) == "" &&
		t.ctx.Err() == nil {
		return tenantguard.ExplainFailure(http.MethodPost, urlErr.URL, err)
	}
	return err
}

// identityID returns the identity id in the login response of an identity (RFC 6749, section 5.1,
// allows additional members). It is empty if there was no login or the target sends no id.
func (c *tokenCache) identityID(credentials Credentials) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	login := c.tokens[credentials].login
	if login == nil {
		return ""
	}
	var response Login
	if json.Unmarshal([]byte(login.ResponseBody), &response) != nil {
		return ""
	}
	return response.IdentityID.Value
}
