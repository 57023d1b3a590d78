package mutants

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"
)

// credentials of the users of the default fixture, by name: tokens that never expire, with all
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

// admin is the administrator's name.
const admin = "admin"

// logIn makes a bearer of a user of the fixture, empty where there is none.
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

// setUser makes the request that of a user of the fixture; of anybody else it stays.
func (x *exchange) setUser(user string) {
	if bearer := x.logIn(user); bearer != "" {
		x.setBearer(bearer)
	}
}

// claims are what an access token says. Nothing is checked.
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

// callerClaims is who makes the request.
func (x *exchange) callerClaims() claims { return parseClaims(x.bearer()) }

// listTokens lists those of everybody.
func (x *exchange) listTokens() []object {
	return x.do(request{
		method: http.MethodGet, path: x.collectionPath("v2026"), bearer: x.logIn(admin),
	}).array()
}

// findToken finds one, nil where there is none.
func (x *exchange) findToken(id string) object {
	for _, token := range x.listTokens() {
		if token["id"] == id {
			return token
		}
	}
	return nil
}

// tokenOwner is the name of a token's owner.
func tokenOwner(token object) string {
	o, _ := token["owner"].(object)
	return text(o, "name")
}

// hasExpired tells whether a token has a date that has come.
func (x *exchange) hasExpired(token object) bool {
	date := parseTime(token["expirationDate"])
	return !date.IsZero() && !x.now().Before(date)
}
