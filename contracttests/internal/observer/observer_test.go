package observer_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"example.com/patmock/contracttests/internal/observer"
	"example.com/patmock/contracttests/recording"
	"example.com/patmock/spec/rule"
)

var now = time.Date(2027, 1, 2, 3, 4, 5, 0, time.UTC)

const (
	id      = "0123456789abcdef0123456789abcdef"
	other   = "fedcba9876543210fedcba9876543210"
	owner   = "00000000000000000000000000000001"
	path    = "http://127.0.0.1/t/one/v2026/personal-access-tokens"
	secret  = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
	bearer  = "e30.e30.e30-of-the-owner"
	created = "2027-01-02T03:04:05.000Z"
)

// exchange returns an exchange with the headers that every response has.
func exchange(method, url, body string, status int, responseBody string) recording.Exchange {
	x := recording.Exchange{
		Method: method, URL: url, Body: body, Status: status, ResponseBody: responseBody,
		Header: http.Header{},
		ResponseHeader: http.Header{
			"Date": {"Sat, 02 Jan 2027 03:04:05 GMT"}, "Cache-Control": {"no-store"}, "Pragma": {
				"no-cache",
			},
		},
	}
	requests++
	x.ResponseHeader.Set("Slpt-Request-Id",
		strings.Repeat("0", 20)+time.Duration(requests).String())
	if responseBody != "" {
		x.ResponseHeader.Set("Content-Type", "application/json")
	}
	x.Header.Set("Authorization", "Bearer "+bearer)
	return x
}

var requests int

// token returns a token of a list with some properties replaced.
func token(overrides map[string]any) string {
	properties := map[string]any{
		"id": id, "name": "report", "scope": []string{"sp:scopes:all"}, "created": created,
		"lastUsed": nil, "managed": false,
		"owner": map[string]any{
			"type": "IDENTITY", "id": owner, "name": "jane.doe",
		},
		"accessTokenValiditySeconds": 43200, "expirationDate": "2027-02-02T03:04:05.000Z",
		"userAwareTokenNeverExpires": false,
	}
	for name, value := range overrides {
		properties[name] = value
	}
	encoded, _ := json.Marshal(properties)
	return string(encoded)
}

func list(tokens ...string) recording.Exchange {
	return exchange(http.MethodGet, path, "", http.StatusOK, "["+strings.Join(tokens, ",")+"]")
}

// filtered returns a list with a filter.
func filtered(filter string, tokens ...string) recording.Exchange {
	x := list(tokens...)
	x.URL += "?filters=" + url.QueryEscape(filter)
	return x
}

// atOnce marks an exchange as concurrent.
func atOnce(x recording.Exchange) recording.Exchange {
	x.Concurrent = true
	return x
}

func create(overrides map[string]any) recording.Exchange {
	object := map[string]any{}
	_ = json.Unmarshal([]byte(token(overrides)), &object)
	for _, name := range []string{"lastUsed", "managed", "userAwareTokenNeverExpires"} {
		delete(object, name)
	}
	object["secret"] = secret
	responseBody, _ := json.Marshal(object)
	return exchange(http.MethodPost, path,
		`{"name":"report","expirationDate":"2027-02-02T03:04:05.000Z"}`, http.StatusOK,
		string(responseBody))
}

func patch(body string, status int, responseBody string) recording.Exchange {
	return exchange(http.MethodPatch, path+"/"+id, body, status, responseBody)
}

func bulk(body, responseBody string) recording.Exchange {
	return exchange(http.MethodPatch,
		"http://127.0.0.1/t/one/personal-access-tokens/v1/bulk-update", body, http.StatusOK,
		responseBody)
}

func remove(status int, responseBody string) recording.Exchange {
	return exchange(http.MethodDelete, path+"/"+id, "", status, responseBody)
}

const rejection = `{"detailCode":"400.1 Bad request","trackingId":"TRACKING","causes":[],` +
	`"messages":[{"locale":"en-US","localeOrigin":"DEFAULT","text":"No."}]}`

// rejected sets the tracking id of an error.
func rejected(x recording.Exchange) recording.Exchange {
	x.ResponseBody = strings.ReplaceAll(x.ResponseBody, "TRACKING",
		x.ResponseHeader.Get("Slpt-Request-Id"))
	return x
}

// withHeader sets a header of the response.
func withHeader(x recording.Exchange, name string, values ...string) recording.Exchange {
	x.ResponseHeader[http.CanonicalHeaderKey(name)] = values
	return x
}

// bulkOf returns a token as in the response to a bulk update.
func bulkOf(overrides map[string]any) string {
	return strings.Replace(token(overrides), `,"userAwareTokenNeverExpires":false`, "", 1)
}

