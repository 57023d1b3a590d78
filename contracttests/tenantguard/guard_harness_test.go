package tenantguard_test

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"example.com/patmock/contracttests/tenantguard"
)

// fakeClock advances only by waits.
type fakeClock struct {
	mu     sync.Mutex
	now    time.Time
	waits  []time.Duration
	onWait func()
}

func (c *fakeClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *fakeClock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

func (c *fakeClock) Wait(ctx context.Context, d time.Duration) error {
	if c.onWait != nil {
		c.onWait()
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
	c.waits = append(c.waits, d)
	return nil
}

// fakeTenant is a target with the tokens of one identity for each client.
type fakeTenant struct {
	mu   sync.Mutex
	sent []string // method, address and body of each request
	made int
	// tokens has the tokens by id, with their owners.
	tokens map[string][2]string
	// max has the maximum number of tokens by identity.
	max map[string]int
	// created has creation times by id, noon by default.
	created map[string]time.Time
	// date is the Date of responses, zero for none.
	date time.Time
	// reply returns a response instead, or nil.
	reply func(r *http.Request, body string) (*http.Response, error)
}

// identities has the identities of the clients.
var identities = map[string]string{
	"login-of-jane": "jane", "report-of-jane": "jane", "login-of-john": "john",
	"client-of-john": "john",
}

func (f *fakeTenant) RoundTrip(r *http.Request) (*http.Response, error) {
	body := ""
	if r.Body != nil {
		content, err := io.ReadAll(r.Body)
		if err != nil {
			return nil, err
		}
		body = string(content)
	}
	f.mu.Lock()
	f.sent = append(f.sent, strings.TrimSpace(fmt.Sprintf("%s %s %s", r.Method, r.URL, body)))
	reply := f.reply
	f.mu.Unlock()
	if reply != nil {
		if resp, err := reply(r, body); resp != nil || err != nil {
			return resp, err
		}
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	resp := f.serve(r, body)
	if !f.date.IsZero() {
		resp.Header.Set("Date", f.date.UTC().Format(http.TimeFormat))
	}
	return resp, nil
}

func (f *fakeTenant) serve(r *http.Request, body string) *http.Response {
	if strings.HasSuffix(r.URL.Path, "/oauth/token") {
		form := &http.Request{
			Method: http.MethodPost, URL: r.URL, Header: r.Header,
			Body: io.NopCloser(strings.NewReader(body)),
		}
		client := form.FormValue("client_id")
		if client == "" {
			client, _, _ = r.BasicAuth()
		}
		owner := cmp.Or(identities[client], f.tokens[client][0])
		if owner == "" {
			return reply(401, `{"error":"invalid_client"}`)
		}
		if strings.HasPrefix(client, "client-") { // the tenant does not report the identity
			return reply(200, fmt.Sprintf(`{"access_token":"bearer-of-%s"}`, client))
		}
		return reply(200,
			fmt.Sprintf(`{"access_token":"bearer-of-%s","identity_id":%q}`, client, owner))
	}
	client, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer bearer-of-")
	owner := cmp.Or(identities[client], f.tokens[client][0])
	if !ok || owner == "" {
		return reply(401, `{"error":"unauthorized"}`)
	}
	id := r.URL.Path[strings.LastIndex(r.URL.Path, "/")+1:]
	switch r.Method {
	case http.MethodGet:
		return reply(200, f.list(owner))
	case http.MethodPost:
		var create struct{ Name string }
		if json.Unmarshal([]byte(body), &create) != nil || create.Name == "" {
			return reply(400, `{"detailCode":"400.1"}`)
		}
		f.made++
		return reply(200, f.add(fmt.Sprintf("made-%d", f.made), owner, create.Name))
	}
	if _, there := f.tokens[id]; !there {
		return reply(404, `{"detailCode":"404"}`)
	}
	if r.Method == http.MethodDelete {
		delete(f.tokens, id)
		return reply(204, "")
	}
	return reply(200, f.tokenJSON(id))
}

// add adds a token, and returns its JSON.
func (f *fakeTenant) add(id, owner, name string) string {
	if f.tokens == nil {
		f.tokens = map[string][2]string{}
	}
	if f.max == nil {
		f.max = map[string]int{}
	}
	f.tokens[id] = [2]string{owner, name}
	n := 0
	for _, token := range f.tokens {
		if token[0] == owner {
			n++
		}
	}
	f.max[owner] = max(f.max[owner], n)
	return f.tokenJSON(id)
}

func (f *fakeTenant) list(owner string) string {
	all := []string{}
	for id, t := range f.tokens {
		if t[0] == owner {
			all = append(all, f.tokenJSON(id))
		}
	}
	return "[" + strings.Join(all, ",") + "]"
}

func (f *fakeTenant) tokenJSON(id string) string {
	t, created := f.tokens[id], noon
	if at, ok := f.created[id]; ok {
		created = at
	}
	return fmt.Sprintf(`{"id":%q,"name":%q,"owner":{"type":"IDENTITY","id":%q},"created":%q}`, id,
		t[1], t[0], created.Format(time.RFC3339Nano))
}

// takeRequests returns the requests since the last call.
func (f *fakeTenant) takeRequests() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	sent := f.sent
	f.sent = nil
	return sent
}

func reply(status int, body string, header ...string) *http.Response {
	resp := &http.Response{
		StatusCode: status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body)),
	}
	for i := 0; i+1 < len(header); i += 2 {
		resp.Header.Set(header[i], header[i+1])
	}
	return resp
}

