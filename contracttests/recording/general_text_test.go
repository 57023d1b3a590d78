package recording_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"testing"

	"example.com/patmock/contracttests/recording"
)

// normalizeStep returns an exchange in normal form, as read from a recording.
func normalizeStep(t *testing.T, x recording.Exchange) (s recording.Step) {
	t.Helper()
	text, err := json.Marshal(normalize(x).Exchanges[0])
	if err != nil {
		t.Fatal(err)
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	if err := d.Decode(&s); err != nil {
		t.Fatal(err)
	}
	return s
}

// TestStep_GeneralText checks that a text with a placeholder or a value of the request is specific.
func TestStep_GeneralText(t *testing.T) {
	form := func(body string) recording.Exchange {
		x := exchange("POST", "/oauth/token", "", 400, "")
		x.Header, x.Body = http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}, body
		return x
	}
	rejectedExchange := func(method, path, body string) recording.Exchange {
		return exchange(method, path, body, 400, "")
	}
	create := rejectedExchange("POST", tokens,
		`{"name":"patmock-abc-1","scope":["patmock:no-such-scope","me"],`+
			`"accessTokenValiditySeconds":900}`)
	for _, test := range []struct {
		name string
		sent recording.Exchange
		text string
		want bool
	}{
		{"nothing", create, "", true},
		{"a sentence", create, "A token with that name exists, as of 400.1.3 and limit 10.", true},
		{
			"former texts of the mock", create,
			"a line and column, as far from wall time as it is, no-such-..., name-1, date, …", true,
		},
		{"brackets", create, "⟨id-1⟩", true},
		{"redacted by the target", create, "[redacted]", true},
		{"name", create, "patmock-abc-1 is taken.", false},
		{"shortened name", create, "patmock-ab... is taken.", false},
		{"unknown id", create, "Token " + otherID + " is not there.", false},
		{"date", create, "Since " + sentDate + ".", false},
		{"secret", create, "client_secret=hunter2", false},
		{"long text", create, string(make([]byte, 500)), false},
		{"scope", create, `Unknown scope "patmock:no-such-scope".`, false},
		{"part of a scope", create, "A patmock knows no-such-scope.", true},
		{"short value", create, "Write to me.", true},
		{"number", create, "900 seconds are too few.", false},
		{"part of a number", create, "At most 9000 seconds.", true},
		{"content type", create, "Content type 'application/json' is not supported.", false},
		{"path", create, "No endpoint POST /v2026/personal-access-tokens.", false},
		{"grant", form("grant_type=no_such_grant"), "Unsupported grant type: no_such_grant", false},
		{"word of the path", form("grant_type=no_such_grant"), "The token is not valid.", true},
		{
			"id in the path", rejectedExchange("DELETE", tokens+"/no-such-token", ""),
			"There is no no-such-token.", false,
		},
		{
			"query",
			rejectedExchange("GET", tokens+"?filters=name+eq+%22patmock%22&owner-id=me", ""),
			`Cannot parse name eq "patmock": no field of that name.`, false,
		},
		{
			"part of a query",
			rejectedExchange("GET", tokens+"?filters=name+eq+%22patmock%22&owner-id=me", ""),
			"There is no field of that name.", true,
		},
		{
			"field of a patch",
			rejectedExchange("PATCH", tokens+"/"+tokenID,
				`[{"op":"replace","path":"/owner","value":1}]`),
			`Illegal attempt to modify "owner" field.`, false,
		},
		{
			"another field",
			rejectedExchange("PATCH", tokens+"/"+tokenID,
				`[{"op":"replace","path":"/owner","value":1}]`),
			`Illegal attempt to modify "ownership".`, true,
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			test.sent.ResponseBody = string(mustJSON(map[string]string{"text": test.text}))
			s := normalizeStep(t, test.sent)
			text := s.Response.Body.Text("text")
			if got, ok := s.GeneralText(text); ok != test.want || ok && got != test.text {
				t.Errorf("General(%q) is %q, %v", text, got, ok)
			}
		})
	}
}
