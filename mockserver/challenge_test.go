package mockserver_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"example.com/patmock/mockserver"
	"example.com/patmock/spec/rule"
	"example.com/patmock/spec/version"
)

// Every 401 has a challenge (RFC 9110, section 15.5.2).
func TestUnauthorized_CarriesChallenge(t *testing.T) {
	const basic = `Basic realm="oauth"`
	invalid := func(header string) bool {
		return strings.HasPrefix(header, `Bearer error="invalid_token", error_description="`) &&
			strings.HasSuffix(header, `"`)
	}
	is := func(want string) func(string) bool {
		return func(header string) bool { return header == want }
	}
	for _, profile := range []string{mockserver.ProfileFriendly, mockserver.ProfileFaithful} {
		config := mockserver.Config{}
		var err error
		if config.Profile, err = mockserver.ProfileByName(profile); err != nil {
			t.Fatal(err)
		}
		m := startWith(t, "default", config)
		other := m.in("other")
		expired := m.as("jane.doe")
		foreign := other.as("jane.doe")
		m.advance(13 * time.Hour)
		form := "grant_type=client_credentials&client_id=x&client_secret=y"
		for _, test := range []struct {
			name          string
			authorization string
			method, path  string
			prefer        string
			want          func(string) bool
		}{
			{"no bearer", "", "GET", "/v2026/personal-access-tokens", "", is("Bearer")},
			{"empty bearer", "Bearer ", "GET", "/v2026/personal-access-tokens", "", is("Bearer")},
			{
				"another scheme", "Basic eDp5", "GET", "/v2026/personal-access-tokens", "",
				is("Bearer"),
			},
			{"malformed bearer", "Bearer x", "GET", "/v2026/personal-access-tokens", "", invalid},
			{
				"expired bearer", expired.authorization, "GET", "/v2026/personal-access-tokens", "",
				invalid,
			},
			{
				"bearer of another namespace", foreign.authorization, "GET",
				"/v2026/personal-access-tokens", "", invalid,
			},
			{
				"preferred status", m.as("jane.doe").authorization, "GET",
				"/v2026/personal-access-tokens?owner-id=me", "code=401", invalid,
			},
			{"bad credentials", "", "POST", "/oauth/token", "", is(basic)},
			{"bad credentials by Basic", "Basic eDp5", "POST", "/oauth/token", "", is(basic)},
			{
				"preferred status of the token endpoint", "", "POST", "/oauth/token", "code=401",
				is(basic),
			},
		} {
			for _, target := range []*tenant{m, other} {
				t.Run(profile+"/"+test.name, func(t *testing.T) {
					body := ""
					if test.method == http.MethodPost &&
						!strings.HasPrefix(test.authorization, "Basic") {
						body = form
					}
					path := test.path
					if target == other && test.name == "bearer of another namespace" {
						path = strings.Replace(path, "v2026", "v3", 1)
					}
					r, err := http.NewRequestWithContext(t.Context(), test.method, target.url+path,
						strings.NewReader(body))
					if err != nil {
						t.Fatal(err)
					}
					r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
					if test.authorization != "" {
						r.Header.Set("Authorization", test.authorization)
					}
					if test.prefer != "" {
						r.Header.Set("Prefer", test.prefer)
					}
					got := target.forTest(t).exchange(r)
					got.is(http.StatusUnauthorized)
					if header := got.header.Get("WWW-Authenticate"); !test.want(header) {
						t.Errorf("unexpected WWW-Authenticate: %q", header)
					}
				})
			}
		}
	}
}

// A faithful mock sends the texts that tenants are known to send, without advice.
func TestFaithful_SendsKnownTexts(t *testing.T) {
	config := mockserver.Config{}
	var err error
	if config.Profile, err = mockserver.ProfileByName(mockserver.ProfileFaithful); err != nil {
		t.Fatal(err)
	}
	m := startWith(t, "default", config)
	c := m.as("jane.doe")
	expired := m.as("jane.doe")
	each(t, version.All(), func(t *testing.T, v version.Version) {
		path := v.CollectionPath()
		c := *c
		c.tenant = m.forTest(t)
		for _, authorization := range []string{"", "Bearer ", "Bearer x", "Basic eDp5"} {
			(&client{
				tenant: c.tenant, authorization: authorization,
			}).get(path).is(401).equal("error", "JWT is required")
		}
		for _, r := range []testResponse{
			c.post(path, `{}`), c.post(path, `{`), c.get(path + "?filters=x"),
			c.delete(path + "/x"), c.get(path),
		} {
			if r.status < 400 {
				r.is(http.StatusForbidden)
			}
			r.equal("causes", []any{})
		}
	})
	m.advance(13 * time.Hour)
	expired.get("/v2026/personal-access-tokens").is(401).equal("error",
		"JWT validation failed: JWT is expired")
}

// Errors of /oauth/* follow RFC 6749, section 5.2.
func TestOAuthErrors_FollowRFC6749(t *testing.T) {
	m := start(t, "default")
	c := m.anonymous()
	for _, test := range []struct {
		name string
		got  testResponse
		want int
		kind string
	}{
		{"unknown path", c.get("/oauth/nothing"), 404, "not_found"},
		{"trailing slash after the path", c.post("/oauth/token/", ""), 404, "not_found"},
		{"other method", c.get("/oauth/token"), 405, "method_not_allowed"},
		{
			"body too large",
			c.send("POST", "/oauth/token", "application/x-www-form-urlencoded",
				strings.Repeat("x", 1<<20+1)), 413, "invalid_request",
		},
		{"no credentials", c.post("/oauth/token", ""), 401, "unauthorized"},
		{"check without a token", c.post("/oauth/check_token", ""), 400, "invalid_request"},
		{
			"check of a bad token",
			c.send("POST", "/oauth/check_token", "application/x-www-form-urlencoded", "token=x"),
			400, "invalid_token",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := test.got
			got.TB = t
			got.is(test.want).equal("error", test.kind)
			if text, _ := got.object()["error_description"].(string); text == "" {
				t.Errorf("missing error_description: %s", got.text)
			}
		})
	}
	c.get("/oauth/token").is(405)
	if got := c.get("/oauth/token").header.Get("Allow"); got != "POST" {
		t.Errorf("unexpected Allow: %q", got)
	}
	// Other paths use SailPoint's format.
	c.get("/nothing").rejected(404, "404", cause{rule.UnmatchedPath, "path"})
}
