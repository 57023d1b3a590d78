package mockserver_test

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"example.com/patmock/mockserver/control"
)

// lastEntry returns the newest entry of the journal.
func lastEntry(t *testing.T, m *tenant) control.Request {
	t.Helper()
	journal, err := m.mock.Control().Requests(t.Context(), control.Match{}, 0)
	if err != nil {
		t.Fatal(err)
	}
	return journal.Requests[len(journal.Requests)-1]
}

func TestQuery_MisspellingsAreNamed(t *testing.T) {
	m := start(t, "default")
	user, admin := m.as("jane.doe"), m.as("admin")
	for query, test := range map[string]struct{ meant, kind string }{
		"ownerId=me":  {"did you mean owner-id?", control.UnknownParameter},
		"owner_id=me": {"did you mean owner-id?", control.UnknownParameter},
		"Owner-Id=me": {"did you mean owner-id?", control.UnknownParameter},
		"owner-id=ME": {"did you mean me?", control.InvalidProperty},
	} {
		got := user.get("/v2026/personal-access-tokens?" + query).is(http.StatusForbidden)
		if !strings.Contains(got.text, test.meant) || !strings.Contains(got.text, "log in as an administrator, or send owner-id=me") {
			t.Errorf("%s: %s", query, got.text)
		}
		if found := lastEntry(t, m).Findings; len(found) == 0 || found[0].Kind != test.kind || !strings.Contains(found[0].Detail, test.meant) {
			t.Errorf("%s: findings %v", query, found)
		}
	}
	for _, query := range []string{"Filters=lastUsed isnull", "filter=lastUsed isnull"} {
		admin.get("/v2026/personal-access-tokens?" + strings.ReplaceAll(query, " ", "%20")).is(http.StatusOK)
		if found := lastEntry(t, m).Findings; len(found) != 1 || found[0].Kind != control.UnknownParameter || !strings.Contains(found[0].Detail, "did you mean filters?") {
			t.Errorf("%s: findings %v", query, found)
		}
	}
	user.post("/v2026/personal-access-tokens", `{"name":"x","expiration_date":"2027-01-01T00:00:00Z","userAwareTokenNeverExpires":true}`).is(http.StatusOK)
	if found := lastEntry(t, m).Findings; len(found) != 1 || !strings.Contains(found[0].Detail, "did you mean expirationDate?") {
		t.Errorf("findings %v", found)
	}
}

func TestCredentials_NearMissesAreNamed(t *testing.T) {
	m := start(t, "default")
	login, err := m.seed.Login("jane.doe")
	if err != nil {
		t.Fatal(err)
	}
	dashed := login.ID[:8] + "-" + login.ID[8:12] + "-" + login.ID[12:16] + "-" + login.ID[16:20] + "-" + login.ID[20:]
	for _, test := range []struct{ name, id, secret, names string }{
		{"line break behind the secret", login.ID, login.Secret + "\n", "the secret has a line break or blanks around it"},
		{"blank in front of the id", " " + login.ID, login.Secret, "the client id has a line break or blanks around it"},
		{"quotes around both", `"` + login.ID + `"`, "'" + login.Secret + "'", "the client id has quotes around it, the secret has quotes around it"},
		{"dashes", dashed, login.Secret, "the client id has dashes"},
		{"capitals", strings.ToUpper(login.ID), login.Secret, "the client id has capital letters"},
		{"capitals of the secret", login.ID, strings.ToUpper(login.Secret), "the secret has capital letters"},
		{"escapes", login.ID + "%0A", login.Secret, "percent-escapes and a line break"},
		{"exchanged", login.Secret, login.ID, "client id and secret are exchanged"},
		{"exchanged, with a line break", login.Secret + "\n", login.ID, "client id and secret are exchanged, and malformed"},
	} {
		t.Run(test.name, func(t *testing.T) {
			m := m.of(t)
			m.login(test.id, test.secret).is(http.StatusUnauthorized).equal("error_description", "Bad client credentials")
			entry := lastEntry(t, m)
			if len(entry.Findings) == 0 || entry.Findings[0].Kind != control.MalformedCredentials || !strings.Contains(entry.Findings[0].Detail, test.names) {
				t.Errorf("findings %v, want %q", entry.Findings, test.names)
			}
			if len(entry.Why) == 0 || !strings.Contains(entry.Why[0], test.names) || len(entry.Rules) != 1 || entry.Rules[0] != "token-bad-credentials" {
				t.Errorf("why %q, rules %q", entry.Why, entry.Rules)
			}
			if text := strings.Join(entry.Why, " ") + entry.Findings[0].Detail; strings.Contains(strings.ToLower(text), login.Secret) {
				t.Errorf("the secret shows: %s", text)
			}
		})
	}
	t.Run("right credentials", func(t *testing.T) {
		m := m.of(t)
		m.login(login.ID, login.Secret).is(http.StatusOK)
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, m.url+"/oauth/token", strings.NewReader(url.Values{"grant_type": {"client_credentials"}}.Encode()))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(login.ID+":"+login.Secret)))
		m.exchange(r).is(http.StatusOK)
	})
	t.Run("another secret", func(t *testing.T) {
		m := m.of(t)
		m.login(login.ID, strings.Repeat("0", 64)).is(http.StatusUnauthorized)
		if found := lastEntry(t, m).Findings; len(found) > 0 {
			t.Errorf("findings %v", found)
		}
	})
}
