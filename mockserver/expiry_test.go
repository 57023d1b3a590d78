package mockserver_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"example.com/patmock/spec/rule"
	"example.com/patmock/spec/version"
)

func TestLegacyExpiry_AcceptsDates(t *testing.T) {
	for _, test := range []struct{ name, fields, want string }{
		{"absent means six months, in the last month's last day", `{}`, "2027-02-28T12:00:00.000Z"},
		{"null means six months", `{"expirationDate":null}`, "2027-02-28T12:00:00.000Z"},
		{
			"acknowledgement is unknown", `{"userAwareTokenNeverExpires":true}`,
			"2027-02-28T12:00:00.000Z",
		},
		{
			"acknowledgement of any type is unknown", `{"userAwareTokenNeverExpires":"yes"}`,
			"2027-02-28T12:00:00.000Z",
		},
		{
			"millisecond from now", `{"expirationDate":"2026-08-31T12:00:00.001Z"}`,
			"2026-08-31T12:00:00.001Z",
		},
		{
			"six months to the millisecond", `{"expirationDate":"2027-02-28T12:00:00.000Z"}`,
			"2027-02-28T12:00:00.000Z",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			each(t, legacy, func(t *testing.T, v version.Version) {
				body := `{"name":"x"` + withComma(test.fields)
				start(t, "empty").as("jane.doe").post(v.CollectionPath(),
					body).is(http.StatusOK).equal("expirationDate", test.want)
			})
		})
	}
}

// withComma returns the end of a JSON object: a comma and the fields, unless there are none, and
// the closing brace.
func withComma(fields string) string {
	if fields == "{}" {
		return "}"
	}
	return "," + fields[1:]
}

func TestLegacyExpiry_RejectsDates(t *testing.T) {
	for _, test := range []struct {
		name, date string
		want       cause
	}{
		{"now", "2026-08-31T12:00:00.000Z", cause{rule.ExpiryFuture, "/expirationDate"}},
		{"the past", "2020-01-01T00:00:00Z", cause{rule.ExpiryFuture, "/expirationDate"}},
		{
			"millisecond over six months", "2027-02-28T12:00:00.001Z", cause{
				rule.ExpiryUpperBound, "/expirationDate",
			},
		},
		{
			"far future", "9999-12-31T23:59:59.999Z", cause{
				rule.ExpiryUpperBound, "/expirationDate",
			},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			each(t, legacy, func(t *testing.T, v version.Version) {
				start(t, "empty").as("jane.doe").post(v.CollectionPath(),
					`{"name":"x","expirationDate":"`+test.date+`"}`).
					rejected(http.StatusBadRequest, "400.1", test.want)
			})
		})
	}
}

func TestCurrentExpiry_AcceptsDates(t *testing.T) {
	for _, test := range []struct {
		name, fields string
		date         any
		aware        bool
	}{
		{"acknowledged, absent", `{"userAwareTokenNeverExpires":true}`, nil, true},
		{
			"acknowledged, null", `{"userAwareTokenNeverExpires":true,"expirationDate":null}`, nil,
			true,
		},
		{
			"acknowledged, with a date",
			`{"userAwareTokenNeverExpires":true,"expirationDate":"2030-01-01T00:00:00Z"}`,
			"2030-01-01T00:00:00.000Z", true,
		},
		{
			"date alone", `{"expirationDate":"2030-01-01T00:00:00Z"}`, "2030-01-01T00:00:00.000Z",
			false,
		},
		{
			"a date and false",
			`{"expirationDate":"2030-01-01T00:00:00Z","userAwareTokenNeverExpires":false}`,
			"2030-01-01T00:00:00.000Z", false,
		},
		{
			"a date and null",
			`{"expirationDate":"2030-01-01T00:00:00Z","userAwareTokenNeverExpires":null}`,
			"2030-01-01T00:00:00.000Z", false,
		},
		{
			"last representable time", `{"expirationDate":"9999-12-31T23:59:59.999Z"}`,
			"9999-12-31T23:59:59.999Z", false,
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			each(t, current, func(t *testing.T, v version.Version) {
				c := start(t, "empty").as("jane.doe")
				r := c.post(v.CollectionPath(),
					`{"name":"x"`+withComma(test.fields)).is(http.StatusOK)
				r.equal("expirationDate", test.date)
				listed := listedToken(c, v, r.object()["id"])
				if listed["expirationDate"] != test.date ||
					listed["userAwareTokenNeverExpires"] != test.aware {
					t.Errorf("listed with %v and %v, want %v and %v", listed["expirationDate"],
						listed["userAwareTokenNeverExpires"], test.date, test.aware)
				}
			})
		})
	}
}

