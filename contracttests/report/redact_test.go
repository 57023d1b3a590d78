package report_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"example.com/patmock/contracttests/report"
	"example.com/patmock/spec/version"
)

const (
	hexSecret = "cafefacecafefacecafefacecafefacecafefacecafefacecafefacecafeface"
	jwt       = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIn0.c2lnbmF0dXJl"
)

// redactText returns a text as it appears in a report.
func redactText(t *testing.T, text string) string {
	t.Helper()
	r := reportOf(withResult(report.Fail, text, pass("create/a", version.V3)))
	got, err := report.Read(strings.NewReader(write(t, "json", r)))
	if err != nil {
		t.Fatal(err)
	}
	return got.Results[0].Message
}

func TestWrite_RedactsSecrets(t *testing.T) {
	for _, test := range []struct{ name, text, want string }{
		{
			"words of a violation",
			"/access_token: expected a string, got 5; Prefer: code=401 was set",
			"/access_token: expected a string, got 5; Prefer: code=401 was set",
		},
		{"secret of a token", "got " + hexSecret + ".", "got [redacted]."},
		{"in capitals, longer", strings.ToUpper(hexSecret) + "01", "[redacted]"},
		{"access token", "got " + jwt + ",", "got [redacted],"},
		{"access token, cut off", "got eyJhbGciOiJub25lIn0", "got [redacted]"},
		{
			"header", "Authorization: Bearer x\nAccept: a",
			"Authorization: Bearer [redacted]\nAccept: a",
		},
		{"header, basic", "authorization: basic dTpw\r\n", "authorization: basic [redacted]\r\n"},
		{
			"header in JSON", `{"Authorization":["Bearer x"]}`,
			`{"Authorization":["Bearer [redacted]"]}`,
		},
		{"credentials alone", "sent Basic aHVudGVyMjpodW50ZXIy=", "sent Basic [redacted]"},
		{"form", "a=b&client_secret=hunter2&c=d", "a=b&client_secret=[redacted]&c=d"},
		{"query", "GET /x?access_token=hunter2 HTTP", "GET /x?access_token=[redacted] HTTP"},
		{"encoded", "client_secret%3Dhunter2", "client_secret%3D[redacted]"},
		{
			"quote within quotes of a shell", `'client_secret=hun'\''ter2&a=b'`,
			`'client_secret=[redacted]&a=b'`,
		},
		{"backslash", `client_secret=hun\ter2\"`, `client_secret=[redacted]\"`},
		{"in quotes", `client_secret = "hunter 2" a`, `client_secret = "[redacted]" a`},
		{
			"JSON", `{"id":"1","secret": "hunter2","name":"a"}`,
			`{"id":"1","secret": "[redacted]","name":"a"}`,
		},
		{
			"JSON with quotes in it", `{"secret":"hun\"ter\\","name":"a"}`,
			`{"secret":"[redacted]","name":"a"}`,
		},
		{
			"JSON in JSON", `"{\"secret\":\"hun\\\"ter2\",\"name\":\"a\"}"`,
			`"{\"secret\":\"[redacted]\",\"name\":\"a\"}"`,
		},
		{"JSON, cut off", `{"secret":"hunter2...`, `{"secret":"[redacted]`},
		{
			"JSON in JSON, cut off there", `{"a":"{\"secret\":\"hunter2","b":1}`,
			`{"a":"{\"secret\":\"[redacted]","b":1}`,
		},
		{"JSON list", `{"token":["a","b"],"c":1}`, `{"token":[[redacted]],"c":1}`},
		{"JSON number", `{"token":12345,"a":1}`, `{"token":[redacted],"a":1}`},
		{"JSON over lines", "\"secret\":\n  \"hunter2\"", "\"secret\":\n  \"[redacted]\""},
		{
			"camel case", `{"clientSecret":"a","accessToken":"b"}`,
			`{"clientSecret":"[redacted]","accessToken":"[redacted]"}`,
		},
		{
			"difference", "-\u00a0\t\"secret\":\u00a0string(\"hunter2\"),",
			"-\u00a0\t\"secret\":\u00a0string([redacted]),",
		},
		{
			"difference in pieces",
			`"secret": strings.Join({` + "\n\t\"hunter\",\n-\t\"2)\",\n" + `}, ""), "name": 1`,
			`"secret": strings.Join([redacted]), "name": 1`,
		},
		{"field", `ClientSecret: "hunter2", Name: "a"`, `ClientSecret: "[redacted]", Name: "a"`},
		{"field in backquotes", "\"secret\": `hun\"ter2`, 1", "\"secret\": `[redacted]`, 1"},
		{"header of a name", "X-Client-Secret: hunter2", "X-Client-Secret: [redacted]"},
		{
			"two", `{"secret":"a","x":"` + hexSecret + `"}`,
			`{"secret":"[redacted]","x":"[redacted]"}`,
		},
		{"one in another", "client_secret=" + jwt, "client_secret=[redacted]"},
		{
			"behind one that is open", `secret= "secret": "hunter2"`,
			`secret= "[redacted]": "[redacted]"`,
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := redactText(t, test.text)
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("text (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(got, redactText(t, got)); diff != "" {
				t.Errorf("redacting twice changes the text (-once +twice):\n%s", diff)
			}
		})
	}
}

func TestWrite_KeepsOtherText(t *testing.T) {
	for _, text := range []string{
		"", "A token's secret is long, and nothing else.", "create/secret-is-shown-once",
		"the secret: shown once",
		"rate limit per token: expected 429",
		`Www-Authenticate: Bearer realm="a", error="invalid_token"`, "a Bearer token is missing",
		"basic authentication is rejected", hexSecret[1:], "2c9180835d2e5168015d32f890ca1581",
		"v3 #/components/schemas/CreatePersonalAccessTokenResponse",
		`curl -H "Authorization: Bearer $TOKEN" 'https://x/y'`,
		`{"secret":null,"token":"","accessTokenValiditySeconds":600,"tokens":["a"]}`,
		"client_secret=&a=b", "--data-binary 'client_secret=' 'https://x/oauth/token'",
		"client_secret=\n\n400 Bad Request", "secret = nothing", "token", "secret=", `secret":`,
		"grant_type=client_credentials&client_id=a&token_type=bearer", "eyJ", "the key eyes",
	} {
		if got := redactText(t, text); got != text {
			t.Errorf("%q became %q", text, got)
		}
	}
}