// watch is a guard in front of a fake tenant.
type watch struct {
	t      *testing.T
	guard  *tenantguard.Guard
	clock  *fakeClock
	tenant *fakeTenant
	ledger *tenantguard.Ledger
	path   string // path of the ledger
}

const tenantURL = "https://" + host

// newWatch returns a guard that allows writes, with changes to its configuration.
func newWatch(t *testing.T, changes ...func(*tenantguard.Config)) *watch {
	t.Helper()
	w := &watch{
		t: t, clock: &fakeClock{now: noon}, tenant: &fakeTenant{},
		path: filepath.Join(t.TempDir(), "ledger.jsonl"),
	}
	w.ledger = openLedger(t, w.path)
	c := tenantguard.Config{
		BaseURL: tenantURL, AllowWrites: true, LoginIDs: []string{"login-of-jane"}, Run: "r1",
		Ledger: w.ledger,
		Next:   w.tenant, Now: w.clock.Now, Wait: w.clock.Wait, Jitter: func() float64 { return 1 },
	}
	for _, change := range changes {
		change(&c)
	}
	guard, err := tenantguard.NewGuard(c)
	if err != nil {
		t.Fatal(err)
	}
	w.guard = guard
	return w
}

// send sends a request, with a bearer unless it is empty.
func (w *watch) send(
	ctx context.Context, method, address, bearer, body string,
) (status int, text string, err error) {
	w.t.Helper()
	if strings.HasPrefix(address, "/") {
		address = tenantURL + address
	}
	r, err := http.NewRequestWithContext(ctx, method, address, strings.NewReader(body))
	if err != nil {
		w.t.Fatal(err)
	}
	if bearer != "" {
		r.Header.Set("Authorization", "Bearer "+bearer)
	}
	r.Header.Set("Content-Type", "application/json")
	if strings.HasSuffix(r.URL.Path, "/oauth/token") {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	resp, err := w.guard.RoundTrip(r)
	if err != nil {
		return 0, "", err
	}
	if resp.Request != r {
		w.t.Errorf("the response belongs to another request than %s %s", method, address)
	}
	var content bytes.Buffer
	if _, err := content.ReadFrom(resp.Body); err != nil {
		w.t.Fatal(err)
	}
	return resp.StatusCode, content.String(), resp.Body.Close()
}

// expect sends a request and checks the status.
func (w *watch) expect(status int, method, address, bearer, body string) string {
	w.t.Helper()
	got, text, err := w.send(w.t.Context(), method, address, bearer, body)
	if got != status || err != nil {
		w.t.Fatalf("%s %s: %d, %v, want %d", method, address, got, err, status)
	}
	return text
}

// logIn returns the bearer of a client.
func (w *watch) logIn(client string) string {
	w.t.Helper()
	w.expect(200, "POST", "/oauth/token", "",
		"grant_type=client_credentials&client_id="+client+"&client_secret=hunter2")
	return "bearer-of-" + client
}

const tokensPath = "/v2026/personal-access-tokens"

// create creates a token and returns its id.
func (w *watch) create(bearer, name string) string {
	w.t.Helper()
	var made struct{ ID string }
	if err := json.Unmarshal([]byte(w.expect(200, "POST", tokensPath, bearer,
		fmt.Sprintf(`{"name":%q}`, name))), &made); err != nil {
		w.t.Fatal(err)
	}
	return made.ID
}

// leftIDs returns the ids of leftovers, or their names in parentheses without an id.
func (w *watch) leftIDs() []string {
	left := []string{}
	for _, o := range w.guard.Leftovers() {
		left = append(left, cmp.Or(o.ID, "("+o.Name+")"))
	}
	return left
}

// events returns the events of the ledger in short form.
func (w *watch) events() []string {
	w.t.Helper()
	return ledgerEvents(w.t, w.path)
}
