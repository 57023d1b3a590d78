package tenantguard_test

import (
	"net/http"
	"testing"

	"example.com/patmock/contracttests/tenantguard"
)

// A guard that allows writes sends no write to identities, whatever the version and the spelling.
func TestGuard_OnlyReadsIdentities(t *testing.T) {
	for _, test := range []struct {
		method, path string
		sent         bool
	}{
		{http.MethodGet, "/v2026/identities", true},
		{http.MethodGet, "/v2026/public-identities?limit=1", true},
		{http.MethodHead, "/identities/v1/jane", true},
		{http.MethodDelete, "/v2026/identities/jane", false},
		{http.MethodDelete, "/beta//IDENTITIES/jane", false},
		{http.MethodDelete, "/identities/v1/jane", false},
		{http.MethodPost, "/v3/public-identities", false},
		{http.MethodPost, "/v2025/identities/jane/synchronize-attributes", false},
		{http.MethodPost, "/t/a/v2025/identities/process", false},
	} {
		t.Run(test.method+" "+test.path, func(t *testing.T) {
			w := newWatch(t)
			jane := w.logIn("login-of-jane")
			w.tenant.takeRequests()
			_, _, err := w.send(t.Context(), test.method, test.path, jane, "")
			sent := len(w.tenant.takeRequests())
			if test.sent && (err != nil || sent != 1) {
				t.Errorf("sent %d, error %v", sent, err)
			} else if !test.sent {
				checkReason(t, tenantguard.OtherResource, err)
				equal(t, "sent", 0, sent)
			}
		})
	}
}

// Requests for identities count for the rate limit of their version, as those for tokens do.
func TestGuard_LimitsIdentitiesByVersion(t *testing.T) {
	for _, test := range []struct {
		name, path string
		waits      bool
	}{
		{"the same version", "/v2026/identities", true},
		{"another version", "/v2025/public-identities", false},
		{"version of the resource", "/identities/v1", false},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newWatch(t)
			jane := w.logIn("login-of-jane")
			for range tenantguard.Burst {
				w.expect(200, http.MethodGet, tokensPath+"?owner-id=me", jane, "")
			}
			w.clock.waits = nil
			w.expect(200, http.MethodGet, test.path, jane, "")
			if waits := len(w.clock.waits) > 0; waits != test.waits {
				t.Errorf("waits for %v, want a wait: %t", w.clock.waits, test.waits)
			}
		})
	}
}
