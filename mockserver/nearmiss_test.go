package mockserver_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"example.com/patmock/mockserver"
	"example.com/patmock/mockserver/control"
	"example.com/patmock/spec/rule"
	"example.com/patmock/spec/version"
)

func TestPath_ReportsNearMisses(t *testing.T) {
	const id = "0f1e2d3c4b5a69788796a5b4c3d2e1f0"
	forwarded := 0
	fallback := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		forwarded++
	}))
	defer fallback.Close()
	m := startWith(t, "default", mockserver.Config{Fallback: fallback.URL})
	c := m.as("jane.doe")
	for _, test := range []struct{ name, path, suggestion string }{
		{"slashes inside", "/v2026//personal-access-tokens", "/v2026/personal-access-tokens"},
		{"trailing slash", "/v2026/personal-access-tokens/", "/v2026/personal-access-tokens"},
		{
			"trailing slash after the id", "/v3/personal-access-tokens/" + id + "/",
			"/v3/personal-access-tokens/" + id,
		},
		{"capitals", "/V2026/Personal-Access-Tokens", "/v2026/personal-access-tokens"},
		{"suffix", "/v2026/personal-access-tokens.json", "/v2026/personal-access-tokens"},
		{"singular", "/v2026/personal-access-token", "/v2026/personal-access-tokens"},
		{"misspelt", "/v2026/personal-acces-tokens/" + id, "/v2026/personal-access-tokens/" + id},
		{"no version", "/personal-access-tokens", "/v2026/personal-access-tokens"},
		{"version twice", "/v2026/v2026/personal-access-tokens", "/v2026/personal-access-tokens"},
		{
			"version after the path", "/personal-access-tokens/v2026",
			"/v2026/personal-access-tokens",
		},
		{"v1 in front", "/v1/personal-access-tokens", "/personal-access-tokens/v1"},
		{
			"v1 in front of an id", "/v1/personal-access-tokens/" + id,
			"/personal-access-tokens/v1/" + id,
		},
		{"v1 with a trailing slash", "/personal-access-tokens/v1/", "/personal-access-tokens/v1"},
		{"version in front of the token endpoint", "/v2026/oauth/token", "/oauth/token"},
		{"plural of the token endpoint", "/oauth/tokens", "/oauth/token"},
		{"trailing slash after the token endpoint", "/oauth/token/", "/oauth/token"},
		{"capitals of the token endpoint", "/OAuth/Token", "/oauth/token"},
		{
			"bulk update", "/personal-access-tokens/v1/bulk_update/",
			"/personal-access-tokens/v1/bulk-update",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			for name, target := range map[string]*tenant{"default": m, "other": m.in("other")} {
				t.Run(name, func(t *testing.T) {
					c := *c
					c.tenant = target.forTest(t)
					prefix := strings.TrimPrefix(target.url, m.url)
					c.post(test.path, "{}").is(http.StatusNotFound).hasCauses(cause{
						rule.UnmatchedPath, prefix + test.suggestion,
					})
				})
			}
		})
	}
	if forwarded > 0 {
		t.Errorf("forwarded %d near-misses, want 0", forwarded)
	}
	journal, err := m.mock.Control().Requests(t.Context(), control.Match{
		Finding: control.UnmatchedPath,
	}, 0)
	if err != nil || journal.Matched != 36 {
		t.Errorf("unexpected findings: %d, %v", journal.Matched, err)
	}
}

func TestPath_OfRealTenantIs501(t *testing.T) {
	m := startWith(t, "default", mockserver.Config{
		Versions: []version.Version{version.V3, version.V2026},
	})
	c := m.as("jane.doe")
	for _, test := range []struct{ name, path, names string }{
		{"list of an unknown version", "/v2027/personal-access-tokens", "v2027 v3 v2026"},
		{"other resource of an unknown version", "/v2027/accounts", "v2027 v3 v2026"},
		{"other resource", "/v2026/accounts", "/oauth"},
		{"other resource of v1", "/accounts/v1", "/oauth"},
		{"other resource of the latest version", "/latest/accounts", "/oauth"},
		{"unsupported version", "/v2024/personal-access-tokens", "v2024"},
		{"v1, which is not served", "/personal-access-tokens/v1", "v1"},
		{"private API", "/cc/api/user/list", "/cc"},
		{"login page", "/oauth/authorize", "grant_type=client_credentials"},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := *c
			c.tenant = m.forTest(t)
			r := c.get(test.path).is(http.StatusNotImplemented)
			r.hasCauses(cause{rule.NotSimulated, ""})
			for _, name := range strings.Fields(test.names) {
				if !mentions(r.text, name) {
					r.Errorf("%q is not in %s", name, r.text)
				}
			}
			if texts, _ := r.reasons(); r.object()["messages"] != nil {
				text := r.object()["messages"].([]any)[0].(map[string]any)["text"].(string)
				if strings.Contains(texts[0], text) {
					r.Errorf("cause %q repeats the text %q", texts[0], text)
				}
			}
		})
	}
	c.get("/oauth/authorize?response_type=code").equal("error", "not_implemented")
	for _, path := range []string{
		"/nothing", "/v2026/personal-access-tokens/x/y", "/oauth/nothing",
	} {
		t.Run("no near-miss "+path, func(t *testing.T) {
			m.forTest(t).anonymous().get(path).is(http.StatusNotFound).hasCauses(cause{
				rule.UnmatchedPath, path,
			})
		})
	}
}
