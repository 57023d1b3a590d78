package contracttests_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"example.com/patmock/contracttests"
	"example.com/patmock/contracttests/report"
	"example.com/patmock/contracttests/scenarios"
	"example.com/patmock/contracttests/tenantguard"
)

// wiretap records created tokens and logins.
type wiretap struct {
	next http.RoundTripper

	mu      sync.Mutex
	created []createdToken
	logins  []string // client ids
}

type createdToken struct {
	Name           string
	Created        time.Time
	ExpirationDate *time.Time
}

func (w *wiretap) RoundTrip(r *http.Request) (*http.Response, error) {
	requestBody, err := bodyOf(r)
	if err != nil {
		return nil, err
	}
	response, err := w.next.RoundTrip(r)
	if err != nil || response.StatusCode != http.StatusOK || r.Method != http.MethodPost {
		return response, err
	}
	body, err := io.ReadAll(response.Body)
	response.Body = io.NopCloser(bytes.NewReader(body))
	w.mu.Lock()
	defer w.mu.Unlock()
	var token createdToken
	if strings.HasSuffix(r.URL.Path, "/oauth/token") {
		form, _ := url.ParseQuery(requestBody)
		w.logins = append(w.logins, form.Get("client_id"))
	} else if json.Unmarshal(body, &token) == nil && token.Name != "" {
		w.created = append(w.created, token)
	}
	return response, err
}

func (w *wiretap) drain() []createdToken {
	w.mu.Lock()
	defer w.mu.Unlock()
	tokens := w.created
	w.created = nil
	return tokens
}

// longLived matches the scenarios about tokens with a long lifetime.
var longLived = regexp.MustCompile(`^(expiry/(legacy-|current-|never|patch-|` +
	`date-forms/leap-second|question-flag-after-date)|crossversion/(never|far|renamed))`)

// Tokens created at a real tenant are recognizable by name, and expire within an hour.
func TestTenant_CreatedTokensAreRecognizable(t *testing.T) {
	t.Parallel()
	n := newTenant(t)
	target, o := n.target(), n.options()
	o.Versions = twoVersions
	tap := &wiretap{next: target.HTTP.Transport}
	target.HTTP = &http.Client{Transport: tap}
	n.withGuard(&target)
	tokens := 0
	o.Progress = func(r report.Result) {
		for _, token := range tap.drain() {
			tokens++
			named, ok := tenantguard.ParseName(token.Name)
			if age := token.Created.Sub(named); !ok || age < 0 || age > time.Minute {
				t.Errorf("%s creates a token with the name %q at %s", r.Name(), token.Name,
					token.Created)
			}
			if longLived.MatchString(r.ID) {
				continue
			}
			if token.ExpirationDate == nil ||
				token.ExpirationDate.Sub(token.Created) > time.Hour+time.Second {
				t.Errorf("%s creates a token that expires at %v", r.Name(), token.ExpirationDate)
			}
		}
	}
	n.contract(target, o)
	if tokens < 500 {
		t.Errorf("%d tokens were created", tokens)
	}
}

// An identity logs in once in a run, except in scenarios about logins.
func TestTenant_LogsInOncePerIdentity(t *testing.T) {
	n := newTenant(t)
	target, o := n.target(), n.options()
	o.Run = regexp.MustCompile("^(create|list)/")
	o.Skip = regexp.MustCompile("^list/me-is-who-logged-in/")
	tap := &wiretap{next: target.HTTP.Transport}
	target.HTTP = &http.Client{Transport: tap}
	n.withGuard(&target)
	n.contract(target, o)
	slices.Sort(tap.logins)
	want := []string{target.Owner.ClientID, target.Second.ClientID, target.Admin.ClientID}
	slices.Sort(want)
	if diff := cmp.Diff(want, tap.logins); diff != "" {
		t.Errorf("logins (-want +got):\n%s", diff)
	}
}

