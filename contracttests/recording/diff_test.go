package recording_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"example.com/patmock/contracttests/recording"
	"example.com/patmock/contracttests/report"
	"example.com/patmock/fixtures/golden"
	"example.com/patmock/spec/version"
)

// formatDifferences returns a line for each difference.
func formatDifferences(differences []recording.Difference) (lines []string) {
	for _, d := range differences {
		lines = append(lines, fmt.Sprintf("%s: %s %s -%s +%s", d.Severity, d.Kind, d.At, d.A, d.B))
	}
	return lines
}

// TestDiff_Rules changes the response to create and checks the kind of the difference. Other tests
// cover the rules for several exchanges.
func TestDiff_Rules(t *testing.T) {
	const body = "/exchanges/0/response/body"
	withBody := func(text string) func(*recording.Exchange) {
		return func(x *recording.Exchange) { x.ResponseBody = text }
	}
	const full = `{"lastUsed":null,"expires_in":43200,"messages":[{"text":"a"}],` +
		`"detailCode":"400.0","scope":["sp:scopes:all","b"],"causes":["a","b"]}`
	with := func(overrides string) func(*recording.Exchange) {
		return withBody(token(`{"secret":"`+secretHex+`"}`, full, overrides))
	}
	without := func(name string) func(*recording.Exchange) {
		return func(x *recording.Exchange) {
			object := map[string]any{}
			if err := json.Unmarshal([]byte(x.ResponseBody), &object); err != nil {
				t.Fatal(err)
			}
			delete(object, name)
			x.ResponseBody = string(mustJSON(object))
		}
	}
	header := func(name, value string) func(*recording.Exchange) {
		return func(x *recording.Exchange) { x.ResponseHeader.Set(name, value) }
	}
	for _, test := range []struct {
		name   string
		change func(*recording.Exchange)
		want   string
	}{
		{"nothing", func(*recording.Exchange) {}, ""},
		{
			"status", func(x *recording.Exchange) {
				x.Status = 201
			}, "breaking: status-changed /exchanges/0/response/status -200 +201",
		},
		{
			"header gone", func(x *recording.Exchange) {
				x.ResponseHeader.Del("Slpt-Request-Id")
			},
			`breaking: header-removed /exchanges/0/response/header/Slpt-Request-Id ` +
				`-"⟨request-1⟩" ` +
				`+`,
		},
		{
			"header added", header("Allow", "GET"),
			`harmless: header-added /exchanges/0/response/header/Allow - +"GET"`,
		},
		{
			"charset", header("Content-Type", "application/json;charset=UTF-8"),
			`harmless: charset-changed /exchanges/0/response/header/Content-Type ` +
				`-"application/json" +"application/json;charset=UTF-8"`,
		},
		{
			"media type", header("Content-Type", "text/plain"),
			`breaking: media-type-changed /exchanges/0/response/header/Content-Type ` +
				`-"application/json" +"text/plain"`,
		},
		{
			"header value", header("Www-Authenticate", "Basic"),
			`unknown: header-changed /exchanges/0/response/header/Www-Authenticate -"Bearer" ` +
				`+"Basic"`,
		},
		{
			"kind of body", withBody("<p>"),
			`breaking: body-format-changed ` + body + `/format -"json" +"text"`,
		},
		{
			"property gone", without("created"),
			`breaking: property-removed ` + body + `/value/created -"⟨date: UTC, milliseconds⟩" +`,
		},
		{
			"property added", with(`{"colour":"blue"}`),
			`harmless: property-added ` + body + `/value/colour - +"blue"`,
		},
		{
			"null", with(`{"created":null}`),
			`breaking: value-to-null ` + body +
				`/value/created -"⟨date: UTC, milliseconds⟩" +null`,
		},
		{
			"value for null", with(`{"lastUsed":"2026-12-01T08:00:00.001Z"}`),
			`unknown: null-to-value ` + body +
				`/value/lastUsed -null +"⟨date: UTC, milliseconds⟩"`,
		},
		{
			"type", with(`{"accessTokenValiditySeconds":"43200"}`),
			`breaking: type-changed ` + body + `/value/accessTokenValiditySeconds -43200 +"43200"`,
		},
		{
			"value", with(`{"accessTokenValiditySeconds":3600}`),
			`unknown: value-changed ` + body + `/value/accessTokenValiditySeconds -43200 +3600`,
		},
		{
			"seconds left", with(`{"expires_in":43199}`),
			`harmless: lifetime-changed ` + body + `/value/expires_in -43200 +43199`,
		},
		{
			"many seconds left", with(`{"expires_in":43000}`),
			`unknown: value-changed ` + body + `/value/expires_in -43200 +43000`,
		},
		{
			"text", with(`{"messages":[{"text":"b"}]}`),
			`harmless: text-changed ` + body + `/value/messages/0/text -"a" +"b"`,
		},
		{
			"detail code", with(`{"detailCode":"400.1"}`),
			`unknown: value-changed ` + body + `/value/detailCode -"400.0" +"400.1"`,
		},
		{
			"order of scopes", with(`{"scope":["b","sp:scopes:all"]}`),
			`harmless: scope-order-changed ` + body +
				`/value/scope -["sp:scopes:all","b"] +["b","sp:scopes:all"]`,
		},
		{
			"order", with(`{"causes":["b","a"]}`),
			`unknown: order-changed ` + body + `/value/causes -["a","b"] +["b","a"]`,
		},
		{
			"element gone", with(`{"causes":["b"]}`),
			`unknown: element-removed ` + body + `/value/causes/0 -"a" +`,
		},
		{
			"element added", with(`{"causes":["a","b","c"]}`),
			`unknown: element-added ` + body + `/value/causes/2 - +"c"`,
		},
		{
			"date", with(`{"expirationDate":"2027-01-31T12:00:00Z"}`),
			`unknown: value-changed ` + body +
				`/value/expirationDate -"⟨date-1⟩" +"⟨date: UTC, seconds⟩"`,
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			original := func() recording.Exchange {
				x := createExchange(full)
				x.ResponseHeader.Set("Www-Authenticate", "Bearer")
				return x
			}
			a, b := original(), original()
			test.change(&b)
			var want []string
			if test.want != "" {
				want = []string{test.want}
			}
			if diff := cmp.Diff(want,
				formatDifferences(recording.Diff(normalize(a), normalize(b)))); diff != "" {
				t.Errorf("differences (-want +got):\n%s", diff)
			}
		})
	}
}

