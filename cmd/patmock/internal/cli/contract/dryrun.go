package contract

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"path"
	"slices"
	"strings"
	"time"

	"example.com/patmock/contracttests"
	"example.com/patmock/contracttests/recording"
	"example.com/patmock/contracttests/report"
	"example.com/patmock/mockserver"
	"example.com/patmock/mockserver/control"
	"example.com/patmock/spec/redact"
	"example.com/patmock/spec/version"
)

// A plan is the result of a dry run: the requests that a target would receive. The dry run uses a
// mock in process with the features of the target.
type plan struct {
	cases []contracttests.Observation
	// waited is the time that the cases would wait. The dry run does not wait.
	waited time.Duration
	// observed has the requests of a run against a patmock, including lists that no scenario
	// requests. It is zero for a tenant.
	observed report.Observed
}

// dryRun runs the cases against a mock that has the features of the target. It sends nothing to the
// target. profile is that of a patmock; nil means the faithful profile.
func dryRun(
	ctx context.Context, target contracttests.Target, profile *control.Profile,
	o contracttests.Options, cases []contracttests.Case,
) (r plan, err error) {
	mockProfile, err := dryRunProfile(target, profile)
	if err != nil {
		return r, err
	}
	mock, err := newMock(mockProfile)
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, mock.Close()) }()
	dryTarget := contracttests.Target{
		Name: target.Name, BaseURL: inProcess, HTTP: &http.Client{Transport: mock.Transport()},
	}
	if !target.RealTenant() {
		dryTarget.Control = mock.Control()
	} else if err := copyIdentities(ctx, mock.Control(), target, &dryTarget); err != nil {
		return r, err
	}
	if target.RealTenant() {
		o.Now = func() time.Time { return time.Now().Add(r.waited) }
		o.Wait = func(ctx context.Context, d time.Duration) error {
			r.waited += d
			_, err := mock.Control().Advance(ctx, d)
			return err
		}
	}
	o.NoLists = o.NoLists || profile != nil && len(profile.Hostile) > 0 // as on the target
	o.Observe = func(observation contracttests.Observation) {
		dropUnused(observation.Exchanges)
		r.cases = append(r.cases, observation)
	}
	runner, err := contracttests.NewRunner(dryTarget, o)
	if err != nil {
		return r, err
	}
	if !target.RealTenant() {
		if _, err := runner.Preflight(ctx); err != nil { // as in a run
			return r, err
		}
	}
	result := runner.Run(ctx, cases)
	if !target.RealTenant() && result.Observed != nil {
		r.observed = *result.Observed
	}
	r.sort(cases)
	return r, ctx.Err()
}

// dropUnused drops the headers, and the bodies of responses without a new token. A plan of all
// cases keeps tens of thousands of exchanges.
func dropUnused(exchanges []recording.Exchange) {
	for i, x := range exchanges {
		kept := recording.Exchange{Method: x.Method, URL: x.URL, Body: x.Body, Status: x.Status}
		if x.Method == http.MethodPost && strings.Contains(x.ResponseBody, `"secret"`) {
			kept.ResponseBody = x.ResponseBody
		}
		exchanges[i] = kept
	}
}

func dryRunProfile(
	target contracttests.Target, profile *control.Profile,
) (mockserver.Profile, error) {
	p, err := mockserver.ProfileByName(mockserver.ProfileFaithful)
	switch {
	case err != nil:
		return p, err
	case target.RealTenant():
		p.RateLimit = "off" // a run against a tenant limits its own rate
	case profile != nil:
		p.RateLimit, p.TokenLimit = profile.RateLimit, profile.TokenLimit
		p.ScopeDelay, err = time.ParseDuration(profile.ScopeDelay)
	}
	return p, err
}

// sort sorts the observations in the order of cases, because cases run concurrently.
func (r *plan) sort(cases []contracttests.Case) {
	order := map[string]int{}
	for i, c := range cases {
		order[c.Name()] = i
	}
	slices.SortFunc(r.cases, func(a, b contracttests.Observation) int {
		return cmp.Compare(order[a.Case.Name()], order[b.Case.Name()])
	})
}

// copyIdentities gives a mock the identities that a real tenant has, and no others.
func copyIdentities(
	ctx context.Context, c *control.Client, target contracttests.Target, mock *contracttests.Target,
) error {
	creds, err := c.Credentials(ctx)
	if err != nil {
		return err
	}
	mock.ReadOnly = target.ReadOnly
	for _, u := range creds.Users {
		login := contracttests.Credentials{ClientID: u.ClientID, ClientSecret: u.ClientSecret}
		switch {
		case u.Name == "jane.doe":
			mock.Owner = login
		case u.Name == "john.roe" && target.Second != contracttests.Credentials{}:
			mock.Second = login
		case u.Name == "admin" && target.Admin != contracttests.Credentials{}:
			mock.Admin = login
		}
	}
	return nil
}

