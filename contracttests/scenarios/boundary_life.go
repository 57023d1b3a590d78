package scenarios

import (
	"fmt"
	"net/http"
	"slices"
	"time"

	contract "example.com/patmock/contracttests"
	"example.com/patmock/spec/evidence"
	"example.com/patmock/spec/rule"
	"example.com/patmock/spec/version"
)

const validityPointer = createRequest + "/properties/accessTokenValiditySeconds"

// accessTokenLifetimes are the lifetimes of access tokens to test, in seconds.
var accessTokenLifetimes = []int{15, 900, 3600, 43199, 43200}

// accessTokenLifetime returns a scenario that uses an access token just before and at its expiry.
func accessTokenLifetime(seconds int) contract.Scenario {
	return contract.Scenario{
		ID: fmt.Sprintf("lifecycle/access-token-lives/%d-seconds", seconds),
		Promise: fmt.Sprintf("An access token with a lifetime of %d seconds is accepted one "+
			"second before it expires and rejected with 401 once it has expired.", seconds),
		Sources: []string{
			validityPointer, "https://www.rfc-editor.org/rfc/rfc7519#section-4.1.4",
			"#access-token-expires", "#expires-in",
		},
		Features: writes(contract.Clock),
		Rules:    []rule.ID{rule.AccessTokenExpires},
		Run: func(t *contract.T) {
			token := deleteAtEnd(t,
				t.Owner().MustCreate(contract.Body{"accessTokenValiditySeconds": seconds}))
			before, frozen := t.Now(), freezeClock(t)
			// The claim exp is in whole seconds. If the second changed between the two readings,
			// count from the later one.
			if before.Unix() != frozen.Unix() {
				before = frozen
			}
			c := t.Login(token.Credentials())
			t.FreezeClock(frozen.Add(time.Duration(seconds-1) * time.Second))
			c.ListOwn().ExpectStatus(http.StatusOK)
			t.FreezeClock(before.Add(time.Duration(seconds) * time.Second))
			c.ListOwn().ExpectStatus(http.StatusUnauthorized)
		},
	}
}

// A tokenLifetime describes a scenario: how to create a token, and when it must expire.
type tokenLifetime struct {
	id, promise string
	versions    []version.Version
	sources     []string
	level       evidence.Level
	rules       []rule.ID
	// create creates a token and returns it with its expiry, the zero time if the token never
	// expires.
	create func(t *contract.T) (contract.Token, time.Time)
}

const loginExpiredAnchor = "#login-of-an-expired-token-is-401"

// newExpiringIn returns a function that creates a token that expires after a lifetime.
func newExpiringIn(lifetime time.Duration) func(*contract.T) (contract.Token, time.Time) {
	return func(t *contract.T) (contract.Token, time.Time) {
		end := freezeClock(t).Add(lifetime)
		return t.Owner().MustCreate(contract.Body{"expirationDate": contract.FormatTime(end)}), end
	}
}

func newWithDefaultExpiry(t *contract.T) (contract.Token, time.Time) {
	end := sixMonthsAfter(freezeClock(t))
	return t.Owner().Create(contract.Body{"name": t.UniqueName()}).Token(), end
}

func newNeverExpiring(t *contract.T) (contract.Token, time.Time) {
	return t.Owner().Create(contract.Body{
		"name": t.UniqueName(), "userAwareTokenNeverExpires": true,
	}).Token(), time.Time{}
}

func patchedToNeverExpire(t *contract.T) (contract.Token, time.Time) {
	token := t.Owner().MustCreate()
	t.Owner().Patch(token.ID, neverExpireOps()...).ExpectStatus(http.StatusOK)
	return token, time.Time{}
}

func bulkUpdatedToNeverExpire(t *contract.T) (contract.Token, time.Time) {
	token := t.Owner().MustCreate()
	t.Admin().Bulk([]string{token.ID}, neverExpireOps()...).ExpectStatus(http.StatusOK)
	return token, time.Time{}
}

