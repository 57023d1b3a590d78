package pat_test

import (
	"testing"

	"example.com/patmock/mockserver/internal/pat"
	"example.com/patmock/spec/version"
)

func TestCreate_Name(t *testing.T) {
	required := rejection{pat.Missing, "/name", "name-required"}
	blank := rejection{pat.Missing, "/name", "name-not-blank"}
	taken := rejection{pat.Invalid, "/name", "name-unique"}
	tests := []struct {
		name      string
		tokenName *string
		want      rejection
	}{
		{"none", nil, required},
		{"empty", new(""), blank},
		{"blank", new(" \t\n"), blank},
		{"no-break space", new("\u00a0"), blank},
		{"one character", new("x"), accepted},
		{"taken", new("name of ben's"), taken},
		{"taken by an expired token", new("name of expired"), taken},
		{"another's", new("name of ann's"), accepted},
		{"upper case", new("NAME OF BEN'S"), accepted},
		{"trailing space", new("name of ben's "), accepted},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			expired := expiringToken("expired", ben)
			expired.ExpirationDate = parseTime("2026-02-01T00:00:00Z")
			store := newStore(t, expiringToken("ben's", ben), expiringToken("ann's", ann), expired)
			_, err := create(t.Context(), newService(store), callOf(user(ben), version.V3),
				pat.CreateRequest{Name: test.tokenName})
			checkRejection(t, test.want, err)
			wantTokens := 3
			if test.want == accepted {
				wantTokens = 4
			}
			if got := len(allTokens(t, store)); got != wantTokens {
				t.Errorf("got %d tokens, want %d", got, wantTokens)
			}
		})
	}
}

func TestCreate_ValidityBounds(t *testing.T) {
	bounds := rejection{pat.Illegal, "/accessTokenValiditySeconds", "validity-bounds"}
	tests := []struct {
		name    string
		seconds int
		want    rejection
	}{
		{"negative", -1, bounds},
		{"zero", 0, bounds},
		{"too short", 14, bounds},
		{"shortest", 15, accepted},
		{"longest", 43200, accepted},
		{"too long", 43201, bounds},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := create(t.Context(), newService(newStore(t)), callOf(user(ben), version.V3),
				pat.CreateRequest{Name: new("robot"), AccessTokenValiditySeconds: &test.seconds})
			checkRejection(t, test.want, err)
		})
	}
}

func TestCreate_ErrorTexts(t *testing.T) {
	tests := []struct {
		name    string
		request pat.CreateRequest
		want    rejection
	}{
		{"no name", pat.CreateRequest{}, rejection{pat.Missing, "/name", "name-required"}},
		{
			"blank name", pat.CreateRequest{Name: new(" ")}, rejection{
				pat.Missing, "/name", "name-not-blank",
			},
		},
		{
			"name taken", pat.CreateRequest{Name: new("name of token")}, rejection{
				pat.Invalid, "/name", "name-unique",
			},
		},
		{
			"validity",
			pat.CreateRequest{Name: new("robot"), AccessTokenValiditySeconds: new(5)},
			rejection{pat.Illegal, "/accessTokenValiditySeconds", "validity-bounds"},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := create(t.Context(), newService(newStore(t, expiringToken("token", ben))),
				callOf(user(ben), version.V3), test.request)
			checkErrorText(t, test.want, err)
		})
	}
}
