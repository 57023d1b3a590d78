package observer

import (
	"encoding/base64"
	"encoding/json"
	"io"
	"maps"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"example.com/patmock/spec/rule"
)

// session has the known properties of an access token.
type session struct {
	client   string
	identity string // empty for a client without a user
	scopes   []string
	claims   object
	// expires is the expiry, zero if the claims have none.
	expires     time.Time
	seesManaged bool
}

// observeLogin compares a login with its token, and the access token with the response.
func (o *Observer) observeLogin(e *exchange) {
	params := tokenParameters(e)
	client := params.Get("client_id")
	t, known := o.tokens[client]
	if !e.ok() {
		if known {
			t.rejectedLogin = true
		}
		return
	}
	s := o.addSession(e)
	resp := e.responseObject()
	if got := s.claims.text("client_id"); got != client && s.claims != nil {
		o.report(rule.ExactID, "client_id",
			"client_id in the access token is %q, expected the id that logged in: %q", got, client)
	}
	if resp.text("token_type") != "bearer" {
		o.report(rule.TokenResponse, "token_type", "token_type is %s, expected bearer",
			resp["token_type"])
	}
	if _, present := resp["refresh_token"]; present {
		o.report(rule.TokenResponse, "refresh_token",
			"the response to the login has a refresh_token")
	}
	o.checkUser(client, resp)
	o.checkClaims(s, resp)
	if known {
		o.checkLoginOf(e, t, s, resp)
	}
	if isNew := t == nil; isNew && client != o.options.APIClient {
		t = o.token(client)
	}
	if t != nil {
		t.logins = append(t.logins, o.now)
	}
}

// addSession records the owner, scopes and claims of an access token.
func (o *Observer) addSession(e *exchange) *session {
	resp := e.responseObject()
	bearer := resp.text("access_token")
	s := &session{
		client: tokenParameters(e).Get("client_id"), identity: resp.text("identity_id"),
		scopes: strings.Fields(resp.text("scope")), claims: parseClaims(bearer),
	}
	if exp := decode[float64](s.claims["exp"]); exp > 0 {
		s.expires = time.Unix(int64(exp), 0)
	}
	o.sessions[bearer] = s
	o.checkName(s.identity, resp.text("user_name"), "user_name of the login")
	return s
}

// checkUser checks that a login returns a user if and only if it has one.
func (o *Observer) checkUser(client string, resp object) {
	for _, name := range []string{"identity_id", "user_name"} {
		if isUser := client != o.options.APIClient; resp.has(name) != isUser {
			o.report(rule.LoginUser, name, "%s of the login is present: %t, expected %t", name,
				resp.has(name), isUser)
		}
	}
}

// checkLoginOf compares a login with its token.
func (o *Observer) checkLoginOf(e *exchange, t *token, s *session, resp object) {
	if t.deleted && !t.uncertain && !e.Concurrent {
		o.report(rule.TokenDeletedOrExpired, "deleted", "the deleted token %s logs in", t.id)
	}
	if expiry := parseTime(t.properties["expirationDate"]); !expiry.IsZero() &&
		o.now.Sub(expiry) > clockTolerance && o.isTracked(t) {
		o.report(rule.TokenDeletedOrExpired, "expired",
			"the token %s logs in, but it expired at %s", t.id, formatTime(expiry))
	}
	if validity, known := t.properties["accessTokenValiditySeconds"]; known {
		want, got := decode[float64](validity), decode[float64](resp["expires_in"])
		if got > want || want-got > o.slack() {
			o.report(rule.TokenExpiresIn, "",
				"expires_in is %s, expected accessTokenValiditySeconds of the token: %s",
				resp["expires_in"], validity)
		}
	}
	if owner := t.owner(); owner != "" && s.identity != owner {
		o.report(rule.LoginUser, "owner",
			"identity_id of the login is %q, expected the owner of the token %q", s.identity, owner)
	}
	if scope, known := t.properties["scope"]; known && !o.allowsScopes(t, scope, s.scopes) {
		o.report(rule.LoginScope, "",
			"scope of the login is %s, expected the token's scopes separated by blanks: "+
				"%s", resp["scope"], scope)
	}
}

// slack is the number of seconds by which expires_in may be less than the validity.
func (o *Observer) slack() float64 {
	if o.options.RealTenant {
		return 10 // a tenant may return the remaining lifetime
	}
	return 0
}

// scopeDelay is the time for which logins may return the scopes before a change.
const scopeDelay = 20*time.Minute + clockTolerance

