package recording_test

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"example.com/patmock/contracttests/recording"
	"example.com/patmock/contracttests/report"
	"example.com/patmock/spec/version"
)

const (
	base      = "https://acme.api.identitynow.com"
	tokens    = "/v2026/personal-access-tokens"
	tokenID   = "0123456789abcdef0123456789abcdef"
	otherID   = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	ownerID   = "2c9180835d2e5168015d32f890ca1581"
	secretHex = "cafefacecafefacecafefacecafefacecafefacecafefacecafefacecafeface"
	sentDate  = "2027-01-31T12:00:00.250Z"
)

// token returns a token as JSON with some properties replaced.
func token(overrides ...string) string {
	object := map[string]any{
		"id": tokenID, "name": "patmock-abc-1", "owner": map[string]any{
			"type": "IDENTITY", "id": ownerID, "name": "jane.doe",
		},
		"created": "2026-12-01T08:00:00.001Z", "expirationDate": sentDate, "scope": []string{
			"sp:scopes:all",
		}, "accessTokenValiditySeconds": 43200,
	}
	for _, override := range overrides {
		if err := json.Unmarshal([]byte(override), &object); err != nil {
			panic(err)
		}
	}
	return string(mustJSON(object))
}

func exchange(method, path, body string, status int, responseBody string) recording.Exchange {
	x := recording.Exchange{
		Method: method, URL: base + path, Header: http.Header{}, Body: body, Status: status,
		ResponseBody: responseBody,
		ResponseHeader: http.Header{
			"Content-Type": {"application/json"}, "Slpt-Request-Id": {
				"feedfeedfeedfeedfeedfeedfeedfeed",
			},
		},
	}
	if body != "" {
		x.Header.Set("Content-Type", "application/json")
	}
	return x
}

// createExchange returns an exchange that creates a token.
func createExchange(overrides string) recording.Exchange {
	return exchange("POST", tokens, `{"name":"patmock-abc-1","expirationDate":"`+sentDate+`"}`, 200,
		token(`{"secret":"`+secretHex+`"}`, overrides))
}

func normalize(exchanges ...recording.Exchange) recording.Case {
	return recording.Normalize(recording.RawCase{
		Scenario: "create/a", Version: version.V2026, Outcome: report.Pass, Exchanges: exchanges,
	}, base, true)
}