// TestRules_Reachable checks that no rule is hidden by an earlier one.
func TestRules_Reachable(t *testing.T) {
	reached := map[recording.Kind]recording.Severity{}
	collect := func(a, b recording.Case) {
		for _, d := range recording.Diff(a, b) {
			reached[d.Kind] = d.Severity
		}
	}
	list := func(overrides ...string) recording.Exchange {
		return exchange("GET", tokens, "", 200, "["+strings.Join(overrides, ",")+"]")
	}
	deleted := exchange("DELETE", tokens+"/"+tokenID, "", 204, "")
	empty, text := deleted, deleted
	text.ResponseBody = "gone"
	collect(normalize(createExchange("{}"), empty), normalize(createExchange("{}")))
	collect(normalize(createExchange("{}")), normalize(createExchange("{}"), empty))
	collect(normalize(empty), normalize(text))
	collect(normalize(text), normalize(empty))
	failed := normalize()
	failed.Outcome = report.Fail
	collect(normalize(), failed)
	collect(failed, normalize())
	odd := createExchange("{}")
	odd.Body = "{}"
	collect(normalize(createExchange("{}")), normalize(odd))
	collect(normalize(list(token(`{"id":"`+otherID+`"}`), token())),
		normalize(list(token(), token(`{"id":"`+otherID+`"}`))))
	full := `{"scope":["a","b"],"x":["a"],"n":null,"v":1,"expires_in":10,"text":"a"}`
	for _, overrides := range []string{
		`{"scope":["b","a"]}`, `{"x":["b","a"]}`, `{"x":[]}`, `{"x":["a","b"]}`, `{"n":1}`,
		`{"v":null}`, `{"v":"1"}`, `{"v":2}`, `{"expires_in":9}`, `{"text":"b"}`, `{"y":1}`,
		`{"x":["c"]}`,
	} {
		collect(normalize(createExchange(full)),
			normalize(createExchange(`{"scope":["a","b"],"x":["a"],"n":null,"v":1,"expires_in":10,`+
				`"text":"a"`+","+
				overrides[1:])))
	}
	collect(normalize(createExchange(`{"x":["a","b"]}`)),
		normalize(createExchange(`{"x":["b","a"]}`)))
	collect(normalize(createExchange(full)), normalize(createExchange("{}")))
	for _, change := range []func(h http.Header){
		func(h http.Header) {
			h.Set("Content-Type", "text/plain")
		}, func(h http.Header) { h.Set("Content-Type", "application/json; charset=utf-8") },
		func(h http.Header) {
			h.Del("Content-Type")
		}, func(h http.Header) {
			h.Set("Allow", "GET")
		}, func(h http.Header) { h.Set("Location", "b") },
	} {
		a, b := createExchange("{}"), createExchange("{}")
		a.ResponseHeader.Set("Location", "a")
		b.ResponseHeader.Set("Location", "a")
		change(b.ResponseHeader)
		collect(normalize(a), normalize(b))
	}
	collect(normalize(rejected("name-unique", "taken")),
		normalize(rejected("token-limit", "taken")))
	status, kind := createExchange("{}"), createExchange("{}")
	status.Status, kind.ResponseBody = 201, "<p>"
	collect(normalize(createExchange("{}")), normalize(status))
	collect(normalize(createExchange("{}")), normalize(kind))
	for _, rule := range recording.Rules() {
		if reached[rule.Kind] != rule.Severity {
			t.Errorf("no difference is %s: %s", rule.Severity, rule.Kind)
		}
		if rule.Description == "" || rule.Reason == "" {
			t.Errorf("%s has no description or no reason", rule.Kind)
		}
		golden.Check(t, "testdata/messages.golden", "kind "+string(rule.Kind),
			rule.Description+": "+rule.Reason)
	}
}

