package contracttests_test

import (
	"encoding/json"
	"net/http"
	"regexp"
	"strings"
	"testing"
)

// echoTenant is a tenant whose secrets have an unusual form. It only serves logins with a form, and
// rejects other requests with an echo of the request.
type echoTenant struct{ *tenant }

const oddBearer = "the bearer/of~a tenant"

func (e echoTenant) RoundTrip(r *http.Request) (*http.Response, error) {
	requestBody, err := bodyOf(r)
	if err != nil {
		return nil, err
	}
	response := always{
		http.StatusOK,
		`{"access_token":"` + oddBearer +
			`","token_type":"bearer","expires_in":749,"scope":"sp:scopes:all","jti":"1"}`,
		e.Now(),
	}
	if r.URL.Path != "/oauth/token" ||
		strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/") {
		echo, err := json.Marshal(map[string]string{
			"hint": strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ") + requestBody,
		})
		if err != nil {
			return nil, err
		}
		response.status, response.body = http.StatusTeapot, string(echo)
	}
	return response.RoundTrip(r)
}

// Reports contain no known secret, even if it does not look like one.
func TestReport_RedactsUnusualSecrets(t *testing.T) {
	n := newTenant(t)
	target, o := n.target(), n.options()
	const secret = `Zq9"of-a/tenant+end`
	target.HTTP, target.Owner.ClientSecret = &http.Client{Transport: echoTenant{n}}, secret
	o.Run = regexp.MustCompile(`^(token/multipart-|list/keys-are-present)`)
	result := n.contract(target, o)
	if result.Counts["fail"] < 3 {
		t.Fatalf("the tenant fulfills promises: %v", result.Counts)
	}
	text, err := json.Marshal(result)
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{"Zq9", "tenant+end", oddBearer} {
		if strings.Contains(string(text), part) {
			t.Errorf("the report contains %s: %s", part, text)
		}
	}
}
