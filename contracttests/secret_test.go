package contracttests_test

import (
	"encoding/json"
	"net/http"
	"regexp"
	"strings"
	"testing"
)

// echoTenant is a tenant whose secrets look like none. It serves logins by a form alone: whatever
// else it is asked it refuses, and repeats what it was sent.
type echoTenant struct{ *tenant }

const oddBearer = "the bearer/of~a tenant"

func (e echoTenant) RoundTrip(r *http.Request) (*http.Response, error) {
	requestBody, err := bodyOf(r)
	if err != nil {
		return nil, err
	}
	answer := always{
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
		answer.status, answer.body = http.StatusTeapot, string(echo)
	}
	return answer.RoundTrip(r)
}

// What is a secret by where it stands is told by no report, whatever it looks like.
func TestReportsTellNoOddSecret(t *testing.T) {
	n := newTenant(t)
	target, o := n.target(), n.options()
	const secret = `Zq9"of-a/tenant+end`
	target.HTTP, target.Owner.ClientSecret = &http.Client{Transport: echoTenant{n}}, secret
	o.Run = regexp.MustCompile(`^(token/multipart-|list/keys-are-present)`)
	result := n.contract(target, o)
	if result.Counts["fail"] < 3 {
		t.Fatalf("the tenant keeps promises: %v", result.Counts)
	}
	text, err := json.Marshal(result)
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{"Zq9", "tenant+end", oddBearer} {
		if strings.Contains(string(text), part) {
			t.Errorf("the report tells %s: %s", part, text)
		}
	}
}