func TestObserve(t *testing.T) {
	never := map[string]any{"expirationDate": nil, "userAwareTokenNeverExpires": true}
	renamed := map[string]any{"name": "renamed"}
	const rename = `[{"op":"replace","path":"/name","value":"renamed"}]`
	later := map[string]any{"expirationDate": "2027-03-02T03:04:05.000Z"}
	const prolong = `{"ids":["` + id +
		`"],"patch":[{"op":"replace","path":"/expirationDate","value":"2027-03-02T03:04:05.000Z"}]}`
	used := token(map[string]any{"lastUsed": "2027-01-01T00:00:00.000Z"})
	for _, test := range []struct {
		name      string
		exchanges []recording.Exchange
		want      []rule.ID // of the last exchange
	}{
		{"the same list twice", []recording.Exchange{list(token(nil)), list(token(nil))}, nil},
		{
			"a scope that changes", []recording.Exchange{
				list(token(nil)), list(token(map[string]any{"scope": []string{"x"}})),
			}, []rule.ID{rule.NothingElseChanges},
		},
		{
			"a date with other digits", []recording.Exchange{
				list(token(nil)),
				list(token(map[string]any{"created": "2027-01-02T04:04:05.000000+01:00"})),
			}, nil,
		},
		{
			"an owner of another name", []recording.Exchange{
				list(token(nil)),
				list(token(map[string]any{
					"owner": map[string]any{"type": "IDENTITY", "id": owner, "name": "j"},
				})),
			}, []rule.ID{rule.SameOwner},
		},
		{"a listed create", []recording.Exchange{create(nil), list(token(nil))}, nil},
		{
			"a create that is not stored", []recording.Exchange{create(nil), list()}, []rule.ID{
				rule.WriteIsStored,
			},
		},
		{
			"a create with another name", []recording.Exchange{create(renamed)}, []rule.ID{
				rule.StoredAsSent,
			},
		},
		{
			"a create that never expires", []recording.Exchange{create(never)}, []rule.ID{
				rule.StoredAsSent,
			},
		},
		{
			"a secret in a list", []recording.Exchange{
				create(nil), list(token(map[string]any{"secret": nil})),
			}, []rule.ID{rule.SecretOnce},
		},
		{
			"a secret in a header", []recording.Exchange{
				create(nil), withHeader(list(token(nil)), "X-Debug", "a"+secret),
			}, []rule.ID{rule.SecretOnce},
		},
		{
			"a create that may be stored", []recording.Exchange{
				withHeader(create(nil), "Cache-Control", "max-age=1"),
			}, []rule.ID{rule.NoStore},
		},
		{
			"a rename", []recording.Exchange{
				list(token(nil)), patch(rename, 200, token(renamed)), list(token(renamed)),
			}, nil,
		},
		{
			"a rename that is not stored", []recording.Exchange{
				list(token(nil)), patch(rename, 200, token(renamed)), list(token(nil)),
			}, []rule.ID{rule.WriteIsStored},
		},
		{
			"a rename to another name",
			[]recording.Exchange{patch(rename, 200, token(nil))},
			[]rule.ID{rule.StoredAsSent},
		},
		{
			"a rename that moves the date", []recording.Exchange{
				list(token(nil)),
				patch(rename, 200, token(map[string]any{"name": "renamed", "expirationDate": nil})),
			}, []rule.ID{rule.NothingElseChanges},
		},
		{
			"a rejected rename that is stored", []recording.Exchange{
				list(token(nil)), rejected(patch(rename, 400, rejection)), list(token(renamed)),
			}, []rule.ID{rule.RejectedChangesNothing},
		},
		{
			"a failure with unknown outcome", []recording.Exchange{
				list(token(nil)),
				rejected(patch(rename, 500, strings.Replace(rejection, "400", "500", 1))),
				list(token(renamed)),
			}, nil,
		},
		{
			"a patch of another id", []recording.Exchange{
				patch(rename, 200, token(map[string]any{"id": other, "name": "renamed"})),
			}, []rule.ID{rule.ExactID},
		},
		{
			"a bulk update", []recording.Exchange{
				list(token(nil)), bulk(prolong, "["+bulkOf(later)+"]"), list(token(later)),
			}, nil,
		},
		{
			"a bulk update that is not stored", []recording.Exchange{
				list(token(nil)), bulk(prolong, "["+bulkOf(later)+"]"), list(token(nil)),
			}, []rule.ID{rule.WriteIsStored},
		},
		{
			"a bulk update of another token", []recording.Exchange{
				list(token(nil)), bulk(prolong, "[]"),
			}, []rule.ID{rule.BulkUpdate},
		},
		{
			"a bulk update with the flag", []recording.Exchange{
				bulk(prolong, "["+token(later)+"]"),
			}, []rule.ID{rule.BulkFlag},
		},
		{
			"a filter that is ignored", []recording.Exchange{
				filtered("not lastUsed isnull", token(nil)),
			}, []rule.ID{rule.FilterPrecedence},
		},
		{
			"a filter that finds nothing", []recording.Exchange{
				list(token(nil)), filtered("lastUsed isnull"),
			}, []rule.ID{rule.FilterIsNull},
		},
		{
			"a filter whose third operand is dropped",
			[]recording.Exchange{
				list(used),
				filtered("lastUsed isnull or lastUsed le 2026-01-01T00:00:00Z or lastUsed le " +
					"2027-01-01T00:00:00Z"),
			},
			[]rule.ID{rule.FilterPrecedence},
		},
		{
			"a correct filter", []recording.Exchange{
				list(used),
				filtered(`(lastUsed isnull or lastUsed le "2027-01-01T01:00:00+01:00") and not `+
					`lastUsed isnull`, used),
			}, nil,
		},
		{"an invalid filter", []recording.Exchange{list(used), filtered("name eq 1")}, nil},
		{
			"a token twice", []recording.Exchange{list(token(nil), token(nil))}, []rule.ID{
				rule.ListEachOnce,
			},
		},
		{"patches of two properties at once", []recording.Exchange{
			list(token(nil)), atOnce(patch(rename, 200, token(renamed))),
			atOnce(patch(`[{"op":"replace","path":"/scope","value":["x"]}]`, 200,
				token(map[string]any{"name": "renamed", "scope": []string{"x"}}))),
			list(token(map[string]any{"name": "renamed", "scope": []string{"x"}})),
		}, nil},
		{"a patch and a delete at once", []recording.Exchange{
			list(token(nil)), atOnce(remove(204, "")), atOnce(patch(rename, 200, token(renamed))),
			list(token(renamed)),
		}, []rule.ID{rule.DeleteIsFinal}},
		{
			"a deleted token", []recording.Exchange{
				list(token(nil)), remove(204, ""), list(token(nil)),
			}, []rule.ID{rule.DeleteIsFinal},
		},
		{
			"a token that vanishes", []recording.Exchange{list(token(nil)), list()}, []rule.ID{
				rule.NothingElseChanges,
			},
		},
		{
			"a token that appears", []recording.Exchange{
				list(token(nil)), list(token(nil), token(map[string]any{"id": other})),
			}, []rule.ID{rule.NothingElseChanges},
		},
		{
			"lastUsed without a login", []recording.Exchange{
				list(token(nil)), list(token(map[string]any{"lastUsed": created})),
			}, []rule.ID{rule.LastUsed},
		},
		{
			"an error without a default message", []recording.Exchange{
				rejected(patch(rename, 400, strings.Replace(rejection, "DEFAULT", "REQUEST", 1))),
			}, []rule.ID{rule.ErrorDTO},
		},
		{
			"a response without a date",
			[]recording.Exchange{withHeader(list(), "Date")},
			[]rule.ID{rule.Headers},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			o := observer.New(observer.Options{Now: func() time.Time { return now }})
			for i, x := range test.exchanges {
				var broken []rule.ID
				for _, f := range o.Observe(x) {
					broken = append(broken, f.Rule)
				}
				want := test.want
				if i < len(test.exchanges)-1 {
					want = nil
				}
				if diff := cmp.Diff(want, broken); diff != "" {
					t.Errorf("exchange %d breaks (-want +got):\n%s", i, diff)
				}
			}
		})
	}
}

