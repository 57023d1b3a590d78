package tenantguard_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"example.com/patmock/contracttests/tenantguard"
)

// ledgerEvents returns the lines of a ledger as event, name and id.
func ledgerEvents(t *testing.T, path string) []string {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	events := []string{}
	for line := range strings.Lines(string(content)) {
		var entry struct{ Event, Target, Run, Name, ID, Owner string }
		if err := json.Unmarshal([]byte(line), &entry); err != nil {
			t.Fatal(err)
		}
		if entry.Target != host || entry.Run != "r1" {
			t.Errorf("target and run of %s", line)
		}
		if entry.Event == "intend" {
			entry.Owner = "" // see TestGuard_RecordsOwnerAndTargetTime
		}
		events = append(events,
			strings.Join(strings.Fields(strings.Join([]string{
				entry.Event, entry.Name, entry.ID, entry.Owner,
			}, " ")), " "))
	}
	return events
}

func equal(t *testing.T, what string, want, got any) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

func TestNewGuard_RejectsInvalidConfig(t *testing.T) {
	ledger := openLedger(t, t.TempDir()+"/ledger.jsonl")
	for _, test := range []struct {
		name   string
		config tenantguard.Config
		field  string // invalid field, empty for none
	}{
		{"no address", tenantguard.Config{Now: atNoon}, "BaseURL"},
		{"no host", tenantguard.Config{BaseURL: "/v3", Now: atNoon}, "BaseURL"},
		{
			"password in the URL", tenantguard.Config{
				BaseURL: "https://jane:hunter2@acme.example", Now: atNoon,
			}, "BaseURL",
		},
		{"no clock", tenantguard.Config{BaseURL: tenantURL}, "Now"},
		{
			"writes without a ledger", tenantguard.Config{
				BaseURL: tenantURL, Now: atNoon, AllowWrites: true,
			}, "Ledger",
		},
		{
			"negative MaxRequests", tenantguard.Config{
				BaseURL: tenantURL, Now: atNoon, MaxRequests: -1,
			}, "MaxRequests",
		},
		{
			"negative MaxTokens", tenantguard.Config{
				BaseURL: tenantURL, Now: atNoon, MaxTokens: -1,
			}, "MaxTokens",
		},
		{"to read", tenantguard.Config{BaseURL: tenantURL, Now: atNoon}, ""},
		{
			"to write", tenantguard.Config{
				BaseURL: tenantURL, Now: atNoon, AllowWrites: true, Ledger: ledger,
			}, "",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := tenantguard.NewGuard(test.config)
			if err == nil && test.field == "" {
				return
			}
			wrong, ok := errors.AsType[*tenantguard.ConfigError](err)
			if !ok || wrong.Field != test.field {
				t.Fatalf("error %v, want one of the field %q", err, test.field)
			}
			checkMessage(t, err.Error())
			if strings.Contains(err.Error(), "hunter2") {
				t.Errorf("the error shows a secret: %v", err)
			}
		})
	}
}

func TestGuard_BlocksOtherHosts(t *testing.T) {
	for _, test := range []struct {
		name, address string
		want          string // host in the error, empty if sent
	}{
		{"the target", tenantURL + "/x", ""},
		{"explicit port", tenantURL + ":443/x", ""},
		{"in capitals", "HTTPS://" + strings.ToUpper(host) + "/x", ""},
		{"another host", "https://evil.example/x", "https://evil.example"},
		{
			"another tenant", "https://other.api.identitynow.com/x",
			"https://other.api.identitynow.com",
		},
		{"another port", tenantURL + ":8443/x", tenantURL + ":8443"},
		{"plain http", "http://" + host + "/x", "http://" + host},
		{"plain http at the port", "http://" + host + ":443/x", "http://" + host + ":443"},
		{"host with the same prefix", tenantURL + ".evil.example/x", tenantURL + ".evil.example"},
		{"target as user info", tenantURL + "@evil.example/x", "https://evil.example"},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newWatch(t)
			_, _, err := w.send(t.Context(), "GET", test.address, "secret-bearer", "")
			if test.want == "" {
				if err != nil || len(w.tenant.takeRequests()) != 1 {
					t.Errorf("not sent: %v", err)
				}
				return
			}
			if sent := w.tenant.takeRequests(); len(sent) > 0 || err == nil {
				t.Fatalf("sent %v, error %v", sent, err)
			}
			checkReason(t, tenantguard.OtherHost, err)
			for _, named := range []string{test.want, tenantURL} {
				if !strings.Contains(err.Error(), named) {
					t.Errorf("%v does not name %s", err, named)
				}
			}
		})
	}
	t.Run("opaque URL", func(t *testing.T) {
		w := newWatch(t)
		r, err := http.NewRequestWithContext(t.Context(), "GET", tenantURL+"/x", nil)
		must(t, err)
		r.URL.Opaque = "//evil.example/x"
		_, err = w.guard.RoundTrip(r) //nolint:bodyclose // there is none
		checkReason(t, tenantguard.OtherHost, err)
		equal(t, "sent", 0, len(w.tenant.takeRequests()))
	})
	t.Run("other Host header", func(t *testing.T) {
		w := newWatch(t)
		r, err := http.NewRequestWithContext(t.Context(), "GET", tenantURL+"/x", nil)
		must(t, err)
		r.Host = "other.api.identitynow.com"
		_, err = w.guard.RoundTrip(r) //nolint:bodyclose // there is none
		checkReason(t, tenantguard.OtherHost, err)
		equal(t, "sent", 0, len(w.tenant.takeRequests()))
	})
}