func encodeIndented(t *testing.T, value any) string {
	t.Helper()
	text, err := json.MarshalIndent(value, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestNormalize_Step(t *testing.T) {
	x := createExchange("{}")
	x.Header.Set("Authorization", "Bearer opaque-token-of-a-tenant")
	x.ResponseHeader.Set("Retry-After", "7")
	x.ResponseHeader.Set("Date", "Tue, 01 Dec 2026 08:00:00 GMT")
	x.ResponseHeader.Set("Server", "nginx of acme")
	x.ResponseHeader.Set("X-Sailpoint-Experimental", "true")
	want := `{
 "request": {
  "method": "POST",
  "path": "/v2026/personal-access-tokens",
  "header": {
   "Authorization": "Bearer ⟨access-token-1: 24 characters⟩",
   "Content-Type": "application/json"
  },
  "body": {
   "format": "json",
   "value": {
    "expirationDate": "⟨date-1⟩",
    "name": "⟨name-1⟩"
   }
  }
 },
 "response": {
  "status": 200,
  "header": {
   "Content-Type": "application/json",
   "Date": "⟨date⟩",
   "Retry-After": "⟨seconds⟩",
   "Slpt-Request-Id": "⟨request-1⟩",
   "X-Sailpoint-Experimental": "true"
  },
  "body": {
   "format": "json",
   "value": {
    "accessTokenValiditySeconds": 43200,
    "created": "⟨date: UTC, milliseconds⟩",
    "expirationDate": "⟨date-1⟩",
    "id": "⟨id-1⟩",
    "name": "⟨name-1⟩",
    "owner": {
     "id": "⟨identity-1⟩",
     "name": "⟨user-1⟩",
     "type": "IDENTITY"
    },
    "scope": [
     "sp:scopes:all"
    ],
    "secret": "⟨secret-1⟩"
   }
  }
 }
}`
	if diff := cmp.Diff(want, encodeIndented(t, normalize(x).Exchanges[0])); diff != "" {
		t.Errorf("step (-want +got):\n%s", diff)
	}
}

// TestNormalize_Properties checks properties in the response to create.
func TestNormalize_Properties(t *testing.T) {
	for _, test := range []struct {
		name, property, value string
		want                  any
	}{
		{"the date that was sent", "expirationDate", `"` + sentDate + `"`, "⟨date-1⟩"},
		{
			"the same in another zone", "expirationDate", `"2027-01-31T14:00:00.250+02:00"`,
			"⟨date-1: +02:00, milliseconds⟩",
		},
		{
			"with nanoseconds", "expirationDate", `"2027-01-31T12:00:00.250000000Z"`,
			"⟨date-1: UTC, nanoseconds⟩",
		},
		{
			"a date of the target", "expirationDate", `"2027-01-31T12:00:00.251Z"`,
			"⟨date: UTC, milliseconds⟩",
		},
		{"cut to seconds", "expirationDate", `"2027-01-31T12:00:00Z"`, "⟨date: UTC, seconds⟩"},
		{
			"months", "expirationDate", `"2027-06-01T08:00:00.001Z"`,
			"⟨date: UTC, milliseconds, 6 months after created⟩",
		},
		{
			"months, a second late", "expirationDate", `"2027-06-01T08:00:01Z"`,
			"⟨date: UTC, seconds, 6 months after created⟩",
		},
		{
			"days", "expirationDate", `"2026-12-03T08:00:00.001Z"`,
			"⟨date: UTC, milliseconds, 2 days after created⟩",
		},
		{"a far date", "expirationDate", `"9999-12-31T23:59:59.999Z"`, "⟨date: UTC, milliseconds⟩"},
		{"null", "expirationDate", `null`, nil},
		{"no date", "expirationDate", `"2027-01-31 12:00"`, "⟨date: 0000-00-00 00:00⟩"},
		{
			"created as sent, by chance", "created", `"` + sentDate + `"`,
			"⟨date: UTC, milliseconds⟩",
		},
		{"number", "accessTokenValiditySeconds", `15`, json.Number("15")},
		{"enumeration", "scope", `["sp:scopes:default","a b"]`, []any{"sp:scopes:default", "a b"}},
		{"empty list", "scope", `[]`, []any{}},
		{"id with dashes", "id", `"01234567-89ab-cdef-0123-456789abcdef"`, "⟨id-1: UUID⟩"},
		{"secret that is short", "secret", `"cafeface"`, "⟨secret-1: 8 hexadecimal digits⟩"},
		{"secret that is masked", "secret", `"********"`, "⟨secret-1: masked⟩"},
		{"secret that is no text", "secret", `true`, true},
		{"name that was sent", "name", `"patmock-abc-1"`, "⟨name-1⟩"},
		{"name that was changed", "name", `"patmock-abc-1 \"Zürich\""`, `⟨name-1⟩ "Zürich"`},
		{"name that the contract did not choose", "name", `"laptop of Jane"`, "⟨name-2⟩"},
		{
			"long text", "note", `"` + strings.Repeat("long ", 100) + `"`,
			strings.Repeat("long ", 40) + "⟨cut: 500 characters⟩",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := normalize(createExchange(`{"` + test.property + `":` + test.value +
				`}`)).Exchanges[0].Response.Body.Object()[test.property]
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("%s (-want +got):\n%s", test.property, diff)
			}
		})
	}
}

// TestNormalize_DatesAcrossExchanges checks that equal dates of two tokens have different
// references, and that later dates are compared with earlier ones.
func TestNormalize_DatesAcrossExchanges(t *testing.T) {
	second := exchange("POST", tokens, `{"name":"patmock-abc-2","expirationDate":"`+sentDate+`"}`,
		200, token(`{"secret":"x","id":"`+otherID+`","name":"patmock-abc-2"}`))
	list := exchange("GET", tokens+"?owner-id=me&filters=lastUsed+le+2026-12-24T10%3A00%3A00.000Z",
		"", 200,
		"["+token(`{"lastUsed":null}`)+","+
			token(`{"id":"`+otherID+
				`","name":"patmock-abc-2","created":"2026-12-01T08:00:00.002Z"}`)+"]")
	later := exchange("GET", tokens, "", 200,
		"["+
			token(`{"created":"2026-12-01T07:00:00.001Z",`+
				`"expirationDate":"2028-01-01T00:00:00.000Z"}`)+"]")
	got := normalize(createExchange("{}"), second, list, later)
	if diff := cmp.Diff(map[string][]string{
		"owner-id": {"me"}, "filters": {"lastUsed le ⟨date-3⟩"},
	}, got.Exchanges[2].Request.Query); diff != "" {
		t.Errorf("query (-want +got):\n%s", diff)
	}
	listed := got.Exchanges[2].Response.Body.Value.([]any)
	moved := got.Exchanges[3].Response.Body.Value.([]any)
	dates := []any{}
	for _, element := range append(listed, moved...) {
		dates = append(dates, element.(map[string]any)["created"],
			element.(map[string]any)["expirationDate"])
	}
	want := []any{
		"⟨date: UTC, milliseconds, as before⟩", "⟨date-1⟩",
		"⟨date: UTC, milliseconds, later than before⟩", "⟨date-2⟩",
		"⟨date: UTC, milliseconds, earlier than before⟩",
		"⟨date: UTC, milliseconds, later than before⟩",
	}
	if diff := cmp.Diff(want, dates); diff != "" {
		t.Errorf("created and expirationDate (-want +got):\n%s", diff)
	}
}