// listedToken returns a token of the caller's list, which must contain it once.
func listedToken(c *client, v version.Version, id any) map[string]any {
	c.Helper()
	var found []map[string]any
	for _, t := range c.get(v.CollectionPath() + "?owner-id=me").is(http.StatusOK).list() {
		if t["id"] == id {
			found = append(found, t)
		}
	}
	if len(found) != 1 {
		c.Fatalf("list contains %v %d times, want 1", id, len(found))
	}
	return found[0]
}

func TestCurrentExpiry_RejectsDates(t *testing.T) {
	for _, test := range []struct {
		name, fields string
		want         cause
	}{
		{"neither", `{}`, cause{rule.ExpiryNever, "/expirationDate"}},
		{"null and absent", `{"expirationDate":null}`, cause{rule.ExpiryNever, "/expirationDate"}},
		{
			"absent and false, as SDKs send it", `{"userAwareTokenNeverExpires":false}`, cause{
				rule.ExpiryNever, "/expirationDate",
			},
		},
		{
			"null and false", `{"expirationDate":null,"userAwareTokenNeverExpires":false}`, cause{
				rule.ExpiryNever, "/expirationDate",
			},
		},
		{
			"null and null", `{"expirationDate":null,"userAwareTokenNeverExpires":null}`, cause{
				rule.ExpiryNever, "/expirationDate",
			},
		},
		{
			"now", `{"expirationDate":"2026-08-31T12:00:00Z"}`, cause{
				rule.ExpiryFuture, "/expirationDate",
			},
		},
		{
			"past, acknowledged",
			`{"expirationDate":"2026-08-31T11:59:59.999Z","userAwareTokenNeverExpires":true}`,
			cause{rule.ExpiryFuture, "/expirationDate"},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			each(t, current, func(t *testing.T, v version.Version) {
				start(t, "empty").as("jane.doe").post(v.CollectionPath(),
					`{"name":"x"`+withComma(test.fields)).
					rejected(http.StatusBadRequest, "400.1", test.want)
			})
		})
	}
}

func TestLegacyExpiry_CountsCalendarMonths(t *testing.T) {
	for _, test := range []struct{ created, want string }{
		{"2027-08-31T08:00:00Z", "2028-02-29T08:00:00.000Z"},
		{"2026-08-28T08:00:00Z", "2027-02-28T08:00:00.000Z"},
		{"2026-03-31T08:00:00Z", "2026-09-30T08:00:00.000Z"},
		{"2026-01-15T23:59:59.999Z", "2026-07-15T23:59:59.999Z"},
		{"2026-12-31T23:00:00-05:00", "2027-07-01T04:00:00.000Z"},
	} {
		t.Run(test.created, func(t *testing.T) {
			m := start(t, "empty")
			created, err := time.Parse(time.RFC3339, test.created)
			if err != nil {
				t.Fatal(err)
			}
			m.advance(created.Sub(noon))
			m.as("jane.doe").post("/v3/personal-access-tokens",
				`{"name":"x"}`).is(http.StatusOK).equal("expirationDate", test.want)
		})
	}
}

func TestExpiredToken_StaysListedAndRejectsLogin(t *testing.T) {
	each(t, version.All(), func(t *testing.T, v version.Version) {
		m := start(t, "empty")
		jane := m.as("jane.doe")
		token := jane.create(v, "short")
		id, secret := token["id"].(string), token["secret"].(string)
		path := v.CollectionPath() + "/" + id
		m.advance(30*24*time.Hour - time.Millisecond)
		m.withLogin(id, secret)
		m.advance(time.Millisecond)
		m.login(id, secret).is(http.StatusUnauthorized).equal("error", "invalid_client")

		jane = m.as("jane.doe")
		listedToken(jane, v, id)
		jane.post(v.CollectionPath(), `{"name":"short","expirationDate":"2026-12-01T00:00:00Z"}`).
			rejected(http.StatusBadRequest, "400.1", cause{rule.NameUnique, "/name"})
		jane.patch(path,
			`[{"op":"replace","path":"/name","value":"renamed"}]`).is(http.StatusOK).equal("name",
			"renamed")
		m.login(id, secret).is(http.StatusUnauthorized)
		if v == version.V2025 || v == version.V2026 || v == version.V1 {
			jane.patch(path,
				fmt.Sprintf(`[{"op":"replace","path":"/expirationDate","value":%q}]`,
					stamp(m.Now().Add(time.Hour)))).is(http.StatusOK)
			m.withLogin(id, secret)
		}
		jane.delete(path).is(http.StatusNoContent)
	})
}