func TestGuard_RejectsWrites(t *testing.T) {
	for _, test := range []struct {
		method, path string
		reads        bool
	}{
		{"GET", tokensPath + "?owner-id=me", true},
		{"HEAD", tokensPath, true},
		{"OPTIONS", tokensPath, true},
		{"POST", "/oauth/token", true},
		{"POST", "//oauth/token", true},
		{"POST", "/oauth/check_token", true},
		{"PUT", "/oauth/token", true},
		{"POST", "/oauth/info", false},
		{"POST", "/oauth/token/x", false},
		{"POST", "/v2026/oauth/token", false},
		{"POST", tokensPath, false},
		{"POST", "/personal-access-tokens/v1/bulk-update", false},
		{"PATCH", "/personal-access-tokens/v1/bulk-update", false},
		{"PATCH", tokensPath + "/1", false},
		{"PUT", tokensPath, false},
		{"DELETE", tokensPath + "/1", false},
		{"BREW", "/coffee", false},
		{"get", tokensPath, false},
	} {
		t.Run(test.method+" "+test.path, func(t *testing.T) {
			w := newWatch(t, func(c *tenantguard.Config) { c.AllowWrites, c.Ledger = false, nil })
			_, _, err := w.send(t.Context(), test.method, test.path, "", "")
			sent := len(w.tenant.takeRequests())
			if test.reads && (err != nil || sent != 1) ||
				!test.reads &&
					(tenantguard.ReasonOf(err) != tenantguard.WritesNotAllowed || sent != 0) {
				t.Errorf("sent %d, error %v", sent, err)
			}
		})
	}
}

