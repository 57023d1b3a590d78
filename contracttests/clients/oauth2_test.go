package clients_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"

	"example.com/patmock/mockserver"
	"example.com/patmock/mockserver/control"
	"example.com/patmock/spec/version"
)

// styles has the authentication styles of golang.org/x/oauth2. By default it tries the header
// first.
var styles = []struct {
	name          string
	style         oauth2.AuthStyle
	authorization []string // of the login that is good
	rejected      int      // number of logins before a rejection
}{
	{"in parameters", oauth2.AuthStyleInParams, nil, 1},
	{"in the header", oauth2.AuthStyleInHeader, []string{"Basic [redacted]"}, 1},
	{"detected", oauth2.AuthStyleAutoDetect, []string{"Basic [redacted]"}, 2},
}

func TestOAuth2(t *testing.T) {
	for _, test := range styles {
		for _, v := range version.All() {
			t.Run(test.name+"/"+string(v), func(t *testing.T) {
				mock := mockserver.Start(t, mockserver.Config{Log: slog.New(slog.DiscardHandler)})
				config := jane(mock, test.style)
				p := program{
					T: t, client: config.Client(t.Context()), tokens: mock.URL + v.CollectionPath(),
				}

				// versions up to v2024 ignore the second parameter
				const body = `{"name":"build","userAwareTokenNeverExpires":true}`
				created := p.call("POST", "", "application/json", body, http.StatusOK)
				id := property(created, "id")
				if got := p.names(); !cmp.Equal(got, []string{
					"build", "laptop", "login", "token report",
				}) {
					t.Errorf("listed %q", got)
				}
				renamed := p.call("PATCH", "/"+id, "application/json-patch+json",
					`[{"op":"replace","path":"/name","value":"release"}]`, http.StatusOK)
				if got := property(renamed, "name"); got != "release" {
					t.Errorf("renamed to %q", got)
				}
				if left := p.call("DELETE", "/"+id, "", "", http.StatusNoContent); len(left) > 0 {
					t.Errorf("delete has status %s", left)
				}
				p.call("DELETE", "/"+id, "", "", http.StatusNotFound)
				checkLogin(t, mock.Control(), test.authorization)
			})
		}
	}
}

func TestOAuth2Token(t *testing.T) {
	for _, test := range styles {
		t.Run(test.name, func(t *testing.T) {
			mock := mockserver.Start(t)
			config := jane(mock, test.style)
			config.Scopes = []string{"sp:scopes:default"} // the token endpoint ignores it
			token, err := config.Token(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			lives := time.Until(token.Expiry)
			if token.Type() != "Bearer" || lives.Round(time.Minute) != 12*time.Hour ||
				token.RefreshToken != "" || !token.Valid() {
				t.Errorf("type %s, lives %s, refresh token %q, valid %t", token.Type(), lives,
					token.RefreshToken, token.Valid())
			}
			if token.Extra("user_name") != "jane.doe" || token.Extra("scope") != "sp:scopes:all" {
				t.Errorf("user_name %v, scope %v", token.Extra("user_name"), token.Extra("scope"))
			}
		})
	}
}

// RFC 6749, section 5.2: an error has a code, and a request with an Authorization header gets the
// scheme.
func TestOAuth2_RejectsBadSecret(t *testing.T) {
	for _, test := range styles {
		t.Run(test.name, func(t *testing.T) {
			mock := mockserver.Start(t, mockserver.Config{Log: slog.New(slog.DiscardHandler)})
			config := jane(mock, test.style)
			config.ClientSecret = "s3cret+/ =&"
			rejected := refusal(t, config)
			if rejected.Response.StatusCode != http.StatusUnauthorized ||
				rejected.ErrorCode != "invalid_client" ||
				rejected.ErrorDescription != "Bad client credentials" {
				t.Errorf("%s: %s: %s", rejected.Response.Status, rejected.ErrorCode,
					rejected.ErrorDescription)
			}
			scheme, _, _ := strings.Cut(rejected.Response.Header.Get("WWW-Authenticate"), " ")
			if test.style == oauth2.AuthStyleInHeader && scheme != "Basic" {
				t.Errorf("WWW-Authenticate %q", scheme)
			}
			logins, err := mock.Control().Requests(t.Context(), control.Match{
				Operation: "token", Status: http.StatusUnauthorized,
			}, 0)
			if err != nil || logins.Matched != test.rejected {
				t.Errorf("%d logins, want %d, error %v", logins.Matched, test.rejected, err)
			}
		})
		for grant, code := range map[string]string{
			"password": "unsupported_grant_type", "": "invalid_request",
		} {
			t.Run(test.name+" "+code, func(t *testing.T) {
				config := jane(mockserver.Start(t, mockserver.Config{
					Log: slog.New(slog.DiscardHandler),
				}), test.style)
				config.EndpointParams = url.Values{"grant_type": {grant}}
				if rejected := refusal(t,
					config); rejected.Response.StatusCode != http.StatusBadRequest ||
					rejected.ErrorCode != code {
					t.Errorf("%s: %s: %s", rejected.Response.Status, rejected.ErrorCode,
						rejected.ErrorDescription)
				}
			})
		}
	}
}

// The library renews a token ten seconds before the end of expires_in, and not earlier.
func TestOAuth2_RenewsExpiredToken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mock, err := mockserver.New(mockserver.Config{})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := mock.Close(); err != nil {
				t.Error(err)
			}
		})
		user, err := mock.Control().AddToken(t.Context(), control.NewToken{
			Owner: "jane.doe", Name: "short", AccessTokenValiditySeconds: 900,
		})
		if err != nil {
			t.Fatal(err)
		}
		config := &clientcredentials.Config{
			ClientID: user.ClientID, ClientSecret: user.ClientSecret,
			TokenURL: "http://mock/oauth/token",
		}
		ctx := context.WithValue(t.Context(), oauth2.HTTPClient, &http.Client{
			Transport: mock.Transport(),
		})
		source := oauth2.ReuseTokenSource(nil, config.TokenSource(ctx))
		p := program{
			T: t, client: oauth2.NewClient(ctx, source),
			tokens: "http://mock" + version.V2026.CollectionPath(),
		}

		token, err := source.Token()
		if err != nil {
			t.Fatal(err)
		}
		if lives := time.Until(token.Expiry); lives != 900*time.Second {
			t.Errorf("the token lives %s", lives)
		}
		for _, step := range []struct {
			sleep  time.Duration
			logins int
		}{{0, 1}, {889 * time.Second, 1}, {2 * time.Second, 2}, {880 * time.Second, 2}} {
			time.Sleep(step.sleep)
			p.names()
			if logins, err := mock.Control().Requests(ctx, control.Match{Operation: "token"},
				0); err != nil || logins.Matched != step.logins {
				t.Errorf("%s later: %d logins, want %d, error %v", step.sleep, logins.Matched,
					step.logins, err)
			}
		}
	})
}

