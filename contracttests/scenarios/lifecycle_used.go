package scenarios

import (
	"net/http"
	"strings"
	"time"

	contract "example.com/patmock/contracttests"
	"example.com/patmock/mockserver/control"
	"example.com/patmock/spec/rule"
)

// lastUsed is about when a token was used last.
var lastUsed = []contract.Scenario{
	{
		ID:      "lifecycle/last-used-is-null-until-the-first-login",
		Promise: "The lastUsed of a token is null until it makes its first access token.",
		Sources: []string{lastUsedText, "#last-used-is-the-last-login"},
		Rules:   []rule.ID{"last-used"},
		Run: func(t *contract.T) {
			token := t.Owner().MustCreate()
			t.Equal("lastUsed", "", t.Owner().MustFind(token.ID).LastUsed.Value)
			invalid := token.Credentials()
			invalid.ClientSecret = flipCharacter(invalid.ClientSecret, 0)
			t.Anonymous().RequestToken(invalid).ExpectStatus(http.StatusUnauthorized)
			t.Owner().Patch(token.ID, replace("/name", t.UniqueName())).ExpectStatus(http.StatusOK)
			if got := t.Owner().MustFind(token.ID).LastUsed; got.HasValue() {
				t.Errorf("lastUsed is %v after a refused login and a patch, expected null", got)
			}
		},
	},
	{
		ID:      "lifecycle/last-used-of-the-login",
		Promise: "The token that logs in was used within the last day.",
		Sources: []string{
			lastUsedText,
			"#last-used-is-the-last-login",
			"#last-used-moves-once-a-day",
		},
		Features: reads(), Rules: []rule.ID{"last-used"},
		Run: func(t *contract.T) {
			lastUsed := parseTime(t,
				t.Owner().MustFind(ownerCredentials(t).ClientID).LastUsed.Value)
			if age := t.Now().Sub(lastUsed); age < -tolerance || age > 24*time.Hour+tolerance {
				t.Errorf("lastUsed is %s, expected a moment of the last day",
					contract.FormatTime(lastUsed))
			}
		},
	},
	{
		ID:      "lifecycle/last-used-is-set-by-the-first-login",
		Promise: "The first access token that a token makes sets its lastUsed to that moment.",
		Sources: []string{lastUsedText, "#last-used-is-the-last-login"},
		Rules:   []rule.ID{"last-used"},
		Run: func(t *contract.T) {
			token := t.Owner().MustCreate()
			if t.Control() != nil {
				t.AdvanceClock(time.Hour) // so that the moment of creation will not do
			}
			t.Login(token.Credentials())
			expectUsedNow(t, t.Owner().MustFind(token.ID))
		},
	},
	{
		ID:      "lifecycle/last-used-stays-on-the-same-day",
		Promise: "A login seconds after another leaves lastUsed as it is.",
		Sources: []string{lastUsedText, "#last-used-moves-once-a-day"},
		Rules:   []rule.ID{"last-used"},
		Run: func(t *contract.T) {
			token := t.Owner().MustCreate()
			t.Login(token.Credentials())
			first := t.Owner().MustFind(token.ID).LastUsed
			if !first.HasValue() {
				t.Errorf("lastUsed is null after a login")
			}
			waitBriefly(t)
			c := t.Login(token.Credentials())
			c.ListOwn().ExpectStatus(http.StatusOK)
			t.Equal("lastUsed after the second login", first, t.Owner().MustFind(token.ID).LastUsed)
		},
	},
	{
		ID:      "lifecycle/last-used-moves-after-a-day",
		Promise: "A login two days after the last one moves lastUsed.",
		Sources: []string{
			lastUsedText,
			"#last-used-moves-once-a-day",
			"#last-used-moves-after-24-hours",
		},
		Features: writes(contract.Clock), Rules: []rule.ID{"last-used"},
		Run: func(t *contract.T) {
			token := deleteAtEnd(t, t.Owner().MustCreate())
			t.Login(token.Credentials())
			t.AdvanceClock(48 * time.Hour)
			t.Login(token.Credentials())
			expectUsedNow(t, t.Login(ownerCredentials(t)).MustFind(token.ID))
		},
	},
	{
		ID: "lifecycle/eleventh-token-creates-nothing",
		Promise: "A user has ten tokens at most: an eleventh is refused in some way, and nothing " +
			"is created.",
		Sources: []string{
			"https://documentation.sailpoint.com/saas/help/common/generate_tokens.html",
			"#ten-tokens-per-user",
		},
		Features: writes(contract.TokenLimit, contract.SeededTokens), Rules: []rule.ID{
			"tokens-per-owner",
		},
		Run: func(t *contract.T) {
			c, _, r := exceedTokenLimit(t)
			if r.StatusCode() < 400 || r.StatusCode() > 499 {
				t.Errorf("status is %d, expected a refusal", r.StatusCode())
			}
			t.Equal("number of tokens", 10, len(c.ListOwn().Tokens()))
		},
	},
	{
		ID:       "lifecycle/eleventh-token-is-400",
		Promise:  "An eleventh token is refused with 400, code 400.1.4, until another is deleted.",
		Sources:  []string{"#eleventh-token-is-400"},
		Features: writes(contract.TokenLimit, contract.SeededTokens), Rules: []rule.ID{
			rule.TokensPerOwner, rule.TokenLimit,
		},
		Run: func(t *contract.T) {
			c, tenth, r := exceedTokenLimit(t)
			code := r.ExpectError(http.StatusBadRequest).ErrorBody().DetailCode
			if !strings.HasPrefix(code.Value, "400.1.4") {
				t.Errorf("detailCode is %v, expected one that begins with 400.1.4", code)
			}
			t.Owner().MustCreate()
			c.MustDelete(tenth.ID)
			c.MustCreate()
		},
	},
}

const lastUsedText = "v2026 #/components/schemas/GetPersonalAccessTokenResponse/properties/lastUsed"

// expectUsedNow expects a token that was last used at the present moment.
func expectUsedNow(t *contract.T, token contract.Token) {
	if t.Now().Sub(parseTime(t, token.LastUsed.Value)).Abs() > tolerance {
		t.Errorf("lastUsed is %v, expected about %s", token.LastUsed, contract.FormatTime(t.Now()))
	}
}

// exceedTokenLimit gives a new user nine tokens, makes the tenth, and asks for one more.
func exceedTokenLimit(t *contract.T) (c *contract.Client, tenth contract.Token,
	rejected *contract.Response,
) {
	name := t.UniqueName()
	c = t.Login(t.SeedUser(name, "USER")) // with one to log in with
	for range 8 {
		t.SeedToken(control.NewToken{Owner: name, Name: t.UniqueName()})
	}
	tenth = c.MustCreate()
	return c, tenth, c.Create(c.NewTokenBody())
}
