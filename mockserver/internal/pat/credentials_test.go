package pat_test

import (
	"errors"
	"strings"
	"testing"

	"example.com/patmock/mockserver/internal/pat"
	"example.com/patmock/spec/rule"
	"example.com/patmock/spec/version"
)

// Errors describe altered credentials but never repeat a secret.
func TestLogin_DescribesMalformedCredentials(t *testing.T) {
	const id, secret = "token", "secret of token"
	tests := []struct {
		name, id, secret string
		want             bool
	}{
		{"quoted id", `"token"`, secret, true},
		{"id in capitals", "TOKEN", secret, true},
		{"line break behind the secret", id, secret + "\n", true},
		{"both quoted", "'token'", "'" + secret + "'", true},
		{"escapes", "token%0A", secret, true},
		{"invalid escapes", "token%zz", secret, false},
		{"swapped", secret, id, true},
		{"swapped with a line break", secret + "\n", id, true},
		{"secret of an API client with spaces", "api-client", " api-secret ", true},
		{"another secret", id, "secret of nothing", false},
		{"another id", "nothing", secret, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			err := login(t.Context(), loginService(loginStore(t)), test.id, test.secret, now)
			checkRejection(t, badCredentials, err)
			if malformed := ruleError(t, err).Advice != ""; malformed != test.want {
				t.Fatalf("error = %v, want malformed %t", err, test.want)
			}
			if test.want && strings.Contains(err.Error(), secret) {
				t.Errorf("%v contains the secret", err)
			}
		})
	}
}

func TestOptions_LimitNamesAndScopes(t *testing.T) {
	options := pat.Options{MaxNameLength: 5, MaxScopeLength: 4, MaxScopes: 2}
	tests := []struct {
		name  string
		token string
		scope []string
		rule  rule.ID
	}{
		{"within the bounds", "éééé5", []string{"aaaa", "b"}, ""},
		{"long name", "éééé56", nil, rule.MaxNameLength},
		{"long scope", "robot", []string{"aaaaa"}, rule.MaxScopeLength},
		{"many scopes", "robot", []string{"a", "b", "c"}, rule.MaxScopes},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := serviceFor(pat.Config{Store: newStore(t), Options: options}, annAndBen())
			request := pat.CreateRequest{
				Name: &test.token, Scope: test.scope, UserAwareTokenNeverExpires: true,
			}
			_, err := create(t.Context(), s, callOf(user(ben), version.V1), request)
			var ruleErr *pat.Error
			if errors.As(err, &ruleErr) != (test.rule != "") ||
				ruleErr != nil && ruleErr.Rule != test.rule {
				t.Errorf("error = %v, want %q", err, test.rule)
			}
		})
	}
}

func TestOptions_NameKey(t *testing.T) {
	if (pat.Options{}).NameKey() != nil {
		t.Error("default has a key function, want none")
	}
	key := pat.Options{
		IgnoreNameCase: true, TrimNames: true, NormalizeNames: true,
	}.NameKey()
	if a, b := key(" Mu\u0308ller "), key("m\u00fcller"); a != b {
		t.Errorf("%q and %q differ", a, b)
	}
}