func (r plan) requests() (n int) {
	for _, c := range r.cases {
		n += c.Result.Requests
	}
	return n
}

func (r plan) write(w io.Writer) error {
	runnable := 0
	for _, c := range r.cases {
		if c.Result.Outcome == report.Skip {
			if _, err := fmt.Fprintf(w, "%s: skipped, %s\n", c.Case.Name(),
				c.Result.Message); err != nil {
				return err
			}
			continue
		}
		runnable++
		lines := []string{c.Case.Name() + ":"}
		for _, x := range c.Exchanges {
			lines = append(lines,
				strings.TrimRight("  "+x.Method+" "+
					redact.Report(strings.TrimPrefix(x.URL, inProcess))+" "+
					truncate(redact.Report(x.Body)), " "))
		}
		if _, err := fmt.Fprintln(w, strings.Join(lines, "\n")); err != nil {
			return err
		}
	}
	_, err := fmt.Fprintf(w,
		"%d of %d cases would run, with %d requests. Nothing was sent to the target.\n", runnable,
		len(r.cases), r.requests())
	return err
}

type planDocument struct {
	Cases    []casePlan `json:"cases"`
	Run      int        `json:"run"`      // number of cases that would run
	Requests int        `json:"requests"` // number of requests of all cases
}

type casePlan struct {
	ID       string        `json:"id"`
	Version  string        `json:"version"`
	Skipped  string        `json:"skipped,omitempty"`
	Requests []requestPlan `json:"requests"`
}

type requestPlan struct {
	Method string `json:"method"`
	URL    string `json:"url"`
	Body   string `json:"body,omitempty"`
}

// document returns each case with its requests, without secrets.
func (r plan) document() planDocument {
	p := planDocument{Cases: []casePlan{}, Requests: r.requests()}
	for _, o := range r.cases {
		c := casePlan{
			ID: o.Case.Scenario.ID, Version: string(o.Case.Version),
			Requests: []requestPlan{},
		}
		if o.Result.Outcome == report.Skip {
			c.Skipped = o.Result.Message
			p.Cases = append(p.Cases, c)
			continue
		}
		p.Run++
		for _, x := range o.Exchanges {
			url := redact.Report(strings.TrimPrefix(x.URL, inProcess))
			c.Requests = append(c.Requests, requestPlan{x.Method, url, redact.Report(x.Body)})
		}
		p.Cases = append(p.Cases, c)
	}
	return p
}

func truncate(body string) string {
	const maxBytes = 200
	body = strings.Join(strings.Fields(body), " ")
	if len(body) > maxBytes {
		return strings.ToValidUTF8(body[:maxBytes], "") + "..."
	}
	return body
}

// maxTokens returns the maximum number of tokens of one owner that the cases have at a time.
func (r plan) maxTokens() (maxCount int) {
	owners := map[string]string{} // by token
	count := map[string]int{}
	for _, c := range r.cases {
		for _, x := range c.Exchanges {
			var token struct {
				ID, Secret string
				Owner      struct{ ID string }
			}
			switch {
			case x.Method == http.MethodPost && x.Status == http.StatusOK &&
				json.Unmarshal([]byte(x.ResponseBody), &token) == nil && token.ID != "" &&
				token.Secret != "":
				owners[token.ID] = token.Owner.ID
				count[token.Owner.ID]++
				maxCount = max(maxCount, count[token.Owner.ID])
			case x.Method == http.MethodDelete && x.Status == http.StatusNoContent:
				id := path.Base(x.URL)
				if owner, ok := owners[id]; ok {
					count[owner]--
					delete(owners, id)
				}
			}
		}
	}
	return maxCount
}

// perVersion returns the number of requests for each API version and for the token endpoint.
func (r plan) perVersion() map[string]int {
	requests := map[string]int{}
	for _, c := range r.cases {
		for _, x := range c.Exchanges {
			address, _, _ := strings.Cut(strings.TrimPrefix(x.URL, inProcess), "?")
			label, rest, _ := strings.Cut(strings.TrimLeft(address, "/"), "/")
			// v1 follows its resource
			if second, _, _ := strings.Cut(rest, "/"); second == string(version.V1) {
				label = second
			}
			requests[label]++
		}
	}
	return requests
}
