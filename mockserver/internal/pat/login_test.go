package pat_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"example.com/patmock/mockserver/internal/pat"
	"example.com/patmock/mockserver/internal/store/memory"
	"example.com/patmock/spec/version"
)

// loginService returns a service that has Ben and an API client, but not Ann.
func loginService(store pat.Store) *pat.Service {
	return serviceFor(pat.Config{Store: store}, pat.Tenant{
		Identities: []pat.Identity{
			{ID: "ben", Name: "Ben", UserLevels: []string{"USER", "HELPDESK"}},
		},
		APIClients: []pat.APIClient{
			{
				ID: "api-client", Secret: "api-secret", Name: "pipeline", Scope: []string{
					"sp:scopes:all",
				},
			},
		},
	})
}

func loginStore(t testing.TB) *memory.Store {
	shortLived := expiringToken("token", ben)
	shortLived.AccessTokenValiditySeconds, shortLived.Scope = 60, []string{"idn:a:read"}
	expired, orphan := expiringToken("expired", ben), expiringToken("of-unknown", ann)
	expired.ExpirationDate = now
	return newStore(t, shortLived, expired, orphan, neverExpiringToken("endless", ben),
		managedToken("managed", ben))
}

func TestLogin(t *testing.T) {
	callerOf := func(id string, scopes ...string) pat.Caller {
		return pat.Caller{
			ClientID: id, ID: "ben", Name: "Ben", UserLevels: []string{"USER", "HELPDESK"},
			Scopes: scopes,
		}
	}
	tests := []struct {
		name, id, secret string
		want             pat.Session
	}{
		{
			"token", "token", "secret of token", pat.Session{
				Caller: callerOf("token", "idn:a:read"), ValiditySeconds: 60,
			},
		},
		{
			"token that never expires", "endless", "secret of endless", pat.Session{
				Caller: callerOf("endless", "sp:scopes:all"), ValiditySeconds: 43200,
			},
		},
		{
			"managed token", "managed", "secret of managed", pat.Session{
				Caller: callerOf("managed", "sp:scopes:all"), ValiditySeconds: 43200,
			},
		},
		{
			"API client", "api-client", "api-secret",
			pat.Session{
				Caller: pat.Caller{
					ClientID: "api-client", Scopes: []string{"sp:scopes:all"},
				},
				ValiditySeconds: 43200,
			},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := loginService(loginStore(t)).PrepareLogin(t.Context(), test.id, test.secret,
				now)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(&test.want, got,
				cmpopts.IgnoreUnexported(pat.Session{})); diff != "" {
				t.Errorf("session (-want +got):\n%s", diff)
			}
		})
	}
}

func TestLogin_RejectsBadCredentials(t *testing.T) {
	tests := []struct{ name, id, secret string }{
		{"wrong secret", "token", "secret of endless"},
		{"empty secret", "token", ""},
		{"beginning of the secret", "token", "secret"},
		{"unknown id", "unknown", "secret of token"},
		{"empty id", "", ""},
		{"expires now", "expired", "secret of expired"},
		{"deleted owner", "of-unknown", "secret of of-unknown"},
		{"API client, wrong secret", "api-client", "wrong"},
		{"API client, empty secret", "api-client", ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			store := loginStore(t)
			before := allTokens(t, store)
			session, err := loginService(store).PrepareLogin(t.Context(), test.id, test.secret, now)
			if session != nil {
				t.Errorf("session = %+v, want none", session)
			}
			want := badCredentials
			if test.id == "expired" {
				want = loginExpired
			}
			checkRejection(t, want, err)
			if diff := cmp.Diff(before, allTokens(t, store)); diff != "" {
				t.Errorf("stored (-before +after):\n%s", diff)
			}
		})
	}
}

func TestLogin_AtExpiration(t *testing.T) {
	tests := []struct {
		name, now string
		want      rejection
	}{
		{"millisecond before", "2026-03-31T23:59:59.999Z", accepted},
		{"at the expiration", "2026-04-01T00:00:00Z", loginExpired},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			err := login(t.Context(), loginService(loginStore(t)), "token", "secret of token",
				parseTime(test.now))
			checkRejection(t, test.want, err)
		})
	}
}

func TestLogin_AfterDelete(t *testing.T) {
	service := loginService(loginStore(t))
	if err := deleteToken(t.Context(), service, callOf(user(ben), version.V1),
		"endless"); err != nil {
		t.Fatal(err)
	}
	err := login(t.Context(), service, "endless", "secret of endless", now)
	checkRejection(t, loginDeleted, err)
	checkText(t, ruleError(t, err).Text())
}

