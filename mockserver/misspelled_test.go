package mockserver_test

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"example.com/patmock/fixtures/golden"
	"example.com/patmock/mockserver/control"
	"example.com/patmock/spec/rule"
)

// lastEntry returns the latest entry of the journal.
func lastEntry(t *testing.T, m *tenant) control.Request {
	t.Helper()
	journal, err := m.mock.Control().Requests(t.Context(), control.Match{}, 0)
	if err != nil {
		t.Fatal(err)
	}
	return journal.Requests[len(journal.Requests)-1]
}

func TestFindings_MisspelledParameters(t *testing.T) {
	m := start(t, "default")
	user, admin := m.as("jane.doe"), m.as("admin")
	for _, test := range []struct{ name, query, suggestion, kind string }{
		{"owner-id in camel case", "ownerId=me", "owner-id", control.UnknownParameter},
		{"owner-id with an underscore", "owner_id=me", "owner-id", control.UnknownParameter},
		{"owner-id in capitals", "Owner-Id=me", "owner-id", control.UnknownParameter},
		{"me in capitals", "owner-id=ME", "me", control.InvalidProperty},
	} {
		t.Run(test.name, func(t *testing.T) {
			user := &client{m.forTest(t), user.authorization}
			got := user.get("/v2026/personal-access-tokens?" + test.query).is(http.StatusForbidden)
			got.hasCauses(cause{rule.ListRights, test.suggestion + " owner-id=me"})
			findings := got.entry().Findings
			if len(findings) == 0 || findings[0].Kind != test.kind ||
				!mentions(findings[0].Detail, test.suggestion) {
				t.Fatalf("findings = %v, want %s about %s", findings, test.kind, test.suggestion)
			}
			golden.Check(t, findingTexts, golden.Key(t), findings[0].Detail)
		})
	}
	for _, test := range []struct{ name, query string }{
		{"filters in capitals", "Filters=lastUsed%20isnull"}, {
			"singular of filters", "filter=lastUsed%20isnull",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			admin := &client{m.forTest(t), admin.authorization}
			findings := admin.get("/v2026/personal-access-tokens?" +
				test.query).is(http.StatusOK).entry().Findings
			if len(findings) != 1 || findings[0].Kind != control.UnknownParameter ||
				!mentions(findings[0].Detail, "filters") {
				t.Fatalf("unexpected findings: %v", findings)
			}
			golden.Check(t, findingTexts, golden.Key(t), findings[0].Detail)
		})
	}
	findings := user.post("/v2026/personal-access-tokens",
		`{"name":"x","expiration_date":"2027-01-01T00:00:00Z",`+
			`"userAwareTokenNeverExpires":true}`).is(http.StatusOK).entry().Findings
	if len(findings) != 1 || findings[0].Kind != control.UnknownProperty ||
		!mentions(findings[0].Detail, "expirationDate") {
		t.Errorf("unexpected findings: %v", findings)
	}
}

func TestFindings_NearMissCredentials(t *testing.T) {
	m := start(t, "default")
	login, err := m.seed.LoginToken("jane.doe")
	if err != nil {
		t.Fatal(err)
	}
	dashed := login.ID[:8] + "-" + login.ID[8:12] + "-" + login.ID[12:16] + "-" + login.ID[16:20] +
		"-" + login.ID[20:]
	for _, test := range []struct{ name, id, secret string }{
		{"line break after the secret", login.ID, login.Secret + "\n"},
		{"blank in front of the id", " " + login.ID, login.Secret},
		{"quotes around both", `"` + login.ID + `"`, "'" + login.Secret + "'"},
		{"dashes", dashed, login.Secret},
		{"capitals", strings.ToUpper(login.ID), login.Secret},
		{"capitals of the secret", login.ID, strings.ToUpper(login.Secret)},
		{"escapes", login.ID + "%0A", login.Secret},
		{"exchanged", login.Secret, login.ID},
		{"exchanged, with a line break", login.Secret + "\n", login.ID},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := m.forTest(t).login(test.id, test.secret)
			r.equal("error_description", observedErrors["invalid_client"])
			r.rejectedOAuth(http.StatusUnauthorized, "invalid_client", rule.TokenBadCredentials)
			entry := r.entry()
			if len(entry.Findings) == 0 || entry.Findings[0].Kind != control.MalformedCredentials {
				t.Fatalf("unexpected findings: %v", entry.Findings)
			}
			golden.Check(t, findingTexts, golden.Key(t), entry.Findings[0].Detail)
			golden.Check(t, findingTexts, golden.Key(t)+" (remedy)", entry.Findings[0].Remedy)
			if text := strings.Join(entry.Reasons, " ") + entry.Findings[0].Detail +
				entry.Findings[0].Remedy; strings.Contains(strings.ToLower(text), login.Secret) {
				t.Errorf("text contains the secret: %s", text)
			}
		})
	}
	t.Run("right credentials", func(t *testing.T) {
		m := m.forTest(t)
		m.login(login.ID, login.Secret).is(http.StatusOK)
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, m.url+"/oauth/token",
			strings.NewReader(url.Values{"grant_type": {"client_credentials"}}.Encode()))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Authorization",
			"Basic "+base64.StdEncoding.EncodeToString([]byte(login.ID+":"+login.Secret)))
		m.exchange(r).is(http.StatusOK)
	})
	t.Run("another secret", func(t *testing.T) {
		m := m.forTest(t)
		m.login(login.ID, strings.Repeat("0", 64)).is(http.StatusUnauthorized)
		if findings := lastEntry(t, m).Findings; len(findings) > 0 {
			t.Errorf("unexpected findings: %v", findings)
		}
	})
}