func TestGuard_BlocksForeignTokens(t *testing.T) {
	const v1 = "/personal-access-tokens/v1"
	bulk := func(ids string) string { return `{"ids":[` + ids + `],"patch":[]}` }
	for _, test := range []struct {
		name, method, path, body string
		want                     string // id in the error, empty if sent
	}{
		{"own token", "DELETE", tokensPath + "/made-1", "", ""},
		{"own token in capitals", "DELETE", tokensPath + "/MADE-1", "", ""},
		{"own token patched", "PATCH", "/v3/personal-access-tokens/made-1", "[]", ""},
		{"allowed token", "DELETE", tokensPath + "/adopted", "", ""},
		{"unknown", "DELETE", tokensPath + "/0f1e2d3c", "", ""},
		{"none", "DELETE", tokensPath, "", ""},
		{"foreign token", "DELETE", tokensPath + "/laptop", "", "laptop"},
		{"foreign token patched", "PATCH", tokensPath + "/laptop", "[]", "laptop"},
		{"foreign token by PUT", "PUT", tokensPath + "/laptop", "", "laptop"},
		{"token in a list of another identity", "DELETE", tokensPath + "/phone", "", "phone"},
		{"token in a wrapped list", "DELETE", tokensPath + "/wrapped", "", "wrapped"},
		{"id of an owner", "DELETE", tokensPath + "/jane", "", ""},
		{"token in a patch response", "DELETE", tokensPath + "/patched", "", "patched"},
		{"login", "DELETE", tokensPath + "/login-of-jane", "", "login-of-jane"},
		{
			"login of another identity", "DELETE", tokensPath + "/login-of-john", "",
			"login-of-john",
		},
		{"in another version", "DELETE", "/beta/personal-access-tokens/laptop", "", "laptop"},
		{"in v1", "DELETE", v1 + "/laptop", "", "laptop"},
		{"in no version", "DELETE", "/personal-access-tokens/laptop", "", "laptop"},
		{"in a namespace", "DELETE", "/t/a/v3/personal-access-tokens/laptop", "", "laptop"},
		{"two slashes", "DELETE", "//v3//personal-access-tokens//laptop/", "", "laptop"},
		{"escaped", "DELETE", tokensPath + "/%6captop", "", "laptop"},
		{"escaped slash", "DELETE", tokensPath + "/made-1%2F..%2Flaptop", "", "laptop"},
		{"path of an own token", "DELETE", tokensPath + "/made-1/../laptop", "", "laptop"},
		{"in capitals", "DELETE", tokensPath + "/LAPTOP", "", "laptop"},
		{"trailing blank", "DELETE", tokensPath + "/laptop%20", "", "laptop"},
		{"path parameter", "DELETE", tokensPath + "/laptop;v=1", "", "laptop"},
		{"own token in bulk", "PATCH", v1 + "/bulk-update", bulk(`"made-1","0f1e2d3c",""`), ""},
		{
			"foreign token in bulk", "PATCH", v1 + "/bulk-update", bulk(`"made-1","laptop"`),
			"laptop",
		},
		{"foreign token in bulk by POST", "POST", v1 + "/bulk-update", bulk(`"laptop"`), "laptop"},
		{
			"escaped foreign token in bulk", "POST", v1 + "/bulk-update", bulk(`"\u006captop"`),
			"laptop",
		},
		{
			"the first of two lists", "POST", v1 + "/bulk-update",
			`{"ids":["laptop"],"ids":["made-1"]}`, "laptop",
		},
		{
			"invalid JSON after the token", "POST", v1 + "/bulk-update", bulk(`"laptop"`) + "}",
			"laptop",
		},
		{
			"login in bulk", "PATCH", v1 + "/bulk-update",
			bulk(`"LOGIN-of-jane"`), "login-of-jane",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := newWatch(t)
			w.tenant.add("laptop", "jane", "laptop")
			w.tenant.add("phone", "john", "phone")
			w.tenant.add("allowed token", "john", "allowed token")
			jane, john := w.logIn("login-of-jane"), w.logIn("login-of-john")
			w.expect(200, "GET", tokensPath+"?owner-id=me", john, "")
			w.guard.Allow("allowed token")
			w.guard.Allow("login-of-jane") // no effect
			w.create(jane, "patmock-r1-1")
			w.tenant.reply = func(r *http.Request, _ string) (*http.Response, error) {
				if r.URL.RawQuery == "wrapped" {
					return reply(200, `{"page":{"items":[[{"id":"wrapped"}]]}}`), nil
				}
				return nil, nil
			}
			w.expect(200, "GET", tokensPath+"?wrapped", jane, "")
			w.tenant.add("patched", "jane", "")
			w.expect(200, "PATCH", tokensPath+"/patched", jane, "")
			w.tenant.takeRequests()
			_, _, err := w.send(t.Context(), test.method, test.path, jane, test.body)
			sent := len(w.tenant.takeRequests())
			if test.want == "" {
				if err != nil || sent != 1 {
					t.Errorf("sent %d, error %v", sent, err)
				}
				return
			}
			checkReason(t, tenantguard.ForeignToken, err)
			if sent > 0 || err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("sent %d, error %v", sent, err)
			}
		})
	}
}

// A token that existed before a create stays foreign, even in the response to the create.
func TestGuard_KeepsExistingTokenForeign(t *testing.T) {
	for _, id := range []string{"laptop", "login-of-jane", "login-of-admin"} {
		w := newWatch(t, func(c *tenantguard.Config) { c.LoginIDs = []string{"login-of-admin"} })
		w.tenant.add("laptop", "jane", "laptop")
		jane := w.logIn("login-of-jane")
		w.tenant.reply = func(r *http.Request, _ string) (*http.Response, error) {
			if r.Method == http.MethodPost {
				return reply(200, w.tenant.tokenJSON(id)), nil
			}
			return nil, nil
		}
		w.expect(200, "POST", tokensPath, jane, `{"name":"laptop"}`)
		if _, _, err := w.send(t.Context(), "DELETE", tokensPath+"/"+id, jane,
			""); tenantguard.ReasonOf(err) != tenantguard.ForeignToken {
			t.Errorf("%s may be deleted: %v", id, err)
		}
		equal(t, "ledger", []string{"intend laptop", "rejected laptop"}, w.events())
		equal(t, "left", []string{}, w.leftIDs())
	}
}

// A concurrent list may have the new token first, or only the earlier ones.
func TestGuard_ConfirmsNewToken(t *testing.T) {
	for id, isNew := range map[string]bool{"new": true, "laptop": false} {
		w := newWatch(t)
		w.tenant.add("laptop", "jane", "laptop")
		jane := w.logIn("login-of-jane")
		w.onCreate(func() (*http.Response, error) {
			response := w.tenant.add(id, "jane", "a")
			w.expect(200, "GET", tokensPath+"?owner-id=me", jane, "")
			return reply(200, response), nil
		})
		w.expect(200, "POST", tokensPath, jane, `{"name":"a"}`)
		if _, _, err := w.send(t.Context(), "DELETE", tokensPath+"/"+id, jane,
			""); (err == nil) != isNew ||
			!isNew && tenantguard.ReasonOf(err) != tenantguard.ForeignToken {
			t.Errorf("%s: %v", id, err)
		}
	}
}