// An access token that is about to expire or was rejected is not reused.
func TestTenant_RenewsAccessToken(t *testing.T) {
	n := newTenant(t)
	target := n.target()
	tap := &wiretap{next: target.HTTP.Transport}
	target.HTTP = &http.Client{Transport: tap}
	list := func(t *contracttests.T) {
		t.Owner().List("owner-id", "me").ExpectStatus(http.StatusOK)
	}
	advance := func(d time.Duration) func(t *contracttests.T) {
		return func(t *contracttests.T) { t.AdvanceTime(d) }
	}
	rejected := false
	target.HTTP.Transport = responseEditor{tap, func(r *http.Request, response *http.Response) {
		if rejected && r.Method == http.MethodGet {
			response.StatusCode, response.Body = http.StatusUnauthorized,
				io.NopCloser(strings.NewReader(`{"error":"revoked"}`))
		}
		rejected = false
	}}
	runner, err := contracttests.NewRunner(target, n.options())
	if err != nil {
		t.Fatal(err)
	}
	for _, step := range []struct {
		name   string
		run    func(t *contracttests.T)
		want   report.Outcome
		logins int
	}{
		{"the first", list, report.Pass, 1},
		{"another", list, report.Pass, 1},
		{"hours pass", advance(11 * time.Hour), report.Pass, 1},
		{"still valid", list, report.Pass, 1},
		{"all but a minute passes", advance(59 * time.Minute), report.Pass, 1},
		{"about to expire", list, report.Pass, 2},
		{"revoked", func(t *contracttests.T) { rejected = true; list(t) }, report.Fail, 2},
		{"after that", list, report.Pass, 3},
	} {
		result := runner.Run(t.Context(), []contracttests.Case{newCase(step.run)}).Results[0]
		if result.Outcome != step.want || len(tap.logins) != step.logins {
			t.Errorf("%s: %s, %s, with %d logins, want %s with %d", step.name, result.Outcome,
				result.Message, len(tap.logins), step.want, step.logins)
		}
	}
}

// entries are the ids of the dialect entries.
var entries = []string{
	"access-token-of-deleted", "bad-filter", "bulk-flag", "create-content-type",
	"delete-of-anothers", "duplicate-name", "empty-date", "empty-patch",
	"experimental-header", "flag-after-date",
	"helpdesk-list-all", "limit-251", "list-paging", "login-deleted", "login-expired",
	"max-name-length", "max-scope-length", "max-scopes", "missing-grant",
	"name-blanks", "name-case", "name-normalization", "never-expiring-response",
	"never-used-under-le", "own-id-with-my-read",
	"password-grant", "past-date", "patch-content-type", "quoted-timestamp", "signature",
	"test-of-fixed-field", "token-limit", "unknown-owner",
	"unknown-scope", "unpatchable-path", "unsupported-grant",
}

// Each dialect entry is decided by the exchange of an open question. Its result has a note. Real
// tenants decide all entries but one.
func TestQuestions_DecideDialectEntries(t *testing.T) {
	var questions []contracttests.Scenario
	for _, s := range scenarios.All() {
		if s.OpenQuestion {
			questions = append(questions, s)
		}
	}
	n := newTenant(t)
	guarded := n.target()
	guarded.Second = n.users["helpdesk"]
	n.withGuard(&guarded) // limits the rate of requests
	for _, test := range []struct {
		name    string
		target  contracttests.Target
		options contracttests.Options
		without []string
		want    report.Outcome
	}{
		{"patmock", inProcess(t), contracttests.Options{}, nil, report.Pass},
		{"real tenant", guarded, n.options(), []string{"token-limit"}, report.Provisional},
	} {
		t.Run(test.name, func(t *testing.T) {
			response := map[string]bool{}
			test.options.Observe = func(o contracttests.Observation) {
				if o.Result.Outcome == report.Skip {
					return
				}
				if o.Result.Outcome != test.want || len(o.Result.Notes) == 0 {
					t.Errorf("%s: %s with the notes %q: %s", o.Case.Name(), o.Result.Outcome,
						o.Result.Notes, o.Result.Message)
					return
				}
				for entry, at := range o.DialectEntries {
					response[entry] = true
					if status := strconv.Itoa(o.Exchanges[at].Status); !strings.HasPrefix(
						o.Result.Notes[0], status+" ") {
						t.Errorf("%s: %s has the status %s, but the note %q", o.Case.Name(),
							entry, status, o.Result.Notes[0])
					}
				}
			}
			runner, err := contracttests.NewRunner(test.target, test.options)
			if err != nil {
				t.Fatal(err)
			}
			runner.Run(t.Context(), contracttests.Select(questions, test.options))
			got := []string{}
			for _, entry := range entries {
				if response[entry] {
					got = append(got, entry)
					delete(response, entry)
				}
			}
			for entry := range response {
				t.Errorf("there is no entry %q", entry)
			}
			want := slices.DeleteFunc(slices.Clone(entries), func(e string) bool {
				return slices.Contains(test.without, e)
			})
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("decided entries (-want +got):\n%s", diff)
			}
		})
	}
}
