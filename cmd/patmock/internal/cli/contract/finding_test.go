package contract

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"example.com/patmock/contracttests/recording"
	"example.com/patmock/mockserver/dialect"
)

// A proposal contains a text of the tenant if it does not depend on the request.
func TestProposal_KeepsGeneralTexts(t *testing.T) {
	const name, sailPoint = "patmock-abcdefgh-1",
		`{"detailCode":"409 Conflict","messages":[{"localeOrigin":"DEFAULT","text":TEXT}]}`
	for _, test := range []struct {
		entry, body, reply, text string
		adopted                  bool
	}{
		{dialect.DuplicateName, `{"name":"` + name + `"}`, sailPoint, "It is taken.", true},
		{
			dialect.DuplicateName, `{"name":"` + name + `"}`, sailPoint,
			"A name-1, no-such-name, or a date, is ⟨taken⟩.", true,
		},
		{
			dialect.DuplicateName, `{"name":"` + name + `"}`, sailPoint,
			strings.Repeat("This name is already in use. ", 20), false,
		},
		{
			dialect.DuplicateName, `{"name":"` + name + `"}`, sailPoint,
			"Made on 2026-11-22T12:00:00Z, which is past.", false,
		},
		{dialect.DuplicateName, `{"name":"` + name + `"}`, sailPoint, name + " is taken.", false},
		{
			dialect.DuplicateName, `{"name":"` + name + `"}`, sailPoint,
			"The name patmock-abc... is taken.", false,
		},
		{
			dialect.UnknownScope, `{"scope":["patmock:no-such-scope"]}`, sailPoint,
			"There is no patmock:no-such-scope.", false,
		},
		{dialect.AccessTokenOfDeleted, "", `{"error":TEXT}`, "It is revoked.", true},
		{
			dialect.AccessTokenOfDeleted, "", `{"error":TEXT}`,
			"It was revoked at 2026-11-22T12:00:00Z.", false,
		},
		{
			dialect.UnsupportedGrant, "grant_type=no_such_grant",
			`{"error":"x","error_description":TEXT}`, "Unsupported grant type", true,
		},
		{
			dialect.UnsupportedGrant, "grant_type=no_such_grant",
			`{"error":"x","error_description":TEXT}`, "Unsupported grant type: no_such_grant",
			false,
		},
	} {
		entry, _ := dialect.Find(test.entry)
		text, err := json.Marshal(test.text)
		if err != nil {
			t.Fatal(err)
		}
		x := recording.Exchange{
			Method: http.MethodPost, URL: "https://acme/v3/personal-access-tokens", Body: test.body,
			Header:         http.Header{"Content-Type": {"application/json"}},
			Status:         http.StatusUnauthorized,
			ResponseHeader: http.Header{"Content-Type": {"application/json"}},
			ResponseBody:   strings.ReplaceAll(test.reply, "TEXT", string(text)),
		}
		if entry.AtTokenEndpoint() {
			x.URL = "https://acme/oauth/token"
			x.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		}
		recorded := recording.Normalize(recording.RawCase{
			Scenario: "a/b", Version: "v3", Exchanges: []recording.Exchange{x},
			DialectEntries: map[string]int{entry.ID: 0},
		}, "https://acme", true)
		step, requested := recorded.DialectStep(entry.ID)
		response, problem := responseTo(entry, step)
		if !requested || problem != "" || response.Status != http.StatusUnauthorized {
			t.Errorf("%q is proposed as %+v, %q", test.text, response, problem)
		}
		want := ""
		if test.adopted {
			want = test.text
		}
		if got := response.Text + response.Description; got != want {
			t.Errorf("%s: %q is proposed as %q", test.entry, test.text, got)
		}
	}
}
