package mockserver_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"example.com/patmock/fixtures/golden"
	"example.com/patmock/mockserver"
	"example.com/patmock/mockserver/control"
	"example.com/patmock/spec/version"
)

// mistakenRequest is a request that is accepted but likely a mistake.
type mistakenRequest struct {
	name, method, path, contentType, body string
	want                                  []finding
}

// mistakenRequests returns likely mistakes for a version. The id belongs to a token of the caller.
func mistakenRequests(v version.Version, id string) []mistakenRequest {
	create := func(name, body string, want ...finding) mistakenRequest {
		return mistakenRequest{
			name, "POST", v.CollectionPath(), jsonType,
			body[:len(body)-1] + `,"expirationDate":"2026-09-30T00:00:00Z"}`, want,
		}
	}
	patch := func(name, operations string, want ...finding) mistakenRequest {
		return mistakenRequest{
			name, "PATCH", v.CollectionPath() + "/" + id, patchType, operations, want,
		}
	}
	scope := func(name, scope string, want ...finding) mistakenRequest {
		return create(name, `{"name":"`+name+`","scope":[`+scope+`]}`, want...)
	}
	list := func(name, query string, want ...finding) mistakenRequest {
		return mistakenRequest{name, "GET", v.CollectionPath() + "?" + query, "", "", want}
	}
	all := []mistakenRequest{
		create("duplicate key", `{"name":"a","name":"duplicate key"}`, finding{
			control.DuplicateKey, "/name",
		}),
		create("duplicate key with escapes",
			`{"name":"a","n\u0061me":"duplicate key with escapes"}`, finding{
				control.DuplicateKey, "/name",
			}),
		create("duplicate unknown key", `{"name":"duplicate unknown key","a":{"b":1,"b":2}}`,
			finding{control.DuplicateKey, "/a/b"}, finding{control.UnknownProperty, "/a"}),
		create("lone surrogate", `{"name":"lone surrogate \ud800"}`, finding{
			control.LoneSurrogate, "/name",
		}),
		create("emoji", `{"name":"\ud83d\ude00"}`),
		patch("duplicate key of a patch",
			`[{"op":"replace","path":"/name","value":"b","path":"/name","value":"c"}]`, finding{
				control.DuplicateKey, "/0/path",
			}, finding{control.DuplicateKey, "/0/value"}),
		patch("lone surrogate in a patch", `[{"op":"replace","path":"/name","value":"\udc00"}]`,
			finding{control.LoneSurrogate, "/0/value"}),
		scope("no scope", ``, finding{control.EmptyScope, "/scope"}),
		scope("singular", `"sp:scope:all"`, finding{control.MisspeltScope, "sp:scopes:all"}),
		scope("capitals", `"SP:Scopes:ALL"`, finding{control.MisspeltScope, "sp:scopes:all"}),
		scope("letters exchanged", `"sp:socpes:lal"`, finding{
			control.MisspeltScope, "sp:scopes:all",
		}),
		scope("a letter too many", `"sp:scopes:defaults"`, finding{
			control.MisspeltScope, "sp:scopes:default",
		}),
		scope("another separator", `"sp.scopes.all"`, finding{
			control.MisspeltScope, "sp:scopes:all",
		}),
		scope("two letters", `"sp:my-personal-acces-token:read"`, finding{
			control.MisspeltScope, "sp:my-personal-access-tokens:read",
		}),
		scope("capitals and a letter", `"SP:All-Personal-Access-Token:Manage"`, finding{
			control.MisspeltScope, "sp:all-personal-access-tokens:manage",
		}),
		scope("two of them", `"sp:scope:all","sp:scopes:defautl"`, finding{
			control.MisspeltScope, "sp:scopes:all",
		}, finding{control.MisspeltScope, "sp:scopes:default"}),
		scope("joined by a blank", `"sp:scopes:all sp:scopes:default"`, finding{
			control.ScopeSyntax, "",
		}),
		scope("joined by a comma", `"idn:accounts:read,idn:sources:read"`, finding{
			control.ScopeSyntax, "",
		}),
		scope("a blank behind", `"sp:scopes:all "`, finding{control.ScopeSyntax, ""}),
		scope("a line break behind", `"sp:scopes:all\n"`, finding{control.ScopeSyntax, ""}),
		scope("empty", `""`, finding{control.ScopeSyntax, "/scope"}),
		scope("named",
			`"sp:scopes:all","sp:scopes:default","sp:my-personal-access-tokens:read",`+
				`"sp:my-personal-access-tokens:manage","sp:all-personal-access-tokens:read",`+
				`"sp:all-personal-access-tokens:manage"`),
		scope("others",
			`"idn:accounts:read","idn:nelm:manage","demo:personal-access-token-scope:first",`+
				`"sp:scopes:api","sp:scopes","sp:my-personal-access-tokens:create",`+
				`"idn:my-personal-access-tokens:read","made:up","a"`),
		patch("scope of a patch",
			`[{"op":"replace","path":"/scope","value":["sp:scope:all"]},{"op":"add",`+
				`"path":"/scope/-","value":"a b"}]`, finding{control.ScopeSyntax, "/scope/-"},
			finding{control.MisspeltScope, "/scope"}),
		patch("empty scope of a patch", `[{"op":"add","path":"/scope","value":[]}]`, finding{
			control.EmptyScope, "/scope",
		}),
		patch("name of a patch", `[{"op":"replace","path":"/name","value":"sp:scope:all"}]`),
		list("empty owner", "owner-id=", finding{control.IgnoredParameter, "owner-id"}),
		list("empty filter", "owner-id=me&filters=", finding{control.IgnoredParameter, "filters"}),
		list("unknown parameters", "owner-id=me&sorters=name&offset=0&page=1", finding{
			control.UnknownParameter, `"offset"`,
		}, finding{control.UnknownParameter, `"page"`}, finding{
			control.UnknownParameter, `"sorters"`,
		}),
	}
	if v == version.V1 {
		all = append(all, mistakenRequest{
			"duplicate key in bulk", "POST", bulkV1, jsonType,
			`{"ids":["` + id +
				`"],"patch":[],"patch":[{"op":"replace","path":"/expirationDate",` +
				`"path":"/expirationDate","value":"2030-01-01T00:00:00Z"}]}`,
			[]finding{{control.DuplicateKey, "/patch"}, {control.DuplicateKey, "/patch/0/path"}},
		})
	}
	return all
}

