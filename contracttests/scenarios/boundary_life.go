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

const validityRequest = createRequest + "/properties/accessTokenValiditySeconds"

// accessTokenLifetimes are validities of access tokens in seconds.
var accessTokenLifetimes = []int{15, 900, 3600, 43199, 43200}

// accessTokenLifetime returns a scenario about an access token just before and after its expiry.
func accessTokenLifetime(seconds int) contract.Scenario {
	return contract.Scenario{
		ID: fmt.Sprintf("lifecycle/access-token-lives/%d-seconds", seconds),
		Promise: fmt.Sprintf("An access token of %d seconds is valid a second before its expiry, "+
			"and gets 401 within a second after it.", seconds),
		Sources: []string{
			validityRequest, "https://www.rfc-editor.org/rfc/rfc7519#section-4.1.4",
			"#access-token-expires", "#expires-in",
		},
		Features: writes(contract.Clock),
		Rules:    []rule.ID{rule.AccessTokenExpires},
		Run: func(t *contract.T) {
			token := deleteAtEnd(t,
				t.Owner().MustCreate(contract.Body{"accessTokenValiditySeconds": seconds}))
			start, now := t.Now(), freezeClock(t)
			if start.Unix() != now.Unix() { // exp has whole seconds
				start = now
			}
			c := t.Login(token.Credentials())
			t.FreezeClock(now.Add(time.Duration(seconds-1) * time.Second))
			c.ListOwn().ExpectStatus(http.StatusOK)
			// The response of patmock has the offset from wall time.
			t.FreezeClock(start.Add(time.Duration(seconds) * time.Second))
			c.ListOwn().ExpectStatus(http.StatusUnauthorized)
		},
	}
}

// tokenLifetime is a way to create a token, with its lifetime.
type tokenLifetime struct {
	id, promise string
	versions    []version.Version
	sources     []string
	level       evidence.Level
	rules       []rule.ID
	// create returns a token and its expiry, the zero time if it never expires.
	create func(t *contract.T) (contract.Token, time.Time)
}

const loginExpired = "#login-of-an-expired-token-is-401"

// newExpiringIn returns a function that creates a token with a lifetime.
func newExpiringIn(life time.Duration) func(*contract.T) (contract.Token, time.Time) {
	return func(t *contract.T) (contract.Token, time.Time) {
		end := freezeClock(t).Add(life)
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
		"an-hour", "A token with a date logs in until a millisecond before the date.", nil,
		[]string{loginExpired, "#this-moment-has-passed"},
		evidence.Assumed,
		[]rule.ID{rule.TokenDeletedOrExpired, rule.LoginExpired},
		newExpiringIn(time.Hour),
	},
	{
		"a-month",
		"A token of thirty days logs in until a millisecond before its expiry.", nil,
		[]string{loginExpired, "#this-moment-has-passed"},
		evidence.Assumed,
		[]rule.ID{rule.TokenDeletedOrExpired, rule.LoginExpired},
		newExpiringIn(30 * 24 * time.Hour),
	},
	{
		"two-years",
		"A token of two years logs in until a millisecond before its expiry.",
		contract.Current,
		[]string{loginExpired, "#this-moment-has-passed"},
		evidence.Assumed,
		[]rule.ID{rule.TokenDeletedOrExpired, rule.LoginExpired},
		newExpiringIn(2 * 365 * 24 * time.Hour),
	},
	{
		"six-months-by-default",
		"A legacy token without a date logs in until a millisecond before six months have passed.",
		contract.Legacy,
		[]string{legacyRule, loginExpired, "#six-months-are-calendar-months"},
		evidence.Assumed,
		[]rule.ID{rule.TokenDeletedOrExpired, rule.ExpirySixMonths},
		newWithDefaultExpiry,
	},
	{
		"never", "A token that never expires logs in a year later, and ten years later.",
		contract.Current,
		[]string{currentRule, "#never-needs-the-acknowledgment"},
		evidence.Published,
		[]rule.ID{rule.ExpiryNever, rule.TokenDeletedOrExpired},
		newNeverExpiring,
	},
	{
		"never-by-patch",
		"A token that never expires because of a patch logs in a year later, and ten years later.",
		contract.Current,
		[]string{patchText, "#patch-to-never-needs-the-acknowledgment"},
		evidence.Published,
		[]rule.ID{rule.PatchNever, rule.TokenDeletedOrExpired},
		patchedToNeverExpire,
	},
	{
		"never-by-bulk",
		"A token that never expires because of a bulk update logs in a year later, and ten years " +
			"later.",
		[]version.Version{version.V1},
		[]string{bulkOperation, bulkToNever},
		evidence.Published,
		[]rule.ID{rule.PatchNever, rule.BulkUpdate},
		bulkUpdatedToNeverExpire,
	},
}

func (l tokenLifetime) scenario() contract.Scenario {
	return contract.Scenario{
		ID: "lifecycle/token-lives/" + l.id, Promise: l.promise, Sources: l.sources,
		Evidence: l.level, Versions: l.versions,
		Features: writes(contract.Clock, contract.Admin), Rules: l.rules,
		Run: func(t *contract.T) {
			token, end := l.create(t)
			deleteAtEnd(t, token)
			if end.IsZero() {
				for _, years := range []time.Duration{1, 9} {
					t.AdvanceClock(years*365*24*time.Hour + 24*time.Hour)
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

// validities are numbers of seconds, and whether create accepts them.
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

// validityTable tries each validity, and a login with the created token.
var validityTable = contract.Scenario{
	ID: "create/validities",
	Promise: "Create accepts and stores from 15 to 43200 seconds, and a login returns an access " +
		"token with that lifetime.",
	Sources:  []string{validityRequest + "/minimum", "#validity-is-15-to-43200", "#expires-in"},
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
			t.Equal("the validity in the list", want,
				c.MustFind(token.ID).AccessTokenValiditySeconds.Value)
			t.Equal("expires_in", want, mustLogin(t, token.Credentials()).ExpiresIn.Value)
			c.MustDelete(token.ID)
		}
	},
}

var boundaryLifetimes = slices.Concat(
	forEachRow(accessTokenLifetimes, accessTokenLifetime), []contract.Scenario{validityTable},
	forEachRow(tokenLifetimes, tokenLifetime.scenario),
)
