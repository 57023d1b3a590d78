package tenantguard_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"example.com/patmock/contracttests/tenantguard"
	"example.com/patmock/mockserver"
	"example.com/patmock/spec/version"
)

// faithfulTransport is a mock with the limits of a tenant and without control API. It counts its
// responses by status.
type faithfulTransport struct {
	next     http.RoundTripper
	statuses map[int]int
	arrived  arrivals
	now      func() time.Time
}

func (f *faithfulTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	f.arrived.at(f.now(), r)
	resp, err := f.next.RoundTrip(r)
	if err == nil {
		f.statuses[resp.StatusCode]++
	}
	return resp, err
}

// newMockWatch returns a guard in front of a faithful mock with the guard's clock, and the
// credentials of a user.
func newMockWatch(t *testing.T, name string) (w *watch, tenant *faithfulTransport, id,
	secret string,
) {
	t.Helper()
	profile, err := mockserver.ProfileByName(mockserver.ProfileFaithful)
	must(t, err)
	clock := &fakeClock{now: noon}
	mock, err := mockserver.New(mockserver.Config{
		Profile: profile, SeparateControl: true, Now: clock.Now, Log: slog.New(slog.DiscardHandler),
	})
	must(t, err)
	t.Cleanup(func() { must(t, mock.Close()) })
	who, err := mock.Control().Credentials(t.Context())
	must(t, err)
	for _, user := range who.Users {
		if user.Name == name {
			id, secret = user.ClientID, user.ClientSecret
		}
	}
	tenant = &faithfulTransport{
		next: mock.Transport(), statuses: map[int]int{}, arrived: arrivals{}, now: clock.Now,
	}
	w = newWatch(t, func(c *tenantguard.Config) {
		c.Next, c.Now, c.Wait, c.LoginIDs = tenant, clock.Now, clock.Wait, []string{id}
	})
	w.clock = clock
	return w, tenant, id, secret
}

func (w *watch) logInTo(id, secret string) string {
	w.t.Helper()
	var resp struct {
		AccessToken string `json:"access_token"`
	}
	must(w.t,
		json.Unmarshal([]byte(w.expect(200, "POST", "/oauth/token", "",
			"grant_type=client_credentials&client_id="+id+"&client_secret="+secret)), &resp))
	return resp.AccessToken
}

// Hundreds of requests in every version stay below the limit of a tenant.
func TestGuard_StaysBelowRateLimit(t *testing.T) {
	w, tenant, id, secret := newMockWatch(t, "jane.doe")
	bearer := w.logInTo(id, secret)
	const rounds = 300
	for range rounds {
		for _, v := range version.All() {
			w.expect(200, "GET", v.CollectionPath()+"?owner-id=me", bearer, "")
		}
	}
	for range 150 {
		w.logInTo(id, secret)
	}
	equal(t, "statuses", map[int]int{200: 1 + rounds*len(version.All()) + 150}, tenant.statuses)
	stats := w.guard.Stats()
	equal(t, "requests", 1+rounds*len(version.All())+150, stats.Requests)
	busiest := tenant.arrived.max()
	if busiest > 90 || busiest < 80 {
		t.Errorf("%d requests in ten seconds", busiest)
	}
	t.Logf("%d requests in %s, %d in the busiest ten seconds", stats.Requests,
		w.clock.Now().Sub(noon), busiest)
}

// Without the rate limiter of the guard, the tenant rejects the same requests.
func TestWithoutRateLimit_ReachesRateLimit(t *testing.T) {
	w, tenant, id, secret := newMockWatch(t, "jane.doe")
	bearer := w.logInTo(id, secret)
	ctx := tenantguard.WithoutRateLimit(t.Context())
	for range 102 {
		_, _, err := w.send(ctx, "GET", tokensPath+"?owner-id=me", bearer, "")
		must(t, err)
	}
	equal(t, "statuses", map[int]int{200: 101, 429: 2}, tenant.statuses) // including the login
	w.expect(200, "GET", tokensPath+"?owner-id=me", bearer, "")
	equal(t, "statuses", map[int]int{200: 102, 429: 2}, tenant.statuses)
}

