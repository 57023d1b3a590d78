// Package observer judges every exchange of a scenario, whatever the scenario is about. It
// remembers what the responses before have shown, and reports what contradicts it. It makes no
// request of its own and knows nothing of the mock: exchanges go in, findings come out.
package observer

import (
	"fmt"
	"slices"
	"time"

	"example.com/patmock/contracttests/recording"
	"example.com/patmock/spec/evidence"
	"example.com/patmock/spec/rule"
)

// A Finding is one way in which an exchange breaks a rule.
type Finding struct {
	Rule rule.ID
	// Evidence is that of the part of the rule that is broken. It is never surer than the rule.
	Evidence evidence.Level
	// Message names the rule and the problem.
	Message string
}

// Options say what an observer may rely on. With nothing but Now they are those of a patmock.
type Options struct {
	// Now returns the time at the target. It is required.
	Now func() time.Time
	// RealTenant reports that the target is a real tenant. Others use it at the same time, so that
	// only tokens that the observed exchanges created are followed.
	RealTenant bool
	// ConsistencyTimeout is how long a list may still show what was before a write.
	ConsistencyTimeout time.Duration
	// HasFaults reports that responses may have injected faults. Those with the header of a fault
	// are not judged.
	HasFaults bool
	// APIClient is the id of a client without a user, empty for none.
	APIClient string
	// BrokenRules are the rules that the exchanges break on purpose.
	BrokenRules []rule.ID
}

// An Observer follows the exchanges of one scenario in one namespace. It is used by one goroutine.
type Observer struct {
	options  Options
	tokens   map[string]*token
	sessions map[string]*session // by access token
	// secrets are those of tokens and logins, with what they are.
	secrets map[string]string
	// names are those of owners and users, by id.
	names map[string]string
	// completeOwners are the ids of the owners whose tokens a list has shown completely.
	completeOwners map[string]bool
	// rejectedNames are the names of creates that were rejected, by owner.
	rejectedNames map[string]map[string]time.Time
	requestIDs    map[string]bool // ids of requests
	reported      map[string]bool // kinds of findings that were reported
	findings      []Finding
	now           time.Time
}

// New returns an observer that has seen nothing.
func New(o Options) *Observer {
	return &Observer{
		options: o, tokens: map[string]*token{}, sessions: map[string]*session{},
		secrets: map[string]string{},
		names:   map[string]string{}, completeOwners: map[string]bool{},
		rejectedNames: map[string]map[string]time.Time{},
		requestIDs:    map[string]bool{}, reported: map[string]bool{},
	}
}

// Rules returns the rules that an observer judges in every exchange.
func Rules() []rule.ID {
	return []rule.ID{
		rule.NothingElseChanges, rule.RejectedChangesNothing, rule.StoredAsSent, rule.WriteIsStored,
		rule.SameOwner, rule.ExactID,
		rule.SecretOnce, rule.NoStore, rule.LoginNoStore, rule.ClaimsAgree, rule.LoginScope,
		rule.LoginUser, rule.TokenResponse,
		rule.TokenExpiresIn, rule.TokenDeletedOrExpired, rule.AccessTokenIsJWS,
		rule.AccessTokenExpires, rule.BearerRequired,
		rule.OperationScopes, rule.NoApplicationAuth, rule.LastUsed, rule.TokenKeys,
		rule.ListEachOnce, rule.ListOwn,
		rule.DeleteIsFinal, rule.BulkUpdate, rule.BulkFlag, rule.CreateIs200, rule.CreateForCaller,
		rule.CreatedNow,
		rule.IDAndSecretForm, rule.ExpirySixMonths, rule.ExpiryNever, rule.Headers, rule.TrackingID,
		rule.ErrorDTO,
		rule.Error401, rule.Error429, rule.OAuthError, rule.Challenge, rule.FlagAfterDate,
		rule.FilterIsNull, rule.FilterLe, rule.FilterPrecedence, rule.FilterUnknown,
	}
}

// Observe judges an exchange by itself and by those before. It reports each kind of finding once.
func (o *Observer) Observe(x recording.Exchange) []Finding {
	o.findings, o.now = nil, o.options.Now()
	e := o.parse(x)
	if e.Op == Control {
		return nil
	}
	if o.options.HasFaults && x.ResponseHeader.Get(faultHeader) != "" {
		o.forgetWrite(e)
		return nil
	}
	o.checkSecrets(e)
	o.checkForm(e)
	o.checkRights(e)
	switch e.Op {
	case List:
		o.observeList(e)
	case Create:
		o.observeCreate(e)
	case Patch:
		o.observePatch(e)
	case Bulk:
		o.observeBulk(e)
	case Delete:
		o.observeDelete(e)
	case Login:
		o.observeLogin(e)
	case CheckToken:
		o.observeCheckToken(e)
	}
	return o.findings
}

// ObserveLogin learns who an access token belongs to from a login that was judged before, by
// another observer.
func (o *Observer) ObserveLogin(x recording.Exchange) {
	if e := o.parse(x); e.ok() && e.Op == Login {
		o.addSession(e)
	}
}

// AddToken makes a token known that no exchange created.
func (o *Observer) AddToken(id, secret string) {
	o.tokens[id] = newToken(id)
	o.secrets[secret] = "the secret of a token"
}

const faultHeader = "X-Mock-Fault"

// report reports a finding unless one of its kind was reported, which the rule and the aspect name.
func (o *Observer) report(id rule.ID, aspect, format string, args ...any) {
	o.reportWith(id, id.Evidence(), aspect, format, args...)
}

// reportAssumed reports a finding about a part of a rule that is only assumed.
func (o *Observer) reportAssumed(id rule.ID, aspect, format string, args ...any) {
	o.reportWith(id, evidence.Assumed, aspect, format, args...)
}

func (o *Observer) reportWith(id rule.ID, level evidence.Level, aspect, format string,
	args ...any,
) {
	kind := string(id) + " " + aspect
	if o.reported[kind] || slices.Contains(o.options.BrokenRules, id) {
		return
	}
	o.reported[kind] = true
	o.findings = append(o.findings, Finding{
		id, level, id.String() + ": " + fmt.Sprintf(format, args...),
	})
}
