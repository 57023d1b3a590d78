// Package observer checks every exchange of a scenario against the rules that apply to all
// exchanges. It compares an exchange with the earlier ones and reports contradictions. An observer
// makes no requests and is independent of the mock.
package observer

import (
	"fmt"
	"slices"
	"time"

	"example.com/patmock/contracttests/recording"
	"example.com/patmock/spec/evidence"
	"example.com/patmock/spec/rule"
)

// A Finding is a violation of a rule by an exchange.
type Finding struct {
	Rule rule.ID
	// Evidence is the evidence of the violated part of the rule. It is never stronger than the
	// evidence of the rule.
	Evidence evidence.Level
	// Message names the rule and describes the violation.
	Message string
}

// Options configure an observer. Only Now is required. The zero values of the other options are
// correct for a patmock.
type Options struct {
	// Now returns the time at the target.
	Now func() time.Time
	// RealTenant reports whether the target is a real tenant. Other clients use it at the same
	// time, so the observer tracks only tokens that observed exchanges created.
	RealTenant bool
	// ConsistencyTimeout is the time for which a list may still show the state before a write.
	ConsistencyTimeout time.Duration
	// HasFaults reports whether responses may have injected faults. A response with the header of a
	// fault is not checked.
	HasFaults bool
	// APIClient is the id of a client without a user, empty if there is none.
	APIClient string
	// BrokenRules are the rules that the exchanges break on purpose.
	BrokenRules []rule.ID
}

// An Observer checks the exchanges of one scenario in one namespace. It is not safe for concurrent
// use.
type Observer struct {
	options  Options
	tokens   map[string]*token
	sessions map[string]*session // by access token
	// secrets of tokens and logins, with a description of each.
	secrets map[string]string
	// names of owners and users, by id.
	names map[string]string
	// completeOwners has the ids of owners for which a list was complete.
	completeOwners map[string]bool
	// identities has the properties of identities, by the operation's kind and id.
	identities map[string]object
	// rejectedNames has the names of rejected creates and their times, by owner.
	rejectedNames map[string]map[string]time.Time
	requestIDs    map[string]bool
	reported      map[string]bool // kinds of reported findings
	findings      []Finding
	now           time.Time
}

// New returns an observer without any state.
func New(o Options) *Observer {
	return &Observer{
		options: o, tokens: map[string]*token{}, sessions: map[string]*session{},
		secrets: map[string]string{},
		names:   map[string]string{}, completeOwners: map[string]bool{},
		identities:    map[string]object{},
		rejectedNames: map[string]map[string]time.Time{},
		requestIDs:    map[string]bool{}, reported: map[string]bool{},
	}
}

// Rules returns the rules that an observer checks in every exchange.
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
		rule.IdentityFields, rule.IdentityPages, rule.IdentityCount,
	}
}

// Observe checks an exchange by itself and against the earlier ones. It reports each kind of
// finding once.
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
	case PublicIdentities, Identities, Identity:
		o.observeIdentities(e)
	}
	return o.findings
}

// ObserveLogin records the owner of an access token without checking the login. Another observer
// has checked it already.
func (o *Observer) ObserveLogin(x recording.Exchange) {
	if e := o.parse(x); e.ok() && e.Op == Login {
		o.addSession(e)
	}
}

// AddToken adds a token that no exchange created.
func (o *Observer) AddToken(id, secret string) {
	o.tokens[id] = newToken(id)
	o.secrets[secret] = "the secret of a token"
}

const faultHeader = "X-Mock-Fault"

// report reports a finding unless the same rule and aspect were reported before.
func (o *Observer) report(id rule.ID, aspect, format string, args ...any) {
	o.reportWith(id, id.Evidence(), aspect, format, args...)
}

// reportAssumed is like report for a part of the rule that is only assumed.
func (o *Observer) reportAssumed(id rule.ID, aspect, format string, args ...any) {
	o.reportWith(id, evidence.Assumed, aspect, format, args...)
}

func (o *Observer) reportWith(
	id rule.ID, level evidence.Level, aspect, format string, args ...any,
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