// rejected returns an exchange in which a create is rejected, by a rule of a patmock if there is
// one.
func rejected(rule string, causes ...string) recording.Exchange {
	x := exchange("POST", tokens, `{"name":"patmock-abc-1"}`, 400, "")
	if rule != "" {
		x.ResponseHeader.Set("X-Patmock-Rule", rule)
	}
	advice := []map[string]string{}
	for _, text := range causes {
		advice = append(advice, map[string]string{"locale": "en-US", "text": text})
	}
	x.ResponseBody = string(mustJSON(map[string]any{
		"detailCode": "400.1", "messages": []map[string]string{{"text": "No."}}, "causes": advice,
	}))
	return x
}

// TestDiff_IgnoresAdvice checks that the rules of a patmock are compared instead of its causes. The
// causes of a tenant are compared.
func TestDiff_IgnoresAdvice(t *testing.T) {
	const at = "/exchanges/0/response/"
	for _, test := range []struct {
		name string
		a, b recording.Exchange
		want []string
	}{
		{
			"other advice", rejected("name-unique", "line 1, column 7"),
			rejected("name-unique", "line 2, column 8", "it is -3h0m0s from wall time"), nil,
		},
		{
			"another rule", rejected("name-unique", "taken"), rejected("token-limit", "taken"),
			[]string{
				`harmless: rule-changed ` + at +
					`header/X-Patmock-Rule -"name-unique" +"token-limit"`,
			},
		},
		{"a tenant without causes", rejected("name-unique", "taken"), rejected(""), nil},
		{"a patmock after a tenant", rejected(""), rejected("name-unique", "taken"), nil},
		{
			"a tenant with a cause", rejected("name-unique", "taken"), rejected("", "taken"),
			[]string{
				`unknown: element-added ` + at +
					`body/value/causes/0 - +{"locale":"en-US","text":"taken"}`,
			},
		},
		{
			"two tenants", rejected("", "taken"), rejected("", "in use"), []string{
				`harmless: text-changed ` + at + `body/value/causes/0/text -"taken" +"in use"`,
			},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff(test.want,
				formatDifferences(recording.Diff(normalize(test.a),
					normalize(test.b)))); diff != "" {
				t.Errorf("differences (-want +got):\n%s", diff)
			}
		})
	}
	stringCauses := rejected("name-unique")
	stringCauses.ResponseBody = `{"causes":"none"}`
	if got := normalize(stringCauses).Exchanges[0].Response.Body.Text("causes"); got != "none" {
		t.Errorf("causes that are not a list became %q", got)
	}
}