// A likely mistake is a finding in every version and profile, and does not change the response.
func TestFindings_LikelyMistakes(t *testing.T) {
	for _, profile := range []string{mockserver.ProfileFriendly, mockserver.ProfileFaithful} {
		t.Run(profile, func(t *testing.T) {
			each(t, version.All(), func(t *testing.T, v version.Version) {
				m := startWith(t, "default", mockserver.Config{
					Profile: mockserver.Profile{Name: profile},
				})
				login, err := m.seed.LoginToken("admin")
				if err != nil {
					t.Fatal(err)
				}
				for i, test := range mistakenRequests(v, login.ID) {
					t.Run(test.name, func(t *testing.T) {
						c := m.in(fmt.Sprintf("odd-%d", i)).forTest(t).as("admin")
						c.send(test.method, test.path, test.contentType,
							test.body).is(http.StatusOK)
						checkFindings(t, c, test.want)
					})
				}
			})
		})
	}
}

// checkFindings compares the findings about the last request with the expected ones, in any order.
func checkFindings(t *testing.T, c *client, want []finding) {
	t.Helper()
	entry := c.lastExchange()
	missing := slices.Clone(want)
	var texts []string
	for _, f := range entry["findings"].([]any) {
		f := f.(map[string]any)
		kind, detail := f["kind"].(string), f["detail"].(string)
		remedy, _ := f["remedy"].(string)
		texts = append(texts, strings.TrimRight(detail+"\n  "+remedy, " \n"))
		i := slices.IndexFunc(missing, func(w finding) bool {
			return w.kind == kind && mentions(detail, w.mention)
		})
		if i < 0 {
			t.Errorf("finding %s: %s", kind, detail)
			continue
		}
		missing = slices.Delete(missing, i, i+1)
	}
	if len(missing) > 0 {
		t.Errorf("missing finding %v, got %q", missing, texts)
	}
	if len(texts) > 0 {
		golden.Check(t, findingTexts, "meant/"+t.Name()[strings.LastIndex(t.Name(), "/")+1:],
			strings.NewReplacer("TokenV1 ", "Token ", "TokenV1,", "Token,", "TokensV1 ", "Tokens ",
				"TokensV1,", "Tokens,").Replace(normalize(strings.Join(texts, "\n"))))
	}
}

// A login accepts a repeated parameter if its values are equal.
func TestFindings_RepeatedParameter(t *testing.T) {
	m := start(t, "default")
	login, err := m.seed.LoginToken("admin")
	if err != nil {
		t.Fatal(err)
	}
	form := "grant_type=client_credentials&client_id=" + login.ID + "&client_secret=" + login.Secret
	for _, test := range []struct {
		name, query, form string
		want              []finding
	}{
		{"once each", "", form, nil},
		{
			"twice in the form", "", form + "&client_id=" + login.ID, []finding{
				{control.IgnoredParameter, "client_id"},
			},
		},
		{
			"in query and form", "?grant_type=client_credentials", form, []finding{
				{control.IgnoredParameter, "grant_type"},
			},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := m.forTest(t).anonymous()
			c.send("POST", "/oauth/token"+test.query, formType, test.form).is(http.StatusOK)
			checkFindings(t, c, test.want)
		})
	}
}