func jane(mock *mockserver.TestServer, style oauth2.AuthStyle) *clientcredentials.Config {
	id, secret := mock.Credentials("jane.doe")
	return &clientcredentials.Config{
		ClientID: id, ClientSecret: secret, TokenURL: mock.URL + "/oauth/token", AuthStyle: style,
	}
}

func refusal(t *testing.T, config *clientcredentials.Config) *oauth2.RetrieveError {
	t.Helper()
	_, err := config.Token(t.Context())
	var rejected *oauth2.RetrieveError
	if !errors.As(err, &rejected) {
		t.Fatalf("error %v, want an oauth2.RetrieveError", err)
	}
	return rejected
}

// checkLogin checks that there was one successful login with this Authorization and without
// findings.
func checkLogin(t *testing.T, ctl *control.Client, authorization []string) {
	t.Helper()
	logins, err := ctl.Requests(t.Context(), control.Match{Operation: "token"}, 0)
	if err != nil || len(logins.Requests) != 1 {
		t.Fatalf("%d logins, want 1, error %v", len(logins.Requests), err)
	}
	login, err := ctl.Request(t.Context(), logins.Requests[0].ID)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(authorization, login.Request.Header["Authorization"]); diff != "" ||
		login.Status != http.StatusOK || len(login.Findings) > 0 {
		t.Errorf("status %d, findings %v, Authorization (-want +got):\n%s", login.Status,
			login.Findings, diff)
	}
}

// program makes calls with a client that logs in by itself.
type program struct {
	*testing.T
	client *http.Client
	tokens string // URL of the collection
}

func (p program) call(method, path, contentType, body string, status int) []byte {
	p.Helper()
	r, err := http.NewRequestWithContext(p.Context(), method, p.tokens+path,
		strings.NewReader(body))
	if err != nil {
		p.Fatal(err)
	}
	if contentType != "" {
		r.Header.Set("Content-Type", contentType)
	}
	resp, err := p.client.Do(r)
	if err != nil {
		p.Fatal(err)
	}
	defer resp.Body.Close() //nolint:errcheck // it was read to its end
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		p.Fatal(err)
	}
	if resp.StatusCode != status {
		p.Fatalf("%s %s: status %d, want %d: %s", method, path, resp.StatusCode, status, text)
	}
	return text
}

// names lists the caller's own tokens, sorted.
func (p program) names() (names []string) {
	p.Helper()
	var listed []struct{ Name string }
	if err := json.Unmarshal(p.call("GET", "?owner-id=me", "", "", http.StatusOK),
		&listed); err != nil {
		p.Fatal(err)
	}
	for _, token := range listed {
		names = append(names, token.Name)
	}
	slices.Sort(names)
	return names
}