// TestNormalize_RemovesForeignTokens checks that a list has only the tokens of the case. The token
// that logs in keeps the names of its properties only.
func TestNormalize_RemovesForeignTokens(t *testing.T) {
	login := exchange("POST", "/oauth/token", "", 200, `{"access_token":"a","token_type":"bearer"}`)
	login.Body = "grant_type=client_credentials&client_id=" + ownerID[:30] +
		"aa&client_secret=hunter22hunter22"
	login.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	foreign := token(`{"id":"` + otherID + `","name":"payroll"}`)
	leftover := token(`{"id":"` + strings.Repeat("b", 32) + `","name":"patmock-xyz-7"}`)
	own := token(`{"id":"` + ownerID[:30] + `aa","name":"nightly job","expirationDate":null}`)
	list := exchange("GET", tokens, "", 200,
		"["+strings.Join([]string{foreign, own, leftover, token("{}")}, ",")+"]")
	names := func(realTenant bool) []any {
		got := recording.Normalize(recording.RawCase{
			Exchanges: []recording.Exchange{login, createExchange("{}"), list},
		}, base, realTenant)
		if text := encodeIndented(t, got); strings.Contains(text, "payroll") ||
			strings.Contains(text, "nightly") {
			t.Errorf("the name of a foreign token is recorded:\n%s", text)
		}
		var all []any
		for _, element := range got.Exchanges[2].Response.Body.Value.([]any) {
			object := element.(map[string]any)
			all = append(all, object["id"], object["name"], object["expirationDate"])
		}
		return all
	}
	if diff := cmp.Diff([]any{"⟨login-1⟩", "⟨any⟩", "⟨any⟩", "⟨id-1⟩", "⟨name-1⟩", "⟨date-1⟩"},
		names(true)); diff != "" {
		t.Errorf("on a real tenant (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]any{
		"⟨login-1⟩", "⟨any⟩", "⟨any⟩", "⟨id-1⟩", "⟨name-1⟩", "⟨date-1⟩", "⟨id-2⟩", "⟨name-2⟩",
		"⟨date-1⟩",
	}, names(false)); diff != "" {
		t.Errorf("on a patmock with tokens of the control API (-want +got):\n%s", diff)
	}
}

// TestNormalize_SortsByAge checks that the order of random ids does not matter.
func TestNormalize_SortsByAge(t *testing.T) {
	create := func(id, name string) recording.Exchange {
		return exchange("POST", tokens, `{"name":"`+name+`"}`, 200,
			token(`{"secret":"x","id":"`+id+`","name":"`+name+`"}`))
	}
	bulkCase := func(method, path, first, second string) recording.Case {
		responseBody := "[" + token(`{"id":"`+first+`","name":"patmock-abc-1"}`) + "," +
			token(`{"id":"`+second+`","name":"patmock-abc-2"}`) + "]"
		return normalize(create(first, "patmock-abc-1"), create(second, "patmock-abc-2"),
			exchange(method, path, `{"ids":["`+second+`","`+first+`"]}`, 200, responseBody))
	}
	const bulk = "/personal-access-tokens/v1/bulk-update"
	low, high := strings.Repeat("0", 32), strings.Repeat("f", 32)
	sorted := bulkCase("PATCH", bulk, low, high)
	// In reverse the same order is not sorted by id.
	unsorted := bulkCase("PATCH", bulk, high, low)
	if !sorted.Exchanges[2].Response.SortedByID || unsorted.Exchanges[2].Response.SortedByID {
		t.Errorf("sorted by id: %v and %v", sorted.Exchanges[2].Response.SortedByID,
			unsorted.Exchanges[2].Response.SortedByID)
	}
	if diff := cmp.Diff(sorted.Exchanges[2].Request, unsorted.Exchanges[2].Request); diff != "" {
		t.Errorf("requests (-sorted +unsorted):\n%s", diff)
	}
	swapped := exchange("GET", tokens, "", 200,
		"["+token(`{"id":"`+high+`","name":"patmock-abc-2"}`)+","+token(`{"id":"`+low+`"}`)+"]")
	got := normalize(create(low, "patmock-abc-1"), create(high, "patmock-abc-2"),
		swapped).Exchanges[2].Response.Body.Value.([]any)
	if first := got[0].(map[string]any)["id"]; first != "⟨id-1⟩" {
		t.Errorf("of two tokens created at the same time %v is the first", first)
	}
}