// allowsScopes reports whether a login may return these scopes: the token's scopes or, within
// scopeDelay of a change, its previous scopes.
func (o *Observer) allowsScopes(t *token, scope json.RawMessage, granted []string) bool {
	same := func(value json.RawMessage) bool { return equalSets(decode[[]string](value), granted) }
	return same(scope) || slices.ContainsFunc(t.scopes, func(r replacedValue) bool {
		return o.now.Sub(r.time) <= scopeDelay && same(r.value)
	})
}

// equalSets compares sets of scopes. An element of a or b may have several scopes, separated by
// blanks.
func equalSets(a, b []string) bool {
	a = strings.Fields(strings.Join(a, " ")) // a scope may contain blanks
	a, b = slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b))
	return slices.Equal(slices.Compact(a), slices.Compact(b))
}

// parseClaims returns the claims of an access token, nil if it is not a JSON Web Token.
func parseClaims(bearer string) object {
	parts := strings.Split(bearer, ".")
	if len(parts) != 3 {
		return nil
	}
	claims, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		return nil
	}
	return parseObject(claims)
}

// checkClaims compares an access token with the response that contains it.
func (o *Observer) checkClaims(s *session, resp object) {
	if s.claims == nil {
		o.report(rule.AccessTokenIsJWS, "form",
			"access_token is not a JSON Web Token in compact form")
		return
	}
	for _, name := range []string{
		"tenant_id", "pod", "org", "identity_id", "user_name", "strong_auth",
		"strong_auth_supported", "jti",
	} {
		claim, claimed := s.claims[name]
		if value, present := resp[name]; present && claimed && !o.equalValues(name, value, claim) {
			o.report(rule.ClaimsAgree, name,
				"%s in the access token is %s, and %s in the response to the login", name, claim,
				value)
		} else if present != claimed && !o.options.RealTenant {
			o.report(rule.ClaimsAgree, name,
				"%s is present in the access token: %t, in the response to the login: %t", name,
				claimed, present)
		}
	}
	want := o.now.Add(time.Duration(decode[float64](resp["expires_in"])) * time.Second)
	if s.expires.Sub(want).Abs() > clockTolerance {
		o.report(rule.ClaimsAgree, "exp",
			"exp in the access token is %s, expected the time after expires_in: %s",
			formatTime(s.expires), formatTime(want))
	}
}

// observeCheckToken compares an introspection with the access token.
func (o *Observer) observeCheckToken(e *exchange) {
	s := o.sessions[tokenParameters(e).Get("token")]
	if s == nil || !e.ok() {
		return
	}
	resp := e.responseObject()
	for _, name := range slices.Sorted(maps.Keys(s.claims)) {
		value, present := resp[name]
		if name == "scope" || name == "scope_hash" {
			continue // has another format
		}
		if present && !o.equalValues(name, s.claims[name], value) ||
			!present && !o.options.RealTenant {
			o.report(rule.ClaimsAgree, "check_token "+name,
				"%s of check_token is %s, and %s in the access token", name, value, s.claims[name])
		}
	}
	if scopes := decode[[]string](resp["scope"]); !equalSets(scopes, s.scopes) {
		o.report(rule.ClaimsAgree, "check_token scope",
			"scope of check_token is %q, expected those of the login: %q", scopes, s.scopes)
	}
	if active, present := resp["active"]; present && !decode[bool](active) {
		o.report(rule.ClaimsAgree, "check_token active",
			"active of check_token is %s for a valid access token", active)
	}
}

// tokenParameters returns the parameters of a request to the token endpoint from the query, a form
// and HTTP Basic.
func tokenParameters(e *exchange) url.Values {
	values := maps.Clone(e.Query)
	if values == nil {
		values = url.Values{}
	}
	kind, parameters, _ := mime.ParseMediaType(e.Header.Get("Content-Type"))
	switch kind {
	case "application/x-www-form-urlencoded":
		form, _ := url.ParseQuery(e.Body) // keeps the valid pairs
		maps.Copy(values, form)
	case "multipart/form-data":
		readMultipart(multipart.NewReader(strings.NewReader(e.Body), parameters["boundary"]),
			values)
	}
	request := http.Request{Header: e.Header}
	if id, secret, ok := request.BasicAuth(); ok {
		values.Set("client_id", id)
		values.Set("client_secret", secret)
	}
	return values
}

func readMultipart(parts *multipart.Reader, into url.Values) {
	for {
		part, err := parts.NextPart()
		if err != nil {
			return
		}
		value, err := io.ReadAll(part)
		if err != nil {
			return
		}
		into.Set(part.FormName(), string(value))
	}
}
