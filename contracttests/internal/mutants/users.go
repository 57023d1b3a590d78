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

// login makes a bearer of a user of the fixture, empty where there is none.
func (x *exchange) login(user string) string {
	who, known := credentials[user]
	if !known {
		return ""
	}
	values := url.Values{
		"grant_type": {"client_credentials"}, "client_id": {who.id}, "client_secret": {who.secret},
	}
	return x.ask(request{
		method: http.MethodPost, path: x.prefix + "/oauth/token",
		contentType: "application/x-www-form-urlencoded", body: values.Encode(),
	}).text("access_token")
}

// asUser makes the request that of a user of the fixture; of anybody else it stays.
func (x *exchange) asUser(user string) {
	if bearer := x.login(user); bearer != "" {
		x.as(bearer)
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

func claimsOf(bearer string) (c claims) {
	parts := strings.Split(bearer, ".")
	if len(parts) != 3 {
		return c
	}
	payload, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		return c
	}
	return decoded[claims](payload)
}

// caller is who makes the request.
func (x *exchange) caller() claims { return claimsOf(x.bearer()) }

// tokens lists those of everybody.
func (x *exchange) tokens() []object {
	return x.ask(request{
		method: http.MethodGet, path: x.collection("v2026"), bearer: x.login(admin),
	}).array()
}

// token finds one, nil where there is none.
func (x *exchange) token(id string) object {
	for _, token := range x.tokens() {
		if token["id"] == id {
			return token
		}
	}
	return nil
}

// owner is the name of a token's owner.
func owner(token object) string {
	o, _ := token["owner"].(object)
	return text(o, "name")
}

// expired tells whether a token has a date that has come.
func (x *exchange) expired(token object) bool {
	date := moment(token["expirationDate"])
	return !date.IsZero() && !x.now().Before(date)
}
