package tenantguard_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"example.com/patmock/contracttests/tenantguard"
	"example.com/patmock/fixtures/golden"
	"example.com/patmock/mockserver"
	"example.com/patmock/mockserver/control"
)

// The ids of the test tenant.
const (
	jane      = "facedadafacedadafacedadafacedada"
	john      = "beaddadabeaddadabeaddadabeaddada"
	janeLogin = "facefacefacefacefacefacefaceface"
	johnLogin = "beadbeadbeadbeadbeadbeadbeadbead"
	mockHost  = "127.0.0.1:17280"
)

// longAgo is the age of the ledger, so that all lists are up to date.
const longAgo = 30 * time.Second

// sweptTenant is a tenant to sweep, and the transport of its requests.
type sweptTenant struct {
	t       *testing.T
	control *control.Client
	logins  map[string]tenantguard.Login
	ledger  string
	// send replaces the transport unless it is nil.
	change  func(send http.RoundTripper, r *http.Request) (*http.Response, error)
	mock    http.RoundTripper
	sent    []string // method and last path segment of each request
	waited  time.Duration
	ahead   time.Duration // offset of the tenant's clock
	bearers []string      // bearers issued
	// byName also selects tokens by name, and confirms their deletion.
	byName bool
}

func newSweptTenant(t *testing.T) *sweptTenant {
	t.Helper()
	profile, err := mockserver.ProfileByName(mockserver.ProfileFaithful)
	must(t, err)
	mock, err := mockserver.New(mockserver.Config{
		Profile: profile, SeparateControl: true, Now: atNoon, Log: slog.New(slog.DiscardHandler),
	})
	must(t, err)
	t.Cleanup(func() { _ = mock.Close() })
	x := &sweptTenant{
		t: t, control: mock.Control(), mock: mock.Transport(),
		logins: map[string]tenantguard.Login{}, waited: longAgo,
		ledger: filepath.Join(t.TempDir(), "ledger.jsonl"), byName: true,
	}
	who, err := x.control.Credentials(t.Context())
	must(t, err)
	for _, u := range who.Users {
		x.logins[u.Name] = tenantguard.Login{ClientID: u.ClientID, ClientSecret: u.ClientSecret}
	}
	return x
}

var issued = regexp.MustCompile(`"access_token":"([^"]+)"`)

// RoundTrip records each request.
func (x *sweptTenant) RoundTrip(r *http.Request) (*http.Response, error) {
	x.sent = append(x.sent, r.Method+" "+r.URL.Path[strings.LastIndex(r.URL.Path, "/")+1:])
	send := x.mock.RoundTrip
	if x.change != nil {
		send = func(r *http.Request) (*http.Response, error) { return x.change(x.mock, r) }
	}
	resp, err := send(r)
	if err != nil {
		return nil, err
	}
	if resp.Header == nil {
		resp.Header = http.Header{}
	}
	resp.Header.Set("Date", atNoon().Add(x.waited+x.ahead).Format(http.TimeFormat))
	body, err := io.ReadAll(resp.Body)
	must(x.t, err)
	if found := issued.FindSubmatch(body); found != nil {
		x.bearers = append(x.bearers, string(found[1]))
	}
	resp.Body = io.NopCloser(bytes.NewReader(body))
	return resp, nil
}

// add adds a token. Ids are in order of creation.
func (x *sweptTenant) add(owner, name, created string) (id string) {
	x.t.Helper()
	user, err := x.control.AddToken(x.t.Context(), control.NewToken{
		Owner: owner, Name: name, Created: created,
	})
	must(x.t, err)
	return user.ClientID
}

// write writes to the ledger.
func (x *sweptTenant) write(entries ...func(*tenantguard.Ledger) error) {
	x.t.Helper()
	l, err := tenantguard.OpenLedger(x.ledger, atNoon)
	must(x.t, err)
	for _, write := range entries {
		must(x.t, write(l))
	}
	must(x.t, l.Close())
}

func recordCreatedBy(target, id, owner string) func(*tenantguard.Ledger) error {
	return func(l *tenantguard.Ledger) error {
		return writeCreated(l, target, "r", "patmock-r-1", id, owner)
	}
}

func recordIntent(target, name string) func(*tenantguard.Ledger) error {
	return recordIntentBy(tenantguard.Entry{Target: target, Name: name, Owner: jane})
}

func recordIntentBy(o tenantguard.Entry) func(*tenantguard.Ledger) error {
	o.Run = "r"
	return func(l *tenantguard.Ledger) error { return l.Write(tenantguard.EventIntend, o) }
}

// runName returns the nth name of a run at noon.
func runName(n int64) string { return tenantguard.Name(noon, marker, n) }

