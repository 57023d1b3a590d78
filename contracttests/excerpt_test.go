package contracttests_test

import (
	"net/http"
	"strings"
	"testing"

	"example.com/patmock/contracttests"
)

// TestFailure_HasLimitedSize checks failures at a target that sends megabytes.
func TestFailure_HasLimitedSize(t *testing.T) {
	secret := strings.Repeat("0123456789abcdef", 4)
	for _, test := range []struct{ name, sent string }{
		{"words", strings.Repeat("word ", 1<<20)},
		{"one word", strings.Repeat("x", 4<<20)},
		// Redacting the first secret shortens the text, so that the limit cuts the second one in
		// two.
		{
			"secret at the limit",
			"eyJ" + strings.Repeat("x", 64<<10-40) + " " + secret + strings.Repeat(" word", 1<<20),
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			target := contracttests.Target{
				Name: "tenant", BaseURL: tenantURL, Owner: contracttests.Credentials{
					ClientID: "login", ClientSecret: "secret-of-login",
				},
				HTTP: &http.Client{Transport: roundTrip(func(
					r *http.Request,
				) (*http.Response, error) {
					response := newResponse(http.StatusOK, test.sent, r)
					response.Header.Set("Retry-After", test.sent)
					return response, nil
				})},
			}
			runner, err := contracttests.NewRunner(target, contracttests.Options{})
			if err != nil {
				t.Fatal(err)
			}
			r := runner.Run(t.Context(), []contracttests.Case{newCase(func(c *contracttests.T) {
				sent := c.Anonymous().List().Text()
				c.Errorf("%s", sent)
				c.Equal("the text", "", sent)
				c.Notef("%s", sent)
			})})
			for _, text := range r.Results[0].Notes {
				checkBounded(t, "note", text, 2_100, secret)
			}
			if len(r.Results[0].Failures) < 2 {
				t.Fatalf("failures %+v", r.Results[0].Failures)
			}
			for _, f := range r.Results[0].Failures {
				checkBounded(t, "message", f.Message, 2_100, secret)
				checkBounded(t, "difference", f.Diff, 8_100, secret)
				checkBounded(t, "exchange", f.Exchange, 6_000, secret)
			}
		})
	}
}

// checkBounded checks the length of a text, and that it contains no part of a secret.
func checkBounded(t *testing.T, subject, text string, limit int, secret string) {
	t.Helper()
	if len(text) > limit || strings.Contains(text, secret[:16]) {
		t.Errorf("%s of %d bytes, want at most %d and no part of the secret: %.200s", subject,
			len(text), limit, text)
	}
}