// TestDiff_BracketsInText checks that a text that looks like a reference is compared as text.
func TestDiff_BracketsInText(t *testing.T) {
	text := func(text string) recording.Case {
		return normalize(createExchange(`{"text":` + string(mustJSON(text)) + `}`))
	}
	for _, test := range []struct{ a, b string }{
		{"id-7 is there", "id-8 is there"}, {"⟨id-7⟩ is there", "⟨id-8⟩ is there"}, {
			"⟨⟨id-7⟩⟩", "⟨⟨id-8⟩⟩",
		},
	} {
		if got := recording.Diff(text(test.a), text(test.b)); len(got) != 1 ||
			got[0].Kind != recording.TextChanged {
			t.Errorf("%q and %q: differences %v", test.a, test.b, formatDifferences(got))
		}
	}
	if got := recording.Diff(text("⟨"+otherID+"⟩"),
		text("⟨"+strings.Repeat("b", 32)+"⟩")); len(got) != 0 {
		t.Errorf("differences %v", formatDifferences(got))
	}
}

// TestDiff_PairsReferences checks that an additional token on one side changes no other reference.
func TestDiff_PairsReferences(t *testing.T) {
	another := exchange("POST", tokens, `{"name":"patmock-abc-0","expirationDate":"`+sentDate+`"}`,
		200, token(`{"secret":"x","id":"`+otherID+`","name":"patmock-abc-0"}`))
	rejectedCreate := exchange("POST", tokens,
		`{"name":"patmock-abc-0","expirationDate":"`+sentDate+`"}`, 400, `{"detailCode":"400.1"}`)
	rest := []recording.Exchange{
		createExchange("{}"), exchange("DELETE", tokens+"/"+tokenID, "", 204, ""),
	}
	a := normalize(append([]recording.Exchange{rejectedCreate}, rest...)...)
	b := normalize(append([]recording.Exchange{another}, rest...)...)
	for _, d := range recording.Diff(a, b) {
		if !strings.HasPrefix(d.At, "/exchanges/0/response/") {
			t.Errorf("difference in another exchange: %v",
				formatDifferences([]recording.Difference{d}))
		}
	}
	// A reference that corresponds to two others is a difference.
	wrong := exchange("DELETE", tokens+"/"+otherID, "", 204, "")
	if diff := cmp.Diff([]string{
		`unknown: request-changed /exchanges/2/request/path ` +
			`-"/v2026/personal-access-tokens/⟨id-2⟩" ` +
			`+"/v2026/personal-access-tokens/⟨id-1⟩"`,
	},
		formatDifferences(recording.Diff(normalize(another, createExchange("{}"), rest[1]),
			normalize(another, createExchange("{}"), wrong)))); diff != "" {
		t.Errorf("differences (-want +got):\n%s", diff)
	}
}

