package scenarios

import (
	"net/http"
	"strings"
	"time"

	contract "example.com/patmock/contracttests"
	"example.com/patmock/mockserver/control"
	"example.com/patmock/spec/rule"
)

// lastUsed lists scenarios about the property lastUsed.
var lastUsed = []contract.Scenario{
	{
		ID:      "lifecycle/last-used-is-null-until-the-first-login",
		Promise: "The lastUsed of a token is null until its first login.",
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
				t.Errorf("lastUsed is %v after a rejected login and a patch, expected null", got)
			}
		},
	},
	{
		ID:      "lifecycle/last-used-of-the-login",
		Promise: "The token of the login has a lastUsed within the last day.",
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
				t.Errorf("lastUsed is %s, expected a time within the last day",
					contract.FormatTime(lastUsed))
			}
		},
	},
	{
		ID:      "lifecycle/last-used-is-set-by-the-first-login",
		Promise: "The first login of a token sets its lastUsed to the present time.",
		Sources: []string{lastUsedText, "#last-used-is-the-last-login"},
		Rules:   []rule.ID{"last-used"},
		Run: func(t *contract.T) {
			token := t.Owner().MustCreate()
			if t.Control() != nil {
				t.AdvanceClock(time.Hour) // so that it differs from the created date
			}
			t.Login(token.Credentials())
			expectUsedNow(t, t.Owner().MustFind(token.ID))
		},
	},
	{
		ID:      "lifecycle/last-used-stays-on-the-same-day",
		Promise: "A login seconds after another does not change lastUsed.",
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
		Promise: "A login two days after the last one changes lastUsed.",
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
		ID:      "lifecycle/eleventh-token-creates-nothing",
		Promise: "A user has at most ten tokens: an eleventh is rejected, and is not created.",
		Sources: []string{
			"https://documentation.sailpoint.com/saas/help/common/generate_tokens.html",
			"#ten-tokens-per-user",
		},
		Features: writes(contract.TokenLimit, contract.SeededTokens),
		Rules:    []rule.ID{"tokens-per-owner"},
		Run: func(t *contract.T) {
			c, _, r := exceedTokenLimit(t)
			if r.StatusCode() < 400 || r.StatusCode() > 499 {
				t.Errorf("status is %d, expected a rejection", r.StatusCode())
			}
			t.Equal("number of tokens", 10, len(c.ListOwn().Tokens()))
		},
	},
	{
		ID: "lifecycle/eleventh-token-is-400",
		Promise: "An eleventh token is rejected with 400 and code 400.1.4 until another one is " +
			"deleted.",
		Sources:  []string{"#eleventh-token-is-400"},
		Features: writes(contract.TokenLimit, contract.SeededTokens),
		Rules:    []rule.ID{rule.TokensPerOwner, rule.TokenLimit},
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

// expectUsedNow expects that lastUsed is the present time.
func expectUsedNow(t *contract.T, token contract.Token) {
	if t.Now().Sub(parseTime(t, token.LastUsed.Value)).Abs() > tolerance {
		t.Errorf("lastUsed is %v, expected about %s", token.LastUsed, contract.FormatTime(t.Now()))
	}
}

// exceedTokenLimit requests an eleventh token for a new user. It returns the user's client, the
// tenth token and the rejection.
func exceedTokenLimit(
	t *contract.T,
) (c *contract.Client, tenth contract.Token, rejected *contract.Response) {
	name := t.UniqueName()
	c = t.Login(t.SeedUser(name, "USER")) // with a token for logins
	for range 8 {
		t.SeedToken(control.NewToken{Owner: name, Name: t.UniqueName()})
	}
	tenth = c.MustCreate()
	return c, tenth, c.Create(c.NewTokenBody())
}
