// Package admission decides whether a valid request is served: rate limit, injected faults, hostile
// profile.
package admission

import (
	"context"
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"

	"example.com/patmock/mockserver/internal/fault"
	"example.com/patmock/mockserver/internal/hostile"
	"example.com/patmock/mockserver/internal/ratelimit"
	"example.com/patmock/mockserver/internal/response"
	"example.com/patmock/spec"
	"example.com/patmock/spec/redact"
	"example.com/patmock/spec/rule"
)

// Controller stands in front of the operations of a namespace.
type Controller struct {
	// Limits counts requests. Where Enforce is false it only tells what a tenant would refuse.
	Limits  Limits
	Enforce bool
	Faults  Faults
	// Hostile is nil where the mock is not.
	Hostile *hostile.Hostile
	// Wall is wall time, which Retry-After dates follow.
	Wall func() time.Time
	// Stopped ends what is held up when the mock stops.
	Stopped <-chan struct{}
}

// Limits counts requests in windows.
type Limits interface {
	Limit() ratelimit.Limit
	Take(key ratelimit.Key, now time.Time) (count int, wait time.Duration)
}

// Faults applies fault rules.
type Faults interface {
	Match(r fault.Request) fault.Outcome
	Matcher(id string) func(operation string, header http.Header) bool
}

// A Request asks for admission. Its trace names operation and version.
type Request struct {
	Request   *http.Request
	Operation *spec.Operation
	Trace     *response.RequestInfo
	ClientID  string
	// OwnerID and OwnerName are empty where they are not known.
	OwnerID, OwnerName string
	// Now is the time in the namespace.
	Now time.Time
}

// Admit lets a request on, after as long as faults hold it up, or returns a *[response.Error]. What
// happens to the answer of one that passes is noted in its trace.
func (g *Controller) Admit(v Request) error {
	if err := g.checkRateLimit(v); err != nil {
		return err
	}
	if err := g.injectFault(v); err != nil {
		return err
	}
	return g.applyHostile(v)
}

// rejected returns the error of a request that is not served.
func rejected(status int, retryAfter string, why response.Reason) *response.Error {
	e := &response.Error{Status: status, Reasons: []response.Reason{why}}
	if retryAfter != "" {
		e.Header = http.Header{"Retry-After": {retryAfter}}
	}
	return e
}

// NoteLogin notes that a client has got its first access token.
func (g *Controller) NoteLogin(clientID string) { g.Hostile.NoteLogin(clientID) }

// checkRateLimit counts the request for its client id and version (published).
func (g *Controller) checkRateLimit(v Request) error {
	limit := g.Limits.Limit()
	count, wait := g.Limits.Take(ratelimit.Key{
		ClientID: truncateClientID(v.ClientID), Version: v.Trace.Version,
	}, v.Now)
	// what is not refused is told once in each window
	if wait <= 0 || !g.Enforce && count != limit.Requests+1 {
		return nil
	}
	told := fmt.Sprintf("request %d of client id %s in %s, and %d are allowed for each version",
		count, shorten(v.ClientID), limit.Window, limit.Requests)
	if g.Enforce {
		if note := v.Trace.ClockNote; note != "" {
			told += "; windows go by the namespace's clock: " + note
		}
		return rejected(http.StatusTooManyRequests, g.retryAfter(v.Trace, wait, false),
			response.Reason{Rule: rule.RateLimit, Text: told})
	}
	v.Trace.AddNote("a tenant would refuse this: " + response.Reason{
		Rule: rule.RateLimit, Text: told,
	}.String())
	return nil
}

// truncateClientID is as much of a client id as a window is kept for: it may be anything.
func truncateClientID(id string) string {
	const most = 64
	return id[:min(len(id), most)]
}

// preferred is a preference for a status (RFC 7240), as Prism knows it.
var preferred = regexp.MustCompile(`(?i)(?:^|[,;]\s*|\s)code\s*=\s*"?([0-9]{3})"?(?:[,;\s]|$)`)

// injectFault applies the first matching fault rule, or else the Prefer header.
func (g *Controller) injectFault(v Request) error {
	met := g.Faults.Match(fault.Request{
		Operation: v.Trace.Operation, Version: v.Trace.Version, OwnerID: v.OwnerID,
		OwnerName: v.OwnerName,
		Header:    v.Request.Header, HasStatus: v.Operation.Declares,
	})
	v.Trace.Faults = append(v.Trace.Faults, met.Rules...)
	g.delay(v.Request.Context(), met.Latency)
	switch {
	case met.Effect != "":
		return g.effect(v, met)
	case met.Status != 0:
		retryAfter := ""
		if met.RetryAfter > 0 {
			retryAfter = g.retryAfter(v.Trace, met.RetryAfter, met.RetryAfterAsDate)
			v.Trace.RetryRule = g.waitRule(met.Rules[len(met.Rules)-1])
		}
		return rejected(met.Status, retryAfter,
			injected("fault %s answers %d", ruleIDs(met.Rules), met.Status))
	}
	return g.prefer(v)
}