// TestDiff_AlignsExchanges checks that a missing exchange does not shift the others.
func TestDiff_AlignsExchanges(t *testing.T) {
	get, remove := exchange("GET", tokens, "", 200, "[]"),
		exchange("DELETE", tokens+"/"+tokenID, "", 204, "")
	got := recording.Diff(normalize(createExchange("{}"), get, remove),
		normalize(createExchange("{}"), remove))
	if len(got) != 1 || got[0].At != "/exchanges/1" || got[0].Severity != recording.Breaking ||
		got[0].Request != "GET "+tokens || got[0].B != "" {
		t.Errorf("differences %v", formatDifferences(got))
	}
	got = recording.Diff(normalize(createExchange("{}"), remove),
		normalize(createExchange("{}"), get, remove))
	if len(got) != 1 || got[0].At != "/exchanges/1" || got[0].Severity != recording.Unknown ||
		got[0].A != "" {
		t.Errorf("differences %v", formatDifferences(got))
	}
}

// TestDiff_DifferentOperations checks that requests of different operations are never compared.
func TestDiff_DifferentOperations(t *testing.T) {
	got := recording.Diff(normalize(exchange("GET", tokens, "", 200, "[]")),
		normalize(exchange("DELETE", tokens+"/"+tokenID, "", 204, "")))
	if len(got) != 2 || got[0].B != "" || got[1].A != "" {
		t.Errorf("differences %v", formatDifferences(got))
	}
}

// TestDiff_AlignsElements checks that elements correspond if their ids do, or if both ids are new.
func TestDiff_AlignsElements(t *testing.T) {
	const at, low, high = "/exchanges/1/response/body/value/items/0",
		"11111111111111111111111111111111", "22222222222222222222222222222222"
	run := func(id string, x int) recording.Case {
		return normalize(exchange("GET", tokens, "", 200, `{"a":"`+low+`","b":"`+high+`"}`),
			exchange("GET", tokens, "", 200, fmt.Sprintf(`{"items":[{"id":%q,"x":%d}]}`, id, x)))
	}
	for _, test := range []struct {
		name, a, b string
		want       []string
	}{
		{
			"new ids", otherID, strings.Repeat("b", 32), []string{
				"unknown: value-changed " + at + "/x -1 +2",
			},
		},
		{"the same id", low, low, []string{"unknown: value-changed " + at + "/x -1 +2"}},
		{"another id", low, high, []string{
			`unknown: element-removed ` + at + ` -{"id":"⟨id-1⟩","x":1} +`,
			`unknown: element-added ` + at + ` - +{"id":"⟨id-2⟩","x":2}`,
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff(test.want,
				formatDifferences(recording.Diff(run(test.a, 1), run(test.b, 2)))); diff != "" {
				t.Errorf("differences (-want +got):\n%s", diff)
			}
		})
	}
}

func TestDiff_AccessTokens(t *testing.T) {
	login := func(claims string) recording.Case {
		return normalize(exchange("POST", "/oauth/token", "", 200,
			`{"access_token":"eyJhbGciOiJFUzI1NiJ9.`+claims+`.c2ln"}`))
	}
	want := []string{
		`breaking: property-removed /accessTokens/access-token-1/claims/exp -"number" +`,
		`breaking: type-changed /accessTokens/access-token-1/claims/org -"string" +"number"`,
	}
	got := recording.Diff(login("eyJleHAiOjEsIm9yZyI6ImEifQ"), login("eyJvcmciOjF9"))
	if diff := cmp.Diff(want, formatDifferences(got)); diff != "" {
		t.Errorf("differences (-want +got):\n%s", diff)
	}
}

func recordingOf(all ...recording.Case) *recording.Recording {
	return &recording.Recording{Cases: all}
}