func TestNormalize_Requests(t *testing.T) {
	basic := base64.StdEncoding.EncodeToString([]byte(tokenID + ":" + secretHex))
	parts := "--b\r\nContent-Disposition: form-data; name=client_secret\r\n\r\n" + secretHex +
		"\r\n--b--\r\n"
	for _, test := range []struct {
		name, path, header, value, body, want string
	}{
		{
			"basic", "/oauth/token", "Authorization", "Basic " + basic, "",
			`{"method":"POST","path":"/oauth/token","header":{"Authorization":"Basic ⟨login-1⟩ ` +
				`⟨secret-1⟩"}}`,
		},
		{
			"query", "/oauth/token?client_secret=" + secretHex, "", "", "",
			`{"method":"POST","path":"/oauth/token","query":{"client_secret":["⟨secret-1⟩"]}}`,
		},
		{
			"invalid query", "/x?%zz=" + secretHex, "", "", "",
			`{"method":"POST","path":"/x","query":{"":["%zz=⟨secret-1⟩"]}}`,
		},
		{
			"namespace of a mock", "/t/contract-1-2/v3/x/" + tokenID, "", "", "",
			`{"method":"POST","path":"/v3/x/⟨id-1⟩"}`,
		},
		{
			"multipart", "/oauth/token", "Content-Type", "multipart/form-data; boundary=b", parts,
			`{"method":"POST","path":"/oauth/token",` +
				`"header":{"Content-Type":"multipart/form-data; boundary=b"},` +
				`"body":{"format":"multipart","value":{"client_secret":["⟨secret-1⟩"]}}}`,
		},
		{
			"no JSON", tokens, "Content-Type", "application/json",
			`{"name":"patmock-abc-1","expirationDate":"2027-02-30T`,
			`{"method":"POST","path":"` + tokens +
				`","header":{"Content-Type":"application/json"},"body":{"format":"text",` +
				`"value":"{\"name\":\"⟨name-1⟩\",\"expirationDate\":\"⟨date-1: 0000-00-00⟩T"}}`,
		},
		{
			"JSON patch", tokens, "Content-Type", "application/json-patch+json",
			`[{"op":"replace","path":"/name","value":"patmock-abc-1"}]`,
			`{"method":"POST","path":"` + tokens +
				`","header":{"Content-Type":"application/json-patch+json"},` +
				`"body":{"format":"json",` +
				`"value":[{"op":"replace","path":"/name","value":"⟨name-1⟩"}]}}`,
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			x := exchange("POST", test.path, "", 204, "")
			x.Body = test.body
			if test.header != "" {
				x.Header.Set(test.header, test.value)
			}
			got, err := json.Marshal(normalize(x).Exchanges[0].Request)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, string(got)); diff != "" {
				t.Errorf("request (-want +got):\n%s", diff)
			}
		})
	}
}

