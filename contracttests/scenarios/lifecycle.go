package scenarios

import (
	"net/http"
	"time"

	contract "example.com/patmock/contracttests"
	"example.com/patmock/spec/evidence"
	"example.com/patmock/spec/rule"
	"example.com/patmock/spec/version"
)

// scopeChangeText describes the effect of a scope change on access tokens. The document of beta
// lacks it.
const scopeChangeText = "v2026 #/paths/~1personal-access-tokens~1{id}/patch/description"

var sinceV3 = []version.Version{version.V3, version.V2024, version.V2025, version.V2026, version.V1}

// deleteAtEnd deletes a token at the end of the scenario. It logs in again, since the access token
// that created the token may have expired.
func deleteAtEnd(t *contract.T, token contract.Token) contract.Token {
	t.Cleanup(func() {
		t.Login(ownerCredentials(t)).Delete(token.ID)
	})
	return token
}

// waitBriefly advances the clock of a patmock by seconds.
func waitBriefly(t *contract.T) {
	if t.Control() != nil {
		t.AdvanceClock(5 * time.Second)
	}
}

var lifecycle = []contract.Scenario{
	{
		ID:      "lifecycle/new-access-tokens-leave-older-ones-valid",
		Promise: "A new access token leaves those issued before it valid.",
		Sources: []string{"#access-tokens-live-side-by-side"},
		Rules:   []rule.ID{"access-tokens-stay-valid"},
		Run: func(t *contract.T) {
			token := t.Owner().MustCreate()
			first := t.Login(token.Credentials())
			second := t.Login(token.Credentials())
			third := t.Login(token.Credentials())
			for _, c := range []*contract.Client{first, second, third} {
				c.ListOwn().ExpectStatus(http.StatusOK)
			}
		},
	},
	{
		ID:      "lifecycle/deleted-token-mints-nothing",
		Promise: "A deleted token cannot log in: 401 invalid_client.",
		Sources: []string{"#login-of-a-deleted-token-is-401"},
		Rules:   []rule.ID{rule.TokenDeletedOrExpired, rule.LoginDeleted},
		Run: func(t *contract.T) {
			token := t.Owner().MustCreate()
			mustLogin(t, token.Credentials())
			t.Owner().MustDelete(token.ID)
			expectLoginRejected(t, token.Credentials())
		},
	},
	{
		ID: "lifecycle/expired-token-mints-nothing",
		Promise: "A token can be used to log in until it expires, and is then rejected with " +
			"401 invalid_client.",
		Sources:  []string{"#login-of-an-expired-token-is-401"},
		Features: writes(contract.Clock),
		Rules:    []rule.ID{rule.TokenDeletedOrExpired, rule.LoginExpired},
		Run: func(t *contract.T) {
			token := createExpiring(t, time.Hour)
			t.AdvanceClock(59 * time.Minute)
			mustLogin(t, token.Credentials())
			t.AdvanceClock(time.Minute + time.Second)
			expectLoginRejected(t, token.Credentials())
		},
	},
	{
		ID:       "lifecycle/expired-token-stays-listed",
		Promise:  "An expired token stays in the list and keeps its name until it is deleted.",
		Sources:  []string{"#expired-token-stays-listed", "#expired-token-keeps-its-name"},
		Features: writes(contract.Clock),
		Rules:    []rule.ID{rule.ExpiredTokenStays, rule.NameUnique, rule.DuplicateName},
		Run: func(t *contract.T) {
			token := createExpiring(t, time.Hour)
			t.AdvanceClock(2 * time.Hour)
			c := t.Owner()
			c.MustFind(token.ID)
			createNamed(c, token.Name).ExpectError(http.StatusBadRequest)
			c.MustDelete(token.ID)
			createNamed(c, token.Name).ExpectStatus(http.StatusOK)
		},
	},
	{
		ID:      "lifecycle/access-token-outlives-deletion",
		Promise: "An access token stays valid when its token is deleted.",
		Sources: []string{"#access-token-outlives-deletion"},
		Rules:   []rule.ID{rule.AccessTokenOfDeleted},
		Run: func(t *contract.T) {
			token := t.Owner().MustCreate()
			c := t.Login(token.Credentials())
			t.Owner().MustDelete(token.ID)
			if _, found := c.Find(token.ID); found {
				t.Errorf("the deleted token is listed")
			}
		},
	},
	{
		ID:       "lifecycle/access-token-outlives-expiry",
		Promise:  "An access token stays valid when its token expires.",
		Sources:  []string{"#access-token-outlives-expiry"},
		Features: writes(contract.Clock),
		Rules:    []rule.ID{"access-token-outlives"},
		Run: func(t *contract.T) {
			c := t.Login(createExpiring(t, time.Hour).Credentials())
			t.AdvanceClock(2 * time.Hour)
			c.ListOwn().ExpectStatus(http.StatusOK)
		},
	},
	{
		ID: "lifecycle/access-token-expires",
		Promise: "An access token is accepted until its lifetime has passed, and is then " +
			"rejected with 401.",
		Sources: []string{
			"https://developer.sailpoint.com/docs/api/authorization",
			validityPointer, "#access-token-expires",
		},
		Features: writes(contract.Clock),
		Rules:    []rule.ID{"access-token-expires", "bearer-required"},
		Run: func(t *contract.T) {
			token := t.Owner().MustCreate(contract.Body{"accessTokenValiditySeconds": 900})
			t.FreezeClock(t.Now())
			c := t.Login(token.Credentials())
			t.AdvanceClock(898 * time.Second)
			c.ListOwn().ExpectStatus(http.StatusOK)
			t.AdvanceClock(4 * time.Second)
			expectUnauthorizedForm(t, c.ListOwn().ExpectStatus(http.StatusUnauthorized))
		},
	},
	{
		ID:       "lifecycle/access-token-of-a-deleted-token-expires",
		Promise:  "An access token of a deleted token expires as usual.",
		Sources:  []string{"#access-token-outlives-deletion", "#access-token-expires"},
		Features: writes(contract.Clock),
		Rules:    []rule.ID{rule.AccessTokenOfDeleted, rule.AccessTokenExpires},
		Run: func(t *contract.T) {
			token := t.Owner().MustCreate(contract.Body{"accessTokenValiditySeconds": 900})
			t.FreezeClock(t.Now())
			c := t.Login(token.Credentials())
			t.Owner().MustDelete(token.ID)
			t.AdvanceClock(898 * time.Second)
			c.ListOwn().ExpectStatus(http.StatusOK)
			t.AdvanceClock(4 * time.Second)
			c.ListOwn().ExpectStatus(http.StatusUnauthorized)
		},
	},
	{
		ID:       "lifecycle/access-token-outlives-scope-change",
		Promise:  "A scope change does not affect access tokens issued before.",
		Sources:  []string{scopeChangeText, "#access-token-outlives-scope-change"},
		Evidence: evidence.Published, Versions: sinceV3,
		Rules: []rule.ID{"access-token-outlives"},
		Run:   scopeChangeKeepsAccess,
	},
	{
		ID:       "lifecycle/access-token-outlives-scope-change-in-beta",
		Promise:  "In beta, too, a scope change does not affect access tokens issued before.",
		Sources:  []string{"#access-token-outlives-scope-change-in-beta"},
		Versions: []version.Version{version.Beta},
		Rules:    []rule.ID{"access-token-outlives"},
		Run:      scopeChangeKeepsAccess,
	},
	{
		ID:       "lifecycle/scope-change-shows-within-twenty-minutes",
		Promise:  "New access tokens have a changed scope after at most twenty minutes.",
		Sources:  []string{scopeChangeText, "#scope-change-takes-up-to-20-minutes"},
		Versions: sinceV3,
		Features: writes(contract.Clock, contract.ScopeDelay),
		Rules:    []rule.ID{"scope-change-delay"},
		Run: func(t *contract.T) {
			c := t.Owner()
			token := c.MustCreate(withScopes(defaultScope))
			t.FreezeClock(t.Now())
			patched := c.Patch(token.ID, replace("/scope", []string{myRead})).Token()
			t.Equal("scope", []string{myRead}, patched.Scope.Value)
			t.Login(token.Credentials()).ListOwn().ExpectStatus(http.StatusOK, http.StatusForbidden)
			t.AdvanceClock(20 * time.Minute)
			t.Login(token.Credentials()).ListOwn().ExpectStatus(http.StatusOK)
		},
	},
	{
		ID:       "lifecycle/withdrawn-scope-goes-within-twenty-minutes",
		Promise:  "New access tokens lack a removed scope after at most twenty minutes.",
		Sources:  []string{scopeChangeText, "#scope-change-takes-up-to-20-minutes"},
		Versions: sinceV3,
		Features: writes(contract.Clock, contract.ScopeDelay),
		Rules:    []rule.ID{"scope-change-delay"},
		Run: func(t *contract.T) {
			c := t.Owner()
			token := c.MustCreate(withScopes(myManage))
			t.FreezeClock(t.Now())
			c.Patch(token.ID, replace("/scope", []string{myRead})).ExpectStatus(http.StatusOK)
			t.Login(token.Credentials()).Delete(unknownID).ExpectStatus(http.StatusNotFound,
				http.StatusForbidden)
			t.AdvanceClock(20 * time.Minute)
			after := t.Login(token.Credentials())
			after.ListOwn().ExpectStatus(http.StatusOK)
			after.Delete(unknownID).ExpectError(http.StatusForbidden)
		},
	},
	{
		ID:      "lifecycle/scope-change-keeps-the-secret",
		Promise: "A token keeps its secret when its name and scope change.",
		Sources: []string{"#patchable-fields", "#legacy-patchable-fields"},
		Rules:   []rule.ID{rule.PatchFields},
		Run: func(t *contract.T) {
			token := t.Owner().MustCreate()
			t.Owner().Patch(token.ID, replace("/name", t.UniqueName()),
				replace("/scope", []string{myRead})).ExpectStatus(http.StatusOK)
			mustLogin(t, token.Credentials())
		},
	},
}

// createExpiring creates a token of the owner that expires after a lifetime.
func createExpiring(t *contract.T, lifetime time.Duration) contract.Token {
	return deleteAtEnd(t, t.Owner().MustCreate(contract.Body{
		"expirationDate": contract.FormatTime(t.Now().Add(lifetime)),
	}))
}

func scopeChangeKeepsAccess(t *contract.T) {
	token := t.Owner().MustCreate(withScopes(myRead))
	before := t.Login(token.Credentials())
	t.Owner().Patch(token.ID, replace("/scope", []string{defaultScope})).ExpectStatus(http.StatusOK)
	before.ListOwn().ExpectStatus(http.StatusOK)
}
