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
	"example.com/patmock/contracttests/report"
	"example.com/patmock/mockserver"
	"example.com/patmock/mockserver/control"
	"example.com/patmock/spec/redact"
)

// A rehearsal is a run of cases against a mock in process that lacks what a target lacks: what the
// target will be asked.
type rehearsal struct {
	cases []contracttests.Observation
	// waits is for how long the cases let time pass. It was not waited for.
	waits time.Duration
	// observed has what a run on a patmock requests, with the lists that no scenario does. It is
	// zero for a tenant.
	observed report.Observed
}

// rehearse tries the cases as they would be tried on a target. Nothing is sent to it. Profile is
// that of a patmock; nil means a faithful one.
func rehearse(
	ctx context.Context, target contracttests.Target, profile *control.Profile,
	o contracttests.Options, cases []contracttests.Case,
) (r rehearsal, err error) {
	played, err := rehearsedProfile(target, profile)
	if err != nil {
		return r, err
	}
	mock, err := quietMock(played)
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, mock.Close()) }()
	stage := contracttests.Target{
		Name: target.Name, BaseURL: inProcess, HTTP: &http.Client{Transport: mock.Transport()},
	}
	if !target.RealTenant() {
		stage.Control = mock.Control()
	} else if err := copyIdentities(ctx, mock.Control(), target, &stage); err != nil {
		return r, err
	}
	if target.RealTenant() {
		o.Now = func() time.Time { return time.Now().Add(r.waits) }
		o.Wait = func(ctx context.Context, d time.Duration) error {
			r.waits += d
			_, err := mock.Control().Advance(ctx, d)
			return err
		}
	}
	o.NoLists = o.NoLists || profile != nil && len(profile.Hostile) > 0 // as on the target
	o.Observe = func(act contracttests.Observation) { r.cases = append(r.cases, act) }
	runner, err := contracttests.NewRunner(stage, o)
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

func rehearsedProfile(target contracttests.Target, profile *control.Profile) (mockserver.Profile,
	error,
) {
	p, err := mockserver.ProfileByName(mockserver.ProfileFaithful)
	switch {
	case err != nil:
		return p, err
	case target.RealTenant():
		p.RateLimit = "off" // a run against a tenant paces itself
	case profile != nil:
		p.RateLimit, p.TokenLimit = profile.RateLimit, profile.TokenLimit
		p.ScopeDelay, err = time.ParseDuration(profile.ScopeDelay)
	}
	return p, err
}

// sort puts the acts in the order of the cases, several of which run at a time.
func (r *rehearsal) sort(cases []contracttests.Case) {
	order := map[string]int{}
	for i, c := range cases {
		order[c.Name()] = i
	}
	slices.SortFunc(r.cases, func(a, b contracttests.Observation) int {
		return cmp.Compare(order[a.Case.Name()], order[b.Case.Name()])
	})
}

// copyIdentities gives a stage the identities that a live target has, and no more.
func copyIdentities(ctx context.Context, c *control.Client, target contracttests.Target,
	stage *contracttests.Target,
) error {
	who, err := c.Credentials(ctx)
	if err != nil {
		return err
	}
	stage.ReadOnly = target.ReadOnly
	for _, u := range who.Users {
		login := contracttests.Credentials{ClientID: u.ClientID, ClientSecret: u.ClientSecret}
		switch {
		case u.Name == "jane.doe":
			stage.Owner = login
		case u.Name == "john.roe" && target.Second != contracttests.Credentials{}:
			stage.Second = login
		case u.Name == "admin" && target.Admin != contracttests.Credentials{}:
			stage.Admin = login
		}
	}
	return nil
}

func (r rehearsal) requests() (n int) {
	for _, act := range r.cases {
		n += act.Result.Requests
	}
	return n
}

func (r rehearsal) write(w io.Writer) error {
	ran := 0
	for _, act := range r.cases {
		if act.Result.Outcome == report.Skip {
			if _, err := fmt.Fprintf(w, "%s: skipped, %s\n", act.Case.Name(),
				act.Result.Message); err != nil {
				return err
			}
			continue
		}
		ran++
		lines := []string{act.Case.Name() + ":"}
		for _, x := range act.Exchanges {
			lines = append(lines,
				strings.TrimRight("  "+x.Method+" "+
					redact.Report(strings.TrimPrefix(x.URL, inProcess))+" "+
					shortened(redact.Report(x.Body)), " "))
		}
		if _, err := fmt.Fprintln(w, strings.Join(lines, "\n")); err != nil {
			return err
		}
	}
	_, err := fmt.Fprintf(w,
		"%d of %d cases would run, with %d requests. Nothing was sent to the target.\n", ran,
		len(r.cases), r.requests())
	return err
}

type dryRunPlan struct {
	Cases    []plannedCase `json:"cases"`
	Run      int           `json:"run"`      // cases that would run
	Requests int           `json:"requests"` // of all cases
}

type plannedCase struct {
	ID       string           `json:"id"`
	Version  string           `json:"version"`
	Skipped  string           `json:"skipped,omitempty"`
	Requests []plannedRequest `json:"requests"`
}

type plannedRequest struct {
	Method string `json:"method"`
	URL    string `json:"url"`
	Body   string `json:"body,omitempty"`
}

// plan returns each case with its requests, without secrets.
func (r rehearsal) plan() dryRunPlan {
	p := dryRunPlan{Cases: []plannedCase{}, Requests: r.requests()}
	for _, act := range r.cases {
		c := plannedCase{
			ID: act.Case.Scenario.ID, Version: string(act.Case.Version),
			Requests: []plannedRequest{},
		}
		if act.Result.Outcome == report.Skip {
			c.Skipped = act.Result.Message
			p.Cases = append(p.Cases, c)
			continue
		}
		p.Run++
		for _, x := range act.Exchanges {
			url := redact.Report(strings.TrimPrefix(x.URL, inProcess))
			c.Requests = append(c.Requests, plannedRequest{x.Method, url, redact.Report(x.Body)})
		}
		p.Cases = append(p.Cases, c)
	}
	return p
}

func shortened(body string) string {
	const most = 200
	body = strings.Join(strings.Fields(body), " ")
	if len(body) > most {
		return strings.ToValidUTF8(body[:most], "") + "..."
	}
	return body
}

// maxTokens returns how many tokens of one owner are there at most at a time, of those that the
// cases make.
func (r rehearsal) maxTokens() (most int) {
	owners := map[string]string{} // by token
	count := map[string]int{}
	for _, act := range r.cases {
		for _, x := range act.Exchanges {
			var made struct {
				ID, Secret string
				Owner      struct{ ID string }
			}
			switch {
			case x.Method == http.MethodPost && x.Status == http.StatusOK &&
				json.Unmarshal([]byte(x.ResponseBody), &made) == nil && made.ID != "" && made.Secret != "":
				owners[made.ID] = made.Owner.ID
				count[made.Owner.ID]++
				most = max(most, count[made.Owner.ID])
			case x.Method == http.MethodDelete && x.Status == http.StatusNoContent:
				id := path.Base(x.URL)
				if owner, ok := owners[id]; ok {
					count[owner]--
					delete(owners, id)
				}
			}
		}
	}
	return most
}

// perVersion returns how many requests each API version gets, and the token endpoint.
func (r rehearsal) perVersion() map[string]int {
	requests := map[string]int{}
	for _, act := range r.cases {
		for _, x := range act.Exchanges {
			first, _, _ := strings.Cut(strings.TrimLeft(strings.TrimPrefix(x.URL, inProcess), "/"),
				"/")
			requests[first]++
		}
	}
	return requests
}