func TestNormalize_Texts(t *testing.T) {
	for _, test := range []struct{ text, want string }{
		{"Token patmock-abc-1 of jane.doe is there", "Token ⟨name-1⟩ of ⟨user-1⟩ is there"},
		{"jane.doesn't", "jane.doesn't"},
		{
			"see https://acme.api.identitynow.com/t/contract-1-2/oauth/info, request " +
				"feedfeedfeedfeedfeedfeedfeedfeed", "see ⟨host-1⟩/oauth/info, request ⟨request-1⟩",
		},
		{
			"no such token 01234567..., of patmock-abc-..., known as patmock-abc-12…",
			"no such token ⟨cut⟩..., of ⟨cut⟩..., known as ⟨name-2⟩…",
		},
		{
			"patmock and 0123456 are short, patmock-abd and 01234567f others",
			"patmock and 0123456 are short, patmock-abd and 01234567f others",
		},
		{"client_secret=hunter2", "client_secret=⟨redacted⟩"},
		{
			"authorization: Bearer opaque-token-of-a-tenant is wrong",
			"authorization: Bearer ⟨redacted⟩ is wrong",
		},
		{
			"[redacted] and ⟨id-1⟩ of patmock-abc-1, 5 > 4",
			"[redacted] and ⟨⟨id-1⟩⟩ of ⟨name-1⟩, 5 > 4",
		},
		{"⟨" + tokenID + "⟩⟩ or ⟨⟨x", "⟨⟨⟨id-1⟩⟩⟩⟩⟩ or ⟨⟨⟨⟨x"},
		{
			strings.Repeat("x", 196) + " " + tokenID + strings.Repeat(" x", 203),
			strings.Repeat("x", 196) + " ⟨cut⟩",
		},
		{"⟨" + strings.Repeat("x", 400), "⟨⟨" + strings.Repeat("x", 198) + "⟨cut: 401 characters⟩"},
		{"expected a date until " + sentDate + ".", "expected a date until ⟨date-1⟩."},
	} {
		x := createExchange(`{"messages":[{"text":` + string(mustJSON(test.text)) + `}]}`)
		x.URL += "/" + tokenID
		x.Body = x.Body[:len(x.Body)-1] + `,"note":"patmock-abc-12"}`
		x.Header.Set("Authorization", "Bearer opaque-token-of-a-tenant")
		got := normalize(x).
			Exchanges[0].Response.Body.Object()["messages"].([]any)[0].(map[string]any)["text"]
		if diff := cmp.Diff(any(test.want), got); diff != "" {
			t.Errorf("%q (-want +got):\n%s", test.text, diff)
		}
	}
}

func mustJSON(value any) []byte {
	text, err := json.Marshal(value)
	if err != nil {
		panic(err)
	}
	return text
}

func TestNormalize_AccessTokens(t *testing.T) {
	part := func(text string) string { return base64.RawURLEncoding.EncodeToString([]byte(text)) }
	jwt := part(`{"alg":"ES256","typ":"JWT","kid":"k1"}`) + "." +
		part(`{"exp":1,"scope":["Ag=="],"user_name":"jane.doe","internal":false,"x":null}`) + "." +
		part("signature")
	login := exchange("POST", "/oauth/token", "", 200,
		`{"access_token":"`+jwt+`","expires_in":43199,"exp":1798000000}`)
	got := normalize(login, exchange("POST", "/oauth/token", "", 200, `{"access_token":"opaque"}`))
	want := map[string]recording.AccessToken{
		"access-token-1": {
			Header: map[string]string{"alg": "ES256", "typ": "JWT", "kid": "string"},
			Claims: map[string]string{
				"exp": "number", "scope": "array of string", "user_name": "string",
				"internal": "boolean", "x": "null",
			},
		},
		"access-token-2": {},
	}
	if diff := cmp.Diff(want, got.AccessTokens); diff != "" {
		t.Errorf("access tokens (-want +got):\n%s", diff)
	}
	body := got.Exchanges[0].Response.Body.Object()
	if diff := cmp.Diff(map[string]any{
		"access_token": "⟨access-token-1⟩", "expires_in": json.Number("43199"),
		"exp": "⟨seconds since 1970⟩",
	}, body); diff != "" {
		t.Errorf("login (-want +got):\n%s", diff)
	}
}

func TestCase_DialectStep(t *testing.T) {
	got := recording.Normalize(recording.RawCase{
		Exchanges: []recording.Exchange{createExchange("{}")}, DialectEntries: map[string]int{
			"duplicate-name": 0, "odd": 1,
		},
	}, base, true)
	if s, found := got.DialectStep("duplicate-name"); !found || s.Request.Method != "POST" ||
		s.Response.Body.Text("name") != "⟨name-1⟩" {
		t.Errorf("step %v, %v", s, found)
	}
	for _, question := range []string{"token-limit", "odd"} {
		if s, found := got.DialectStep(question); found {
			t.Errorf("%s: step %v", question, s)
		}
	}
}

// TestNormalize_SortsConcurrentExchanges checks that the random order of statuses is removed.
func TestNormalize_SortsConcurrentExchanges(t *testing.T) {
	sortedStatuses := func(statuses ...int) (got []int) {
		var all []recording.Exchange
		for _, status := range statuses {
			x := exchange("GET", tokens, "", status, "[]")
			x.Concurrent = status != 201
			all = append(all, x)
		}
		for _, step := range normalize(all...).Exchanges {
			got = append(got, step.Response.Status)
		}
		return got
	}
	if diff := cmp.Diff([]int{200, 200, 429, 429, 201, 200, 429},
		sortedStatuses(429, 200, 429, 200, 201, 429, 200)); diff != "" {
		t.Errorf("statuses (-want +got):\n%s", diff)
	}
}
