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

// Controller decides whether requests to the operations of a namespace are served.
type Controller struct {
	// Limits counts requests. If Enforce is false, requests over the limit are noted but not
	// rejected.
	Limits  Limits
	Enforce bool
	Faults  Faults
	// Hostile is nil if the mock is not hostile.
	Hostile *hostile.Hostile
	// WallNow returns wall time. Retry-After dates are based on it.
	WallNow func() time.Time
	// Done ends delays when it is closed.
	Done <-chan struct{}
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

// A Request is a request for admission. Info contains its operation and version.
type Request struct {
	Request   *http.Request
	Operation *spec.Operation
	Info      *response.RequestInfo
	ClientID  string
	// OwnerID and OwnerName are empty if the owner is unknown.
	OwnerID, OwnerName string
	// Now is the time in the namespace.
	Now time.Time
}

// Admit returns nil if the request is admitted, else a *[response.Error]. It first waits as long as
// fault rules require. It adds changes to the response to Info.
func (c *Controller) Admit(r Request) error {
	if err := c.checkRateLimit(r); err != nil {
		return err
	}
	if err := c.injectFault(r); err != nil {
		return err
	}
	return c.applyHostile(r)
}

// newError returns the error of a rejected request.
func newError(status int, retryAfter string, reason response.Reason) *response.Error {
	e := &response.Error{Status: status, Reasons: []response.Reason{reason}}
	if retryAfter != "" {
		e.Header = http.Header{"Retry-After": {retryAfter}}
	}
	return e
}

// NoteLogin notes the first access token of a client.
func (c *Controller) NoteLogin(clientID string) { c.Hostile.NoteLogin(clientID) }

// checkRateLimit counts the request for its client id and version.
//
// published
func (c *Controller) checkRateLimit(r Request) error {
	limit := c.Limits.Limit()
	count, wait := c.Limits.Take(ratelimit.Key{
		ClientID: truncateClientID(r.ClientID), Version: r.Info.Version,
	}, r.Now)
	// Without enforcement, only the first request over the limit of a window is noted.
	if wait <= 0 || !c.Enforce && count != limit.Requests+1 {
		return nil
	}
	text := fmt.Sprintf("request %d of client id %s in %s: the limit is %d for each version",
		count, quoteClientID(r.ClientID), limit.Window, limit.Requests)
	if c.Enforce {
		if note := r.Info.ClockNote; note != "" {
			text += "; windows follow the clock of the namespace: " + note
		}
		return newError(http.StatusTooManyRequests, c.retryAfter(r.Info, wait, false),
			response.Reason{Rule: rule.RateLimit, Text: text})
	}
	r.Info.AddNote("a real tenant would reject this: " + response.Reason{
		Rule: rule.RateLimit, Text: text,
	}.String())
	return nil
}

// truncateClientID limits the size of a client id as a key. Clients may send anything.
func truncateClientID(id string) string {
	const maxLen = 64
	return id[:min(len(id), maxLen)]
}

// preferPattern matches a preference for a status (RFC 7240), in the syntax of Prism.
var preferPattern = regexp.MustCompile(`(?i)(?:^|[,;]\s*|\s)code\s*=\s*"?([0-9]{3})"?(?:[,;\s]|$)`)

// injectFault applies the first matching fault rule, or else the Prefer header.
func (c *Controller) injectFault(r Request) error {
	outcome := c.Faults.Match(fault.Request{
		Operation: r.Info.Operation, Version: r.Info.Version, OwnerID: r.OwnerID,
		OwnerName: r.OwnerName,
		Header:    r.Request.Header, HasStatus: r.Operation.HasStatus,
	})
	r.Info.Faults = append(r.Info.Faults, outcome.Rules...)
	c.delay(r.Request.Context(), outcome.Latency)
	switch {
	case outcome.Effect != "":
		return c.applyEffect(r, outcome)
	case outcome.Status != 0:
		retryAfter := ""
		if outcome.RetryAfter > 0 {
			retryAfter = c.retryAfter(r.Info, outcome.RetryAfter, outcome.RetryAfterAsDate)
			r.Info.RetryRule = c.retryRule(outcome.Rules[len(outcome.Rules)-1])
		}
		return newError(outcome.Status, retryAfter,
			faultReason("fault %s returns %d", joinRuleIDs(outcome.Rules), outcome.Status))
	}
	return c.applyPrefer(r)
}

// retryRule returns a rule that selects the requests that match a fault rule.
func (c *Controller) retryRule(id string) *response.RetryRule {
	return &response.RetryRule{ID: "fault " + id, Matches: c.Faults.Matcher(id)}
}

// joinRuleIDs lists rule ids for a message.
func joinRuleIDs(ids []string) string { return response.Truncate(strings.Join(ids, ", ")) }

// faultReason returns the reason of an injected response.
func faultReason(format string, args ...any) response.Reason {
	return response.Reason{Rule: rule.InjectedFault, Text: fmt.Sprintf(format, args...)}
}

// applyEffect applies the effect of a fault rule. It returns an error if the operation must not
// run.
func (c *Controller) applyEffect(r Request, outcome fault.Outcome) error {
	r.Info.Effect = response.Effect(outcome.Effect)
	switch r.Info.Effect {
	case response.Reset, response.Hang:
		return newError(http.StatusServiceUnavailable, "",
			faultReason("fault %s: %s", joinRuleIDs(outcome.Rules), outcome.Effect))
	case response.HTML:
		return newError(outcome.Status, "",
			faultReason("fault %s returns %d with an HTML page", joinRuleIDs(outcome.Rules),
				outcome.Status))
	}
	return nil
}

// applyPrefer returns an error with the status of the Prefer header if the operation declares it.
// Other preferences are ignored.
func (c *Controller) applyPrefer(r Request) error {
	values := r.Request.Header["Prefer"]
	if len(values) == 0 {
		return nil
	}
	status := preferredStatus(values)
	if status == 0 {
		return nil
	}
	if status < http.StatusBadRequest || !r.Operation.HasStatus(status) {
		r.Info.AddNote(fmt.Sprintf("Prefer: code=%d is ignored: expected an error status of the "+
			"operation, one of %s", status, joinErrorStatuses(r.Operation)))
		return nil
	}
	r.Info.Faults = append(r.Info.Faults, "prefer")
	retryAfter := ""
	if status == http.StatusTooManyRequests || status == http.StatusServiceUnavailable {
		retryAfter = c.retryAfter(r.Info, time.Second, false)
		r.Info.RetryRule = &response.RetryRule{
			ID: "prefer " + strconv.Itoa(status),
			Matches: func(_ string, header http.Header) bool {
				return preferredStatus(header["Prefer"]) == status
			},
		}
	}
	return newError(status, retryAfter, response.Reason{
		Rule: rule.PreferredStatus, Text: fmt.Sprintf("requested by Prefer: code=%d", status),
	})
}

// preferredStatus returns the status that Prefer headers request, or 0 if they request none.
func preferredStatus(headers []string) int {
	match := preferPattern.FindStringSubmatch(strings.Join(headers, ", "))
	if match == nil {
		return 0
	}
	status, _ := strconv.Atoi(match[1]) // three digits
	return status
}

func joinErrorStatuses(op *spec.Operation) string {
	var all []string
	for _, status := range op.Statuses() {
		if status >= http.StatusBadRequest {
			all = append(all, strconv.Itoa(status))
		}
	}
	return strings.Join(all, ", ")
}

// applyHostile applies the variation that the hostile profile chooses.
func (c *Controller) applyHostile(r Request) error {
	variation := c.Hostile.Choose(r.ClientID, r.Info.Operation, r.Operation)
	r.Info.TokenTTL = variation.TokenTTL
	if variation.TokenTTL > 0 {
		r.Info.Faults = append(r.Info.Faults, hostileFault(hostile.EarlyExpiry))
	}
	if variation.Vary != nil {
		r.Info.Vary = func(resp *response.Response) *response.Response {
			varied, behaviour := variation.Vary(resp)
			if behaviour != "" {
				r.Info.Faults = append(r.Info.Faults, hostileFault(behaviour))
			}
			return varied
		}
	}
	if variation.Status == 0 {
		return nil
	}
	r.Info.Faults = append(r.Info.Faults, hostileFault(hostile.Outages))
	reason := response.Reason{
		Rule: rule.HostileProfile,
		Text: fmt.Sprintf("the hostile profile returns %d", variation.Status),
	}
	return newError(variation.Status,
		c.retryAfter(r.Info, outageRetryAfter, variation.RetryAfterAsDate), reason)
}

// outageRetryAfter is the Retry-After of an outage of the hostile profile.
const outageRetryAfter = 2 * time.Second

func hostileFault(behaviour string) string { return "hostile-" + behaviour }

// delay waits for d, or until the client disconnects or the mock stops. The request continues in
// any case, as on a tenant.
func (c *Controller) delay(ctx context.Context, d time.Duration) {
	if d <= 0 {
		return
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	case <-c.Done:
	}
}

// retryAfter returns the value of Retry-After (RFC 9110, section 10.2.3). It rounds up to seconds.
func (c *Controller) retryAfter(info *response.RequestInfo, d time.Duration, asDate bool) string {
	info.RetryAfter = d
	if asDate {
		return response.HTTPDate(c.WallNow().Add(d))
	}
	return strconv.Itoa(int((d + time.Second - 1) / time.Second))
}

// quoteClientID quotes a client id for a message. It truncates a long id.
func quoteClientID(id string) string {
	const maxLen = 40
	return strconv.Quote(redact.Truncate(id, maxLen))
}
