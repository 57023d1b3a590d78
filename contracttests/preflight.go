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

// ErrUnreachable tells that nothing could be tried: the target does not answer, or refuses the
// credentials.
var ErrUnreachable = errors.New("the target cannot be tested")

// ErrSameIdentity tells that two identities of a target are one user.
var ErrSameIdentity = errors.New("the second identity is the same user as the first")

// Preflight logs in as every identity that the target has credentials for, and as the first of a
// namespace on a patmock, before anything is judged. Its error is ErrUnreachable, with a
// [LoginError] or ErrSameIdentity if that is the reason. It returns what the target lacks of all
// needs.
func (r *Runner) Preflight(ctx context.Context) (missing []string, err error) {
	tenant, err := r.openSession(ctx)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUnreachable, ExplainControlError(err))
	}
	defer func() {
		ctx, stop := r.CleanupContext(ctx, cleanupTimeout)
		defer stop()
		err = errors.Join(err, tenant.close(ctx))
	}()
	if err := r.checkCredentials(ctx); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUnreachable, err)
	}
	t := r.newT(ctx, Case{Version: ""}, tenant)
	identities := []Credentials{tenant.owner}
	if r.target.RealTenant() {
		identities = append(identities, tenant.second, tenant.admin)
	}
	for _, credentials := range identities {
		if credentials == (Credentials{}) {
			continue
		}
		if err := t.runGuarded(func() { t.client(credentials) }); err != nil {
			return nil, fmt.Errorf("%w: %w", ErrUnreachable, t.explainLoginFailure(err))
		}
		// an answer that is otherwise not as promised is for the scenarios to judge
		if c := t.clients[credentials]; c == nil || c.bearer == "" {
			return nil, fmt.Errorf("%w: %w", ErrUnreachable, t.loginError(credentials))
		}
	}
	if id := r.tokens.identityID(tenant.owner); id != "" &&
		id == r.tokens.identityID(tenant.second) {
		return nil,
			fmt.Errorf("%w: %w, %s: scenarios with two users would accuse the target falsely; "+
				"name a token of somebody else, or none", ErrUnreachable, ErrSameIdentity, id)
	}
	return tenant.missing(Features()), nil
}

// checkCredentials logs in to a patmock with the credentials of the target, which cases do not use.
func (r *Runner) checkCredentials(ctx context.Context) error {
	if r.target.RealTenant() {
		return nil
	}
	who := r.target
	t := r.newT(ctx, Case{}, &session{
		target: who, base: who.BaseURL, owner: who.Owner, second: who.Second, admin: who.Admin,
	})
	for _, login := range []Credentials{who.Owner, who.Second, who.Admin} {
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
// control token. Errors with a remedy of their own are returned as they are.
func ExplainControlError(err error) error {
	if problem, ok := errors.AsType[*control.Problem](err); ok &&
		problem.Status == http.StatusUnauthorized {
		return fmt.Errorf("%w: status 401: %s has to hold the control token of the mock", err,
			controlToken)
	}
	sent, ok := errors.AsType[*url.Error](err)
	if !ok || errors.Is(err, context.Canceled) {
		return err
	}
	if e := tenantguard.ExplainFailure(strings.ToUpper(sent.Op), sent.URL,
		err); e.Cause != tenantguard.ConnectionRefused {
		return e
	}
	return err
}

// explainLoginFailure explains why a login had no response.
func (t *T) explainLoginFailure(err error) error {
	if sent, ok := errors.AsType[*url.Error](err); ok && tenantguard.ReasonOf(err) == "" &&
		t.ctx.Err() == nil {
		return tenantguard.ExplainFailure(http.MethodPost, sent.URL, err)
	}
	return err
}

// identityID is the id of who logged in, by the answer to its login (RFC 6749 section 5.1 allows
// members of one's own). Empty means that nobody did, or that the target does not say.
func (s *tokenCache) identityID(credentials Credentials) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	login := s.tokens[credentials].login
	if login == nil {
		return ""
	}
	var response Login
	if json.Unmarshal([]byte(login.ResponseBody), &response) != nil {
		return ""
	}
	return response.IdentityID.Value
}