// The log has the reason for a failed login. Clients get the same response for all of them.
func TestLogin_ErrorTexts(t *testing.T) {
	tests := []struct {
		name, id, secret string
		want             rejection
		wantName         string // name in the text; empty if the text must not repeat the id
	}{
		{"wrong secret", "token", "x", badCredentials, "name of token"},
		{"expired", "expired", "secret of expired", loginExpired, "name of expired"},
		{
			"deleted owner", "of-unknown", "secret of of-unknown", badCredentials,
			"name of of-unknown",
		},
		{"API client", "api-client", "x", badCredentials, "pipeline"},
		{"swapped", strings.Repeat("a", 64), "x", badCredentials, ""},
		{"unknown", "unknown", "x", badCredentials, "unknown"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			err := login(t.Context(), loginService(loginStore(t)), test.id, test.secret, now)
			checkRejection(t, test.want, err)
			if text := ruleError(t, err).Text(); !strings.Contains(text, test.wantName) ||
				test.wantName == "" && strings.Contains(text, test.id) {
				t.Errorf("text %q does not contain %q", text, test.wantName)
			}
			checkText(t, ruleError(t, err).Text())
		})
	}
}

// lastUsed is set by the first login, and changes again after a day.
func TestLogin_UpdatesLastUsedDaily(t *testing.T) {
	store := loginStore(t)
	service := loginService(store)
	steps := []struct {
		name, now string
		want      string
	}{
		{"first", "2026-03-01T12:00:00.0009Z", "2026-03-01T12:00:00Z"},
		{"immediately after", "2026-03-01T12:00:00.001Z", "2026-03-01T12:00:00Z"},
		{"clock set back", "2026-02-01T12:00:00Z", "2026-03-01T12:00:00Z"},
		{"next calendar day", "2026-03-02T00:00:00Z", "2026-03-01T12:00:00Z"},
		{"after 23:59:59", "2026-03-02T11:59:59Z", "2026-03-01T12:00:00Z"},
		{"after 23:59:59.999", "2026-03-02T11:59:59.999Z", "2026-03-01T12:00:00Z"},
		{"after 24 hours, in another zone", "2026-03-02T13:00:00+01:00", "2026-03-02T12:00:00Z"},
		{"day counts from there", "2026-03-03T11:59:59Z", "2026-03-02T12:00:00Z"},
		{"days later", "2026-03-31T01:02:03.004Z", "2026-03-31T01:02:03.004Z"},
	}
	for _, step := range steps {
		t.Run(step.name, func(t *testing.T) {
			if err := login(t.Context(), service, "token", "secret of token",
				parseTime(step.now)); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(step.want,
				formatTime(tokenData(t, store, "token").LastUsed)); diff != "" {
				t.Errorf("lastUsed (-want +got):\n%s", diff)
			}
		})
	}
}

func TestLogin_ChangesOnlyLastUsed(t *testing.T) {
	store := newStore(t, expiringToken("token", ben))
	if err := login(t.Context(), loginService(store), "token", "secret of token", now); err != nil {
		t.Fatal(err)
	}
	want := expiringToken("token", ben)
	want.LastUsed = now
	checkFields(t, want, tokenData(t, store, "token"))
}

func TestLogin_StoresNothingBeforeCommit(t *testing.T) {
	tests := []struct{ name, id, secret string }{
		{"token", "token", "secret of token"},
		{"API client", "api-client", "api-secret"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			store := loginStore(t)
			before := allTokens(t, store)
			_, err := loginService(store).PrepareLogin(t.Context(), test.id, test.secret, now)
			mustRun(t, err)
			if diff := cmp.Diff(before, allTokens(t, store)); diff != "" {
				t.Errorf("stored (-before +after):\n%s", diff)
			}
		})
	}
}

func TestLogin_RetriesConflict(t *testing.T) {
	tests := []struct {
		name     string
		change   func(*contestedStore) error
		want     rejection
		wantUsed time.Time
	}{
		{
			"concurrent rename", func(s *contestedStore) error {
				return s.rename("token", "renamed")
			}, accepted, now,
		},
		{
			"concurrent delete", func(s *contestedStore) error {
				return s.remove("token")
			}, loginDeleted, time.Time{},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			store := &contestedStore{Store: loginStore(t)}
			store.beforeWrite = func() error { return test.change(store) }
			checkRejection(t, test.want,
				login(t.Context(), loginService(store), "token", "secret of token", now))
			if test.want != accepted {
				return
			}
			got := tokenData(t, store, "token")
			if diff := cmp.Diff(test.wantUsed, got.LastUsed); diff != "" {
				t.Errorf("lastUsed (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff("renamed", got.Name); diff != "" {
				t.Errorf("concurrent change was lost (-want +got):\n%s", diff)
			}
		})
	}
}