// TestObserve_OncePerKind checks that a finding is reported once, and never for a broken rule.
func TestObserve_OncePerKind(t *testing.T) {
	cut := []recording.Exchange{withHeader(list(), "Date"), withHeader(list(), "Date")}
	for _, test := range []struct {
		broken []rule.ID
		want   int
	}{{nil, 1}, {[]rule.ID{rule.Headers}, 0}} {
		o := observer.New(observer.Options{
			Now: func() time.Time { return now }, BrokenRules: test.broken,
		})
		if findings := slices.Concat(o.Observe(cut[0]),
			o.Observe(cut[1])); len(findings) != test.want {
			t.Errorf("%d findings %v, want %d", len(findings), findings, test.want)
		}
	}
}

// TestObserve_Tenant checks that a tenant's lists may lag, and that other clients may change
// tokens.
func TestObserve_Tenant(t *testing.T) {
	const rename = `[{"op":"replace","path":"/name","value":"renamed"}]`
	clock := now
	o := observer.New(observer.Options{
		Now: func() time.Time {
			return clock
		}, RealTenant: true, ConsistencyTimeout: 20 * time.Second,
	})
	foreign := func(name string) string { return token(map[string]any{"id": other, "name": name}) }
	for i, x := range []recording.Exchange{
		create(nil), list(), list(foreign("a")), list(token(nil), foreign("b")), list(token(nil)),
		patch(rename, 200, token(map[string]any{"name": "renamed"})), list(token(nil)),
		list(token(map[string]any{"name": "renamed"})),
	} {
		for _, f := range o.Observe(x) {
			t.Errorf("exchange %d: %s", i, f.Message)
		}
		clock = clock.Add(time.Second)
	}
	clock = clock.Add(time.Minute)
	if findings := o.Observe(list()); len(findings) != 1 ||
		findings[0].Rule != rule.NothingElseChanges {
		t.Errorf("findings %v, want the missing token", findings)
	}
}

// TestRules checks that every rule of the observer is registered and listed once.
func TestRules(t *testing.T) {
	for i, each := range observer.Rules() {
		if _, findings := rule.Find(each); !findings ||
			slices.Contains(observer.Rules()[:i], each) {
			t.Errorf("%q is not a rule, or is listed twice", string(each))
		}
	}
}