func TestGuard_AcceptsBaseURLWithPath(t *testing.T) {
	w := newWatch(t, func(c *tenantguard.Config) { c.BaseURL += "/t/a/"; c.AllowWrites = false })
	w.tenant.add("laptop", "jane", "laptop")
	w.expect(200, "POST", "/t/a/oauth/token", "", "client_id=login-of-jane")
	_, _, err := w.send(t.Context(), "POST", "/t/b/oauth/token", "", "")
	checkReason(t, tenantguard.WritesNotAllowed, err)
}

func TestGuard_LimitsRequests(t *testing.T) {
	w := newWatch(t, func(c *tenantguard.Config) { c.MaxRequests = 5 })
	jane := w.logIn("login-of-jane")
	id := w.create(jane, "patmock-r1-1") // preceded by a list
	w.expect(200, "GET", tokensPath, jane, "")
	w.expect(200, "GET", tokensPath, jane, "")
	w.tenant.takeRequests()
	for _, test := range []struct{ method, path, body string }{
		{"GET", tokensPath, ""},
		{"POST", tokensPath, `{"name":"x"}`},
		{"PATCH", tokensPath + "/" + id, ""},
		{"DELETE", tokensPath + "/unknown", ""},
		{"DELETE", tokensPath, ""},
	} {
		_, _, err := w.send(t.Context(), test.method, test.path, jane, test.body)
		checkReason(t, tenantguard.BudgetSpent, err)
		if sent := w.tenant.takeRequests(); len(sent) > 0 {
			t.Errorf("%s %s: sent %v, error %v", test.method, test.path, sent, err)
		}
	}
	w.expect(200, "GET", tokensPath+"?owner-id=me", w.logIn("login-of-jane"), "")
	w.expect(204, "DELETE", tokensPath+"/"+id, jane, "")
	for _, forNothing := range [][2]string{
		{"POST", "/oauth/token"}, {"GET", tokensPath + "?owner-id=me"},
	} {
		if _, _, err := w.send(t.Context(), forNothing[0], forNothing[1], jane,
			""); tenantguard.ReasonOf(err) != tenantguard.BudgetSpent {
			t.Errorf("%s for nothing: %v", forNothing[1], err)
		}
	}
	equal(t, "requests", 8, w.guard.Stats().Requests)
	equal(t, "ledger", []string{
		"intend patmock-r1-1", "created patmock-r1-1 made-1 jane", "intend x", "rejected x",
		"deleted made-1",
	}, w.events())
}

// Retries count against the request limit, too.
func TestGuard_CountsRetries(t *testing.T) {
	w := newWatch(t, func(c *tenantguard.Config) { c.MaxRequests = 3 })
	w.tenant.reply = func(*http.Request, string) (*http.Response, error) {
		return reply(429, "", "Retry-After", "1"), nil
	}
	_, _, err := w.send(t.Context(), "GET", tokensPath, "", "")
	if sent := w.tenant.takeRequests(); tenantguard.ReasonOf(err) != tenantguard.BudgetSpent ||
		len(sent) != 3 {
		t.Errorf("%d requests, error %v", len(sent), err)
	}
	equal(t, "stats", tenantguard.Stats{Requests: 3, NotSent: 1}, w.guard.Stats())
	equal(t, "waits", []time.Duration{time.Second, time.Second}, w.clock.waits)
}

func TestGuard_RedactsErrors(t *testing.T) {
	const secret = "cafefacecafefacecafefacecafefacecafefacecafefacecafefacecafeface"
	w := newWatch(t, func(c *tenantguard.Config) { c.AllowWrites = false })
	w.tenant.reply = func(*http.Request, string) (*http.Response, error) {
		return reply(429, "", "Retry-After", "3600"), nil
	}
	for _, send := range []struct{ method, address, body string }{
		{
			"POST", "https://evil.example/oauth/token?client_secret=" + secret,
			"client_secret=" + secret,
		},
		{"POST", "/oauth/token?client_secret=" + secret, "client_secret=" + secret},
		{"DELETE", "/v3/personal-access-tokens/" + secret + "?client_secret=" + secret, secret},
		{"GET", "/v3/" + secret, ""},
	} {
		_, _, err := w.send(t.Context(), send.method, send.address, secret, send.body)
		if err == nil || strings.Contains(err.Error(), secret[:16]) {
			t.Errorf("%s: error %v", send.method, err)
		}
	}
}
