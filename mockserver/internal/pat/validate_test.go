package pat_test

import (
	"testing"

	"example.com/patmock/mockserver/internal/pat"
	"example.com/patmock/spec/version"
)

func TestCreateName(t *testing.T) {
	required := refusal{pat.Missing, "/name", "name-required"}
	blank := refusal{pat.Missing, "/name", "name-not-blank"}
	taken := refusal{pat.Invalid, "/name", "name-unique"}
	tests := []struct {
		name      string
		tokenName *string
		want      refusal
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
		{"blank behind", new("name of ben's "), accepted},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			expired := dated("expired", ben)
			expired.ExpirationDate = moment("2026-02-01T00:00:00Z")
			store := newStore(t, dated("ben's", ben), dated("ann's", ann), expired)
			_, err := create(t.Context(), newService(store), callOf(user(ben), version.V3),
				pat.CreateRequest{Name: test.tokenName})
			checkRefusal(t, test.want, err)
			wantTokens := 3
			if test.want == accepted {
				wantTokens = 4
			}
			if got := len(everything(t, store)); got != wantTokens {
				t.Errorf("there are %d tokens, want %d", got, wantTokens)
			}
		})
	}
}

func TestCreateValidity(t *testing.T) {
	bounds := refusal{pat.Illegal, "/accessTokenValiditySeconds", "validity-bounds"}
	tests := []struct {
		name    string
		seconds int
		want    refusal
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
			checkRefusal(t, test.want, err)
		})
	}
}

func TestCreateRefusalTexts(t *testing.T) {
	tests := []struct {
		name    string
		request pat.CreateRequest
		want    refusal
	}{
		{"no name", pat.CreateRequest{}, refusal{pat.Missing, "/name", "name-required"}},
		{
			"blank name", pat.CreateRequest{Name: new(" ")}, refusal{
				pat.Missing, "/name", "name-not-blank",
			},
		},
		{
			"name taken", pat.CreateRequest{Name: new("name of token")}, refusal{
				pat.Invalid, "/name", "name-unique",
			},
		},
		{
			"validity",
			pat.CreateRequest{Name: new("robot"), AccessTokenValiditySeconds: new(5)},
			refusal{pat.Illegal, "/accessTokenValiditySeconds", "validity-bounds"},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := create(t.Context(), newService(newStore(t, dated("token", ben))),
				callOf(user(ben), version.V3), test.request)
			checkCause(t, test.want, err)
		})
	}
}
