package oauth

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"example.com/patmock/mockserver/control"
	"example.com/patmock/mockserver/dialect"
	"example.com/patmock/mockserver/internal/pat"
	"example.com/patmock/mockserver/internal/response"
	"example.com/patmock/spec/rule"
)

// Authenticate returns the caller of an Authorization header. Errors are of type *[response.Error].
func (s *Server) Authenticate(
	ctx context.Context, info *response.RequestInfo, header string, now time.Time,
) (pat.Caller, error) {
	if header == "" {
		return pat.Caller{},
			noBearerError("the Authorization header is missing: send Bearer and an access token " +
				"from " +
				"POST /oauth/token")
	}
	scheme, token, _ := strings.Cut(header, " ")
	token = strings.TrimSpace(token)
	if !strings.EqualFold(scheme, "Bearer") {
		return pat.Caller{},
			noBearerError("the Authorization header has " + schemeName(scheme) +
				": send Bearer and an access token from POST /oauth/token")
	}
	if token == "" {
		return pat.Caller{},
			noBearerError("the bearer token is empty: check that the login at POST /oauth/token " +
				"succeeded")
	}
	b, err := s.verify(token, now)
	if b.subject == nil {
		return pat.Caller{}, bearerError(response.InvalidBearer, rule.BearerRequired, err)
	}
	caller := b.caller
	info.User, info.ClientID = cmp.Or(caller.Name, caller.ClientID), caller.ClientID
	if errors.Is(err, errExpired) {
		info.AddFinding(control.ExpiredAccessToken,
			"the access token expired at "+pat.FormatDate(b.expiry()), "")
		return pat.Caller{},
			bearerError(response.ExpiredBearer, rule.AccessTokenExpires, expiredError(info))
	}
	if _, err := s.config.Service.Identity(ctx, caller.ID); caller.ID != "" &&
		errors.Is(err, pat.ErrNoIdentity) {
		return pat.Caller{},
			bearerError(response.InvalidBearer, rule.BearerRequired,
				errors.New("JWT validation failed: its user "+caller.Name+
					" no longer exists in this tenant; log in again"))
	}
	deleted, err := s.config.Service.WasDeleted(ctx, caller.ClientID)
	if err != nil {
		return pat.Caller{}, err
	}
	if deleted {
		if s.config.Writer.Dialect[dialect.AccessTokenOfDeleted].Rejects() {
			info.AddFinding(control.DeletedToken,
				"the access token was issued for deleted token "+caller.ClientID, "")
			return pat.Caller{},
				bearerError(response.InvalidBearer, rule.AccessTokenOfDeleted, errDeleted)
		}
		info.AddFinding(control.DeletedToken,
			"the access token was issued for deleted token "+caller.ClientID+
				"; it stays valid until it expires (assumed)", "")
	}
	if caller.Scopes, err = s.scopes(ctx, b); err != nil {
		return pat.Caller{}, bearerError(response.InvalidBearer, rule.BearerRequired, err)
	}
	return caller, nil
}

// schemeName returns the name of a known scheme. An unknown scheme may be a secret and is not
// repeated.
func schemeName(scheme string) string {
	for _, known := range []string{"Basic", "Digest", "Negotiate", "DPoP", "Token"} {
		if strings.EqualFold(scheme, known) {
			return "the scheme " + strconv.Quote(known)
		}
	}
	return "an unknown scheme"
}

// expiredError returns errExpired, with a note if the clock was changed.
func expiredError(info *response.RequestInfo) error {
	if info.ClockNote != "" {
		return fmt.Errorf("%w; %s", errExpired, info.ClockNote)
	}
	return errExpired
}

// errDeleted is the error of an access token whose personal access token was deleted, if the tenant
// rejects it. Its wording follows the published errors.
var errDeleted = errors.New("JWT validation failed: its personal access token was deleted")

// noBearerError returns the error for a header without a bearer token.
func noBearerError(text string) error {
	return bearerError(response.NoBearer, rule.BearerRequired, errors.New(text))
}

// bearerError returns the error of an Authorization header. The dialect entry is the one with
// the id of the rule.
func bearerError(kind response.Kind, ruleID rule.ID, err error) error {
	return &response.Error{
		Kind: kind, DialectEntry: string(ruleID), Reasons: []response.Reason{
			{Rule: ruleID, Text: err.Error()},
		},
	}
}