var tokenLifetimes = []tokenLifetime{
	{
		id: "an-hour",
		promise: "A token with an expiration date can be used to log in until one millisecond " +
			"before that date.",
		sources: []string{loginExpiredAnchor, "#this-moment-has-passed"},
		level:   evidence.Assumed,
		rules:   []rule.ID{rule.TokenDeletedOrExpired, rule.LoginExpired},
		create:  newExpiringIn(time.Hour),
	},
	{
		id: "a-month",
		promise: "A token that expires after thirty days can be used to log in until one " +
			"millisecond before its expiry.",
		sources: []string{loginExpiredAnchor, "#this-moment-has-passed"},
		level:   evidence.Assumed,
		rules:   []rule.ID{rule.TokenDeletedOrExpired, rule.LoginExpired},
		create:  newExpiringIn(30 * 24 * time.Hour),
	},
	{
		id: "two-years",
		promise: "A token that expires after two years can be used to log in until one " +
			"millisecond before its expiry.",
		versions: contract.Current,
		sources:  []string{loginExpiredAnchor, "#this-moment-has-passed"},
		level:    evidence.Assumed,
		rules:    []rule.ID{rule.TokenDeletedOrExpired, rule.LoginExpired},
		create:   newExpiringIn(2 * 365 * 24 * time.Hour),
	},
	{
		id: "six-months-by-default",
		promise: "A legacy token created without an expiration date can be used to log in until " +
			"one millisecond before six calendar months have passed.",
		versions: contract.Legacy,
		sources:  []string{legacyRule, loginExpiredAnchor, "#six-months-are-calendar-months"},
		level:    evidence.Assumed,
		rules:    []rule.ID{rule.TokenDeletedOrExpired, rule.ExpirySixMonths},
		create:   newWithDefaultExpiry,
	},
	{
		id: "never",
		promise: "A token that never expires can still be used to log in after one year and " +
			"after ten years.",
		versions: contract.Current,
		sources:  []string{currentRule, "#never-needs-the-acknowledgment"},
		level:    evidence.Published,
		rules:    []rule.ID{rule.ExpiryNever, rule.TokenDeletedOrExpired},
		create:   newNeverExpiring,
	},
	{
		id: "never-by-patch",
		promise: "A token that was patched to never expire can still be used to log in after one " +
			"year and after ten years.",
		versions: contract.Current,
		sources:  []string{patchDescription, "#patch-to-never-needs-the-acknowledgment"},
		level:    evidence.Published,
		rules:    []rule.ID{rule.PatchNever, rule.TokenDeletedOrExpired},
		create:   patchedToNeverExpire,
	},
	{
		id: "never-by-bulk",
		promise: "A token that a bulk update changed to never expire can still be used to log in " +
			"after one year and after ten years.",
		versions: []version.Version{version.V1},
		sources:  []string{bulkOperation, bulkToNever},
		level:    evidence.Published,
		rules:    []rule.ID{rule.PatchNever, rule.BulkUpdate},
		create:   bulkUpdatedToNeverExpire,
	},
}

func (l tokenLifetime) scenario() contract.Scenario {
	return contract.Scenario{
		ID:       "lifecycle/token-lives/" + l.id,
		Promise:  l.promise,
		Sources:  l.sources,
		Evidence: l.level,
		Versions: l.versions,
		Features: writes(contract.Clock, contract.Admin),
		Rules:    l.rules,
		Run: func(t *contract.T) {
			token, end := l.create(t)
			deleteAtEnd(t, token)
			if end.IsZero() {
				for _, moreYears := range []time.Duration{1, 9} { // after one year, and after ten
					t.AdvanceClock(moreYears*365*24*time.Hour + 24*time.Hour)
					mustLogin(t, token.Credentials())
				}
				return
			}
			t.FreezeClock(end.Add(-time.Millisecond))
			mustLogin(t, token.Credentials())
			t.FreezeClock(end)
			expectLoginRejected(t, token.Credentials())
		},
	}
}

// validities lists values of accessTokenValiditySeconds, and whether create accepts each.
var validities = []struct {
	seconds  int
	accepted bool
}{
	{-1, false},
	{0, false},
	{1, false},
	{14, false},
	{15, true},
	{16, true},
	{899, true},
	{900, true},
	{901, true},
	{43199, true},
	{43200, true},
	{43201, false},
	{86400, false},
	{1 << 31, false},
}

// validityScenario creates a token with each validity and logs in with it.
var validityScenario = contract.Scenario{
	ID: "create/validities",
	Promise: "Create accepts a validity of 15 to 43200 seconds and stores it, and a login " +
		"returns an access token with that lifetime.",
	Sources:  []string{validityPointer + "/minimum", "#validity-is-15-to-43200", "#expires-in"},
	Features: writes(contract.Unmetered),
	Rules:    []rule.ID{rule.ValidityBounds},
	Run: func(t *contract.T) {
		c := t.Owner()
		for _, v := range validities {
			body := c.NewTokenBody()
			body["accessTokenValiditySeconds"] = v.seconds
			if !v.accepted {
				checkStatus(t, fmt.Sprint(v.seconds),
					c.ExpectInvalid("/accessTokenValiditySeconds").Create(body),
					http.StatusBadRequest)
				continue
			}
			token := c.Create(body).Token()
			want := float64(v.seconds)
			t.Equal("accessTokenValiditySeconds", want, token.AccessTokenValiditySeconds.Value)
			t.Equal("listed accessTokenValiditySeconds", want,
				c.MustFind(token.ID).AccessTokenValiditySeconds.Value)
			t.Equal("expires_in", want, mustLogin(t, token.Credentials()).ExpiresIn.Value)
			c.MustDelete(token.ID)
		}
	},
}

var lifetimeScenarios = slices.Concat(
	forEachRow(accessTokenLifetimes, accessTokenLifetime),
	[]contract.Scenario{validityScenario},
	forEachRow(tokenLifetimes, tokenLifetime.scenario),
)