// waitRule returns which requests have to wait after a response of a fault rule.
func (g *Controller) waitRule(id string) *response.RetryRule {
	return &response.RetryRule{ID: "fault " + id, Matches: g.Faults.Matcher(id)}
}

// ruleIDs lists ids of rules for a message.
func ruleIDs(ids []string) string { return response.Truncate(strings.Join(ids, ", ")) }

// injected is the reason of a response that a fault rule replaces.
func injected(format string, args ...any) response.Reason {
	return response.Reason{Rule: rule.InjectedFault, Text: fmt.Sprintf(format, args...)}
}

// effect does what a rule asks for beside a status: before the operation, or to its answer.
func (g *Controller) effect(v Request, met fault.Outcome) error {
	v.Trace.Effect = response.Effect(met.Effect)
	switch v.Trace.Effect {
	case response.Reset, response.Hang:
		return rejected(http.StatusServiceUnavailable, "",
			injected("fault %s: %s", ruleIDs(met.Rules), met.Effect))
	case response.HTML:
		return rejected(met.Status, "",
			injected("fault %s answers %d with an HTML page", ruleIDs(met.Rules), met.Status))
	}
	return nil
}

// prefer answers the status that the request asks for, where the operation has it; preferences that
// cannot be met are ignored.
func (g *Controller) prefer(v Request) error {
	asked := v.Request.Header["Prefer"]
	if len(asked) == 0 {
		return nil
	}
	status := preferredStatus(asked)
	if status == 0 {
		return nil
	}
	if status < http.StatusBadRequest || !v.Operation.Declares(status) {
		v.Trace.AddNote(fmt.Sprintf("Prefer: code=%d is ignored: expected a status of a refusal "+
			"that the operation has, one of %s", status, refusals(v.Operation)))
		return nil
	}
	v.Trace.Faults = append(v.Trace.Faults, "prefer")
	retryAfter := ""
	if status == http.StatusTooManyRequests || status == http.StatusServiceUnavailable {
		retryAfter = g.retryAfter(v.Trace, time.Second, false)
		v.Trace.RetryRule = &response.RetryRule{
			ID: "prefer " + strconv.Itoa(status),
			Matches: func(_ string, header http.Header) bool {
				return preferredStatus(header["Prefer"]) == status
			},
		}
	}
	return rejected(status, retryAfter, response.Reason{
		Rule: rule.PreferredStatus, Text: fmt.Sprintf("Prefer: code=%d asked for it", status),
	})
}

// preferredStatus returns the status that Prefer headers ask for, 0 for none.
func preferredStatus(headers []string) int {
	match := preferred.FindStringSubmatch(strings.Join(headers, ", "))
	if match == nil {
		return 0
	}
	status, _ := strconv.Atoi(match[1]) // digits
	return status
}

func refusals(op *spec.Operation) string {
	var all []string
	for _, status := range op.Statuses() {
		if status >= http.StatusBadRequest {
			all = append(all, strconv.Itoa(status))
		}
	}
	return strings.Join(all, ", ")
}

// applyHostile applies what the hostile profile chooses for the request.
func (g *Controller) applyHostile(v Request) error {
	plan := g.Hostile.Choose(v.ClientID, v.Trace.Operation, v.Operation)
	v.Trace.TokenTTL = plan.TokenTTL
	if plan.TokenTTL > 0 {
		v.Trace.Faults = append(v.Trace.Faults, name(hostile.EarlyExpiry))
	}
	if plan.Vary != nil {
		v.Trace.Vary = func(a *response.Response) *response.Response {
			varied, behaviour := plan.Vary(a)
			if behaviour != "" {
				v.Trace.Faults = append(v.Trace.Faults, name(behaviour))
			}
			return varied
		}
	}
	if plan.Status == 0 {
		return nil
	}
	v.Trace.Faults = append(v.Trace.Faults, name(hostile.Outages))
	why := response.Reason{
		Rule: rule.HostileProfile, Text: fmt.Sprintf("the hostile profile answers %d", plan.Status),
	}
	return rejected(plan.Status, g.retryAfter(v.Trace, outage, plan.RetryAfterAsDate), why)
}

// outage is how long a client shall wait that a hostile mock does not serve.
const outage = 2 * time.Second

func name(behaviour string) string { return "hostile-" + behaviour }

// delay waits, until the client has gone or the mock stops. The request goes on in any case: a
// tenant does not notice either that nobody waits any more.
func (g *Controller) delay(ctx context.Context, d time.Duration) {
	if d <= 0 {
		return
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	case <-g.Stopped:
	}
}

// retryAfter writes a delay, rounded up to seconds, in one of the forms of RFC 9110, section
// 10.2.3.
func (g *Controller) retryAfter(trace *response.RequestInfo, d time.Duration, asDate bool) string {
	trace.RetryAfter = d
	if asDate {
		return response.Date(g.Wall().Add(d))
	}
	return strconv.Itoa(int((d + time.Second - 1) / time.Second))
}

// shorten keeps what a client wrote in place of an id from filling a line.
func shorten(id string) string {
	const most = 40
	return strconv.Quote(redact.Cut(id, most))
}
