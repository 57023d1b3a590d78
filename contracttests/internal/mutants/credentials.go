package mutants

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"
)

// credentials of the default fixture's users, by name. Their tokens never expire and have all
// scopes.
var credentials = map[string]struct{ identity, id, secret string }{
	"admin": {
		strings.Repeat("cafedada", 4), strings.Repeat("cafe", 8), strings.Repeat("cafe", 16),
	},
	"jane.doe": {
		strings.Repeat("facedada", 4), strings.Repeat("face", 8), strings.Repeat("face", 16),
	},
	"john.roe": {
		strings.Repeat("beaddada", 4), strings.Repeat("bead", 8), strings.Repeat("bead", 16),
	},
	"helpdesk": {
		strings.Repeat("feeddada", 4), strings.Repeat("feed", 8), strings.Repeat("feed", 16),
	},
}

// admin is the name of the administrator.
const admin = "admin"

// logIn returns an access token of a fixture user, empty for an unknown user.
func (x *exchange) logIn(user string) string {
	creds, known := credentials[user]
	if !known {
		return ""
	}
	values := url.Values{
		"grant_type": {"client_credentials"}, "client_id": {creds.id}, "client_secret": {
			creds.secret,
		},
	}
	return x.do(request{
		method: http.MethodPost, path: x.prefix + "/oauth/token",
		contentType: "application/x-www-form-urlencoded", body: values.Encode(),
	}).text("access_token")
}

// setUser makes the request as a fixture user. It does nothing for an unknown user.
func (x *exchange) setUser(user string) {
	if bearer := x.logIn(user); bearer != "" {
		x.setBearer(bearer)
	}
}

// claims has the claims of an access token. Nothing is verified.
type claims struct {
	ClientID   string `json:"client_id"`
	UserName   string `json:"user_name"`
	IdentityID string `json:"identity_id"`
	// Authorities are the user's levels.
	Authorities []string
	Scope       []string
}

func parseClaims(bearer string) (c claims) {
	parts := strings.Split(bearer, ".")
	if len(parts) != 3 {
		return c
	}
	payload, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		return c
	}
	return decode[claims](payload)
}

// callerClaims returns the claims of the request's access token.
func (x *exchange) callerClaims() claims { return parseClaims(x.bearer()) }

// listTokens returns the tokens of all users.
func (x *exchange) listTokens() []object {
	return x.do(request{
		method: http.MethodGet, path: x.collectionPath("v2026"), bearer: x.logIn(admin),
	}).array()
}

// findToken returns a token by id, nil if there is none.
func (x *exchange) findToken(id string) object {
	for _, token := range x.listTokens() {
		if token["id"] == id {
			return token
		}
	}
	return nil
}

// tokenOwner returns the name of a token's owner.
func tokenOwner(token object) string {
	o, _ := token["owner"].(object)
	return text(o, "name")
}

// hasExpired reports whether a token has a date that is not in the future.
func (x *exchange) hasExpired(token object) bool {
	date := parseTime(token["expirationDate"])
	return !date.IsZero() && !x.now().Before(date)
}