// After a rate limit, a client must wait with every request to its version. After a fault or a
// preference, it must wait with requests that would match again.
func TestFindings_NoWait(t *testing.T) {
	const tokens = "/v2026/personal-access-tokens"
	list := func(c *client) { c.get(tokens + "?owner-id=me") }
	deletes := func(c *client) { c.delete(tokens + "/" + strings.Repeat("0", 32)) }
	preferring := func(path, prefer string) func(c *client) {
		return func(c *client) {
			r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, c.url+path,
				http.NoBody)
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("Authorization", c.authorization)
			r.Header.Set("Prefer", prefer)
			c.exchange(r)
		}
	}
	fault := func(rule string) func(c *client) {
		return func(c *client) { c.addFault(rule) }
	}
	prefersRate := preferring(tokens+"?owner-id=me", "code=429")
	for _, test := range []struct {
		name   string
		config mockserver.Profile
		run    []func(c *client)
		want   bool // a finding about the last request
	}{
		{
			"same after a rate limit",
			mockserver.Profile{RateLimit: "1/10s"},
			[]func(c *client){list, list, list},
			true,
		},
		{
			"another operation after a rate limit",
			mockserver.Profile{RateLimit: "1/10s"},
			[]func(c *client){list, list, deletes},
			true,
		},
		{
			"another version after a rate limit",
			mockserver.Profile{RateLimit: "1/10s"},
			[]func(c *client){list, list, func(c *client) { c.get("/v3/personal-access-tokens") }},
			false,
		},
		{
			"after the time of a rate limit",
			mockserver.Profile{RateLimit: "1/10s"},
			[]func(c *client){
				list, list, func(c *client) {
					c.post("/_mock/clock/advance", `{"by":"10s"}`)
				}, list,
			},
			false,
		},
		{
			"same after a fault", mockserver.Profile{}, []func(c *client){
				fault(`{"operation":"list","status":429,"retryAfter":"9s"}`), list, list,
			}, true,
		},
		{
			"another operation after a fault", mockserver.Profile{}, []func(c *client){
				fault(`{"operation":"list","status":429,"retryAfter":"9s"}`), list, deletes,
			}, false,
		},
		{
			"another operation after a fault of any", mockserver.Profile{}, []func(c *client){
				fault(`{"status":429,"retryAfter":"9s"}`), list, deletes,
			}, true,
		},
		{
			"same after another one after a fault", mockserver.Profile{}, []func(c *client){
				fault(`{"operation":"list","status":503,"retryAfter":"9s"}`), list, deletes, list,
			}, true,
		},
		{
			"after two faults, like the first", mockserver.Profile{}, []func(c *client){
				fault(`{"operation":"list","status":429,"retryAfter":"9s"}`),
				fault(`{"operation":"delete","status":429,"retryAfter":"9s"}`), list, deletes, list,
			}, true,
		},
		{
			"without the header of a fault", mockserver.Profile{}, []func(c *client){
				fault(`{"header":{"Prefer":"x"},"status":429,"retryAfter":"9s"}`),
				preferring(tokens+"?owner-id=me", "x"), list,
			}, false,
		},
		{
			"same after a preference", mockserver.Profile{}, []func(c *client){
				prefersRate, prefersRate,
			}, true,
		},
		{
			"without the preference",
			mockserver.Profile{},
			[]func(c *client){prefersRate, list},
			false,
		},
		{
			"with another preference", mockserver.Profile{}, []func(c *client){
				prefersRate, preferring(tokens+"?owner-id=me", "code=500"),
			}, false,
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := startWith(t, "default", mockserver.Config{Profile: test.config}).as("jane.doe")
			for _, run := range test.run {
				run(c)
			}
			var got []string
			for _, f := range c.lastExchange()["findings"].([]any) {
				if f := f.(map[string]any); f["kind"] == control.NoWait {
					got = append(got, f["remedy"].(string))
				}
			}
			if (len(got) == 1) != test.want || len(got) > 1 {
				t.Fatalf("findings = %q, want one: %t", got, test.want)
			}
			if test.want {
				golden.Check(t, findingTexts, golden.Key(t), got[0])
			}
		})
	}
}