// The guard waits if another client has used up the limit.
func TestGuard_WaitsForRetryAfter(t *testing.T) {
	w, tenant, id, secret := newMockWatch(t, "jane.doe")
	bearer := w.logInTo(id, secret)
	for range 100 {
		r, err := http.NewRequestWithContext(t.Context(), "GET",
			tenantURL+tokensPath+"?owner-id=me", nil)
		must(t, err)
		r.Header.Set("Authorization", "Bearer "+bearer)
		resp, err := tenant.next.RoundTrip(r) // bypassing the guard
		must(t, err)
		must(t, resp.Body.Close())
	}
	w.expect(200, "GET", tokensPath+"?owner-id=me", bearer, "")
	equal(t, "statuses", map[int]int{200: 2, 429: 1}, tenant.statuses)
	equal(t, "waits", []time.Duration{10 * time.Second}, w.clock.waits)
}

// The run can create tokens up to the limit of the owner, and delete all of them.
func TestGuard_FillsAndEmptiesTenant(t *testing.T) {
	w, tenant, id, secret := newMockWatch(t, "john.roe") // sees all of his tokens
	bearer := w.logInTo(id, secret)
	before := w.expect(200, "GET", tokensPath+"?owner-id=me", bearer, "")
	there := strings.Count(before, `"owner"`)
	made := 0
	for i := range 20 {
		body := fmt.Sprintf(`{"name":"patmock-r1-%d","expirationDate":"2026-02-28T00:00:00Z"}`, i)
		status, text, err := w.send(t.Context(), "POST", tokensPath, bearer, body)
		if tenantguard.ReasonOf(err) == tenantguard.OwnerFull {
			break
		}
		if status != 200 || err != nil {
			t.Fatalf("%d: %d %s %v", i, status, text, err)
		}
		made++
	}
	equal(t, "made beside "+fmt.Sprint(there), 10-there, made)
	full := w.expect(200, "GET", tokensPath+"?owner-id=me", bearer, "")
	equal(t, "tokens at once", 10, strings.Count(full, `"owner"`))
	for _, o := range w.guard.Leftovers() {
		w.expect(204, "DELETE", "/v3/personal-access-tokens/"+o.ID, bearer, "")
	}
	equal(t, "left", []string{}, w.leftIDs())
	equal(t, "statuses of errors", 0,
		tenant.statuses[400]+tenant.statuses[403]+tenant.statuses[404])
	equal(t, "tokens", before, w.expect(200, "GET", tokensPath+"?owner-id=me", bearer, ""))
	checkEntries(t, w.path)
	if _, _, err := w.send(context.WithoutCancel(t.Context()), "DELETE", tokensPath+"/"+id, bearer,
		""); tenantguard.ReasonOf(err) != tenantguard.ForeignToken {
		t.Errorf("what is logged in with may be deleted: %v", err)
	}
}

// A tenant may count tokens that their owner does not see. Its rejection does not validate the rest
// of the request.
func TestGuard_ReportsFullTenant(t *testing.T) {
	w, tenant, id, secret := newMockWatch(t, "jane.doe") // does not see one of her tokens
	bearer := w.logInTo(id, secret)
	var full error
	for i := 0; full == nil && i < 20; i++ {
		status, text, err := w.send(t.Context(), "POST", tokensPath, bearer,
			fmt.Sprintf(`{"name":"patmock-r1-%d","expirationDate":"2026-02-28T00:00:00Z"}`, i))
		if full = err; err == nil && status != 200 {
			t.Fatalf("%d: %d %s", i, status, text)
		}
	}
	checkReason(t, tenantguard.TargetFull, full)
	equal(t, "refusals", 1, tenant.statuses[400])
	for _, o := range w.guard.Leftovers() {
		w.expect(204, "DELETE", tokensPath+"/"+o.ID, bearer, "")
	}
	checkEntries(t, w.path)
	// rejected for another reason
	status, _, err := w.send(t.Context(), "POST", tokensPath, bearer, `{"name":""}`)
	if status != 400 || err != nil {
		t.Errorf("status %d, %v", status, err)
	}
}