// TestCompare_SkipsGatewayResponses checks that a case with a response of a gateway is not
// compared, unless it passed because the fault was injected.
func TestCompare_SkipsGatewayResponses(t *testing.T) {
	of := func(outcome report.Outcome, status int) recording.Case {
		x := exchange("GET", tokens, "", status, "[]")
		return recording.Normalize(recording.RawCase{
			Scenario: "a/a", Outcome: outcome, Exchanges: []recording.Exchange{x},
		}, base, true)
	}
	tests := []struct {
		name     string
		a, b     recording.Case
		untested int
	}{
		{"gateway in the second", of(report.Pass, 200), of(report.Error, 503), 1},
		{"gateway in the first", of(report.Error, 502), of(report.Pass, 200), 1},
		{
			"gateway in a recording of an older patmock", of(report.Pass, 200),
			of(report.Fail, 504), 1,
		},
		{"injected fault", of(report.Pass, 503), of(report.Pass, 503), 0},
		{"error of the API", of(report.Pass, 200), of(report.Fail, 500), 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := recording.Compare(recordingOf(tt.a), recordingOf(tt.b))
			if len(got.Untested) != tt.untested || got.Compared != 1-tt.untested {
				t.Errorf("%d untested and %d compared, want %d untested", len(got.Untested),
					got.Compared, tt.untested)
			}
			if tt.untested > 0 {
				checkMessage(t, "text", got.Text())
			}
		})
	}
}

func TestCompare(t *testing.T) {
	in := func(
		scenario string, v version.Version, outcome report.Outcome, exchanges ...recording.Exchange,
	) recording.Case {
		return recording.Normalize(recording.RawCase{
			Scenario: scenario, Version: v, Outcome: outcome, Exchanges: exchanges,
		}, base, true)
	}
	list, broken := exchange("GET", tokens, "", 200, "[]"), exchange("GET", tokens, "", 500, "[]")
	a := recordingOf(in("a/a", version.V3, report.Pass, list),
		in("a/a", version.V2026, report.Pass, list), in("a/b", "", report.Pass),
		in("a/c", "", report.Skip), in("a/d", "", report.Pass), in("a/f", "", report.Provisional))
	b := recordingOf(in("a/a", version.V3, report.Fail, broken),
		in("a/a", version.V2026, report.Fail, broken), in("a/c", "", report.Skip),
		in("a/d", "", report.Skip), in("a/e", "", report.Pass), in("a/f", "", report.Pass))
	b.Interrupted = true
	a.Documents, b.Documents = map[string]string{"v3": "a", "v1": "a"}, map[string]string{
		"v3": "b", "v1": "a",
	}
	got := recording.Compare(a, b)
	if got.Compared != 3 || got.AllSuppressed() {
		t.Errorf("compared %d, the same: %v", got.Compared, got.AllSuppressed())
	}
	want := []string{
		"a/a/v3 breaking promise-broken /outcome",
		"a/a/v3 breaking status-changed /exchanges/0/response/status",
		"a/a/v2026 breaking promise-broken /outcome",
		"a/a/v2026 breaking status-changed /exchanges/0/response/status",
	}
	differences := []string{}
	for _, d := range got.Differences {
		differences = append(differences,
			fmt.Sprint(d.Name(), " ", d.Severity, " ", d.Kind, " ", d.At))
	}
	if diff := cmp.Diff(want, differences); diff != "" {
		t.Errorf("differences (-want +got):\n%s", diff)
	}
	for _, names := range []struct {
		what      string
		want, got []string
	}{
		{"only A", []string{"a/b"}, got.OnlyA}, {"only B", []string{"a/e"}, got.OnlyB}, {
			"skipped", []string{"a/d"}, got.Skipped,
		},
	} {
		if diff := cmp.Diff(names.want, names.got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", names.what, diff)
		}
	}
	checkMessage(t, "text", got.Text())
	warnings := []recording.Warning{
		{Kind: recording.WarnInterrupted, Subjects: []string{"second"}}, {
			Kind: recording.WarnOtherDocuments, Subjects: []string{"v3"},
		},
	}
	checkWarnings(t, warnings, got.Warnings())
	same := recording.Compare(a, a)
	if len(same.Differences) > 0 || same.Compared != 5 || !same.AllSuppressed() {
		t.Errorf("with itself: %s", same.Text())
	}
	checkMessage(t, "text of no difference", same.Text())
}