// sweep sweeps as users, and checks the result for secrets.
func (x *sweptTenant) sweep(
	change func(*tenantguard.SweepConfig), users ...string,
) (tenantguard.SweepResult, error) {
	x.t.Helper()
	known, err := tenantguard.ReadLedger(x.ledger)
	must(x.t, err)
	ledger, err := tenantguard.OpenLedger(x.ledger, atNoon)
	must(x.t, err)
	c := tenantguard.SweepConfig{
		BaseURL: "http://" + mockHost + "/", HTTP: &http.Client{Transport: x}, Entries: known,
		Ledger: ledger, Run: "sweep", ByName: x.byName,
		Confirm: func(context.Context, []tenantguard.SweepToken) bool { return true },
	}
	for _, user := range users {
		c.Logins = append(c.Logins, x.logins[user])
	}
	c.Now = func() time.Time { return noon.Add(x.waited) }
	c.Wait = func(ctx context.Context, d time.Duration) error {
		x.waited += d
		return ctx.Err()
	}
	if change != nil {
		change(&c)
	}
	result, failed := tenantguard.Sweep(x.t.Context(), c)
	must(x.t, ledger.Close())
	text, err := json.Marshal(result)
	must(x.t, err)
	entries, err := os.ReadFile(x.ledger)
	must(x.t, err)
	x.checkSecrets(fmt.Sprintf("%s %s %v %#v", text, entries, failed, failed))
	return result, failed
}

// expect sweeps as a user, and checks that a token is deleted, remains, or is ignored.
func (x *sweptTenant) expect(user, id string, deleted, left tenantguard.SweepReason) {
	x.t.Helper()
	state := x.state()
	result, err := x.sweep(nil, user)
	must(x.t, err)
	if deleted != "" {
		x.expectLost(state, id)
	} else {
		x.expectLost(state)
	}
	checkTokens(x.t, "deleted", reasonOfToken(id, deleted), result.Deleted)
	checkTokens(x.t, "left", reasonOfToken(id, left), result.Remaining)
}

func (x *sweptTenant) checkSecrets(text string) {
	x.t.Helper()
	secrets := slices.Clone(x.bearers)
	for _, login := range x.logins {
		secrets = append(secrets, login.ClientSecret)
	}
	for _, secret := range secrets {
		if strings.Contains(text, secret) {
			x.t.Errorf("it has a secret: %s", text)
		}
	}
}

// tokens returns the tokens of the tenant by id, without lastUsed.
func (x *sweptTenant) tokens() map[string]any {
	x.t.Helper()
	tokens := map[string]any{}
	for _, token := range x.state()["tokens"].([]any) {
		token := token.(map[string]any)
		tokens[token["id"].(string)] = token
	}
	return tokens
}

// state returns the state of the tenant, without lastUsed of the logins.
func (x *sweptTenant) state() map[string]any {
	x.t.Helper()
	raw, err := x.control.State(x.t.Context(), control.StateOptions{Secrets: true})
	must(x.t, err)
	var state map[string]any
	must(x.t, json.Unmarshal(raw, &state))
	for _, token := range state["tokens"].([]any) {
		token := token.(map[string]any)
		for _, login := range x.logins {
			if token["id"] == login.ClientID {
				delete(token, "lastUsed")
			}
		}
	}
	return state
}

// expectLost checks that the tenant has lost only these tokens.
func (x *sweptTenant) expectLost(before map[string]any, ids ...string) {
	x.t.Helper()
	want := map[string]any{}
	for name, value := range before {
		want[name] = value
	}
	want["tokens"] = slices.DeleteFunc(slices.Clone(before["tokens"].([]any)),
		func(token any) bool {
			return slices.Contains(ids, token.(map[string]any)["id"].(string))
		})
	if n := len(before["tokens"].([]any)) - len(want["tokens"].([]any)); n != len(ids) {
		x.t.Fatalf("%d of %d tokens were there", n, len(ids))
	}
	if diff := cmp.Diff(want, x.state()); diff != "" {
		x.t.Errorf("the tenant (-want +got):\n%s", diff)
	}
}

// checkTokens checks ids and reasons, and compares the details with the golden file.
func checkTokens(t *testing.T, what string, want map[string]tenantguard.SweepReason,
	got []tenantguard.SweepToken,
) {
	t.Helper()
	all := map[string]tenantguard.SweepReason{}
	for _, f := range got {
		all[f.ID] = f.Reason
		if f.Reason != tenantguard.DeleteFailed { // its detail is the error
			golden.Check(t, "testdata/messages.golden", "kind "+string(f.Reason), f.Detail)
		}
	}
	if len(all) != len(got) {
		t.Errorf("%s: a token is there twice: %v", what, got)
	}
	if diff := cmp.Diff(want, all, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

// reasonOfToken returns a map with one token, or none without a reason.
func reasonOfToken(id string, kind tenantguard.SweepReason) map[string]tenantguard.SweepReason {
	if kind == "" {
		return nil
	}
	return map[string]tenantguard.SweepReason{id: kind}
}
