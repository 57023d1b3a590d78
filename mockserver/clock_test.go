package mockserver_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"example.com/patmock/mockserver"
	"example.com/patmock/spec/version"
)

func TestClock(t *testing.T) {
	m := start(t, "empty")
	c := m.anonymous()
	shows := func(r response, now, moved string, frozen bool) {
		t.Helper()
		r.is(http.StatusOK).equal("now", now)
		r.equal("moved", moved)
		r.equal("frozen", frozen)
	}
	shows(c.get("/_mock/clock"), "2026-08-31T12:00:00Z", "", false)
	shows(c.post("/_mock/clock/advance", `{"by":"72h"}`), "2026-09-03T12:00:00Z", "+72h0m0s", false)
	shows(c.post("/_mock/clock/advance", `{"by":"1d12h30m0.5s"}`), "2026-09-05T00:30:00.5Z", "+108h30m0.5s", false)
	m.advance(time.Hour)
	shows(c.get("/_mock/clock"), "2026-09-05T01:30:00.5Z", "+108h30m0.5s", false)
	shows(c.put("/_mock/clock", `{"now":"2030-01-31T00:00:00+01:00","frozen":true}`), "2030-01-30T23:00:00Z", "+29962h0m0s", true)
	m.advance(time.Hour)
	shows(c.get("/_mock/clock"), "2030-01-30T23:00:00Z", "+29961h0m0s", true)
	shows(c.post("/_mock/clock/advance", `{"by":"1s"}`), "2030-01-30T23:00:01Z", "+29961h0m1s", true)
	shows(c.put("/_mock/clock", `{"frozen":false}`), "2030-01-30T23:00:01Z", "+29961h0m1s", false)
	shows(c.put("/_mock/clock", `{"now":"2020-01-01T00:00:00Z"}`), "2020-01-01T00:00:00Z", "-58430h0m0s", false)
	shows(c.delete("/_mock/clock"), "2026-08-31T14:00:00Z", "", false)
	shows(m.in("other").anonymous().get("/_mock/clock"), "2026-08-31T14:00:00Z", "", false)

	for body, tells := range map[string]string{
		`{"now":"2030-02-30T00:00:00Z"}`: "2030-02-30", `{"now":"2030-02-28T23:59:60Z"}`: "2030-02-28",
		`{}`: "", `{"now":"now"}`: "/now", `{"now":"1969-12-31T23:59:59Z"}`: "/now", `{"now":"9000-01-01T00:00:00Z"}`: "/now", `{"frozen":1}`: "/frozen", `{"at":1}`: "at",
	} {
		c.put("/_mock/clock", body).problem(http.StatusBadRequest, "invalid-request", tells)
	}
	for _, by := range []string{"", "72", "-1h", "1y", "h", "1h ", "101000d", "36500d"} {
		c.put("/_mock/clock", `{"now":"8999-01-01T00:00:00Z","frozen":true}`).is(http.StatusOK)
		c.post("/_mock/clock/advance", object{"by": by}.String()).problem(http.StatusBadRequest, "invalid-request", "/by")
		shows(c.get("/_mock/clock"), "8999-01-01T00:00:00Z", c.get("/_mock/clock").object()["moved"].(string), true)
	}
}

// A token's whole life passes in one call, in every version.
func TestSixMonthsPassInOneCall(t *testing.T) {
	each(t, version.All(), func(t *testing.T, v version.Version) {
		m := start(t, "empty")
		c := m.as("jane.doe")
		body := object{"name": "half a year", "expirationDate": "2027-02-28T12:00:00Z"}
		if v == version.V3 {
			delete(body, "expirationDate") // six calendar months, clamped to the end of February
		}
		token := c.post(v.CollectionPath(), body.String()).is(http.StatusOK).object()
		login := func() response { return m.login(token["id"].(string), token["secret"].(string)) }
		c.post("/_mock/clock/advance", `{"by":"180d23h59m59.999s"}`).is(http.StatusOK)
		login().is(http.StatusOK)
		c.post("/_mock/clock/advance", `{"by":"1ms"}`).is(http.StatusOK)
		login().is(http.StatusUnauthorized)
		c.get(v.CollectionPath()).is(http.StatusUnauthorized).equal("error",
			"JWT validation failed: JWT is expired; this mock's clock says 2027-02-28T12:00:00Z, moved +181d")
	})
}

// Refusals that depend on time tell that the clock was moved.
func TestRefusalsTellAMovedClock(t *testing.T) {
	log := &lines{}
	m := startWith(t, "empty", mockserver.Config{Log: log.logger()})
	c := m.as("jane.doe")
	past := `{"name":"x","expirationDate":"2026-09-01T00:00:00Z"}`
	far := `{"name":"far","expirationDate":"2027-09-01T00:00:00Z"}`
	c.post("/v3/personal-access-tokens", far).refused(http.StatusBadRequest, "400.1", "expected a moment within 6 months")
	if r := c.post("/v3/personal-access-tokens", far); strings.Contains(r.text, "clock") {
		t.Errorf("a clock that nobody moved is told: %s", r.text)
	}
	c.put("/_mock/clock", `{"now":"2026-09-01T00:00:00Z","frozen":true}`).is(http.StatusOK)
	c = m.as("jane.doe")
	const frozen = "this mock's clock stands still at 2026-09-01T00:00:00Z, +12h0m0s from wall time"
	c.post("/v2026/personal-access-tokens", past).refused(http.StatusBadRequest, "400.1", "expected a moment after now", frozen)
	c.post("/v3/personal-access-tokens", far).refused(http.StatusBadRequest, "400.1", frozen)
	id := c.create(version.V2026, "dated")["id"].(string)
	c.patch("/v2026/personal-access-tokens/"+id, `[{"op":"replace","path":"/expirationDate","value":"2026-08-31T00:00:00Z"}]`).refused(http.StatusBadRequest, "400.1", frozen)
	c.post("/v2026/personal-access-tokens", `{"name":" ","userAwareTokenNeverExpires":true}`).refused(http.StatusBadRequest, "400.1.0")
	if last := log.all[len(log.all)-1]; strings.Contains(last, "clock") {
		t.Errorf("a refusal that has nothing to do with time tells the clock: %s", last)
	}
	made := c.create(version.V2026, "short") // lives thirty days
	c.post("/_mock/clock/advance", `{"by":"191d"}`).is(http.StatusOK)
	m.login(made["id"].(string), made["secret"].(string)).is(http.StatusUnauthorized).equal("error_description", "Bad client credentials")
	if last := log.all[len(log.all)-1]; !strings.Contains(last, "expired at 2026-09-30T12:00:00.000Z; this mock's clock stands still at 2027-03-11T00:00:00Z, +191d from wall time") {
		t.Errorf("logged %s", last)
	}
}

// The clock drives what is created, and what was used when.
func TestClockDrivesDates(t *testing.T) {
	m := start(t, "empty")
	c := m.as("jane.doe")
	c.put("/_mock/clock", `{"now":"2028-02-29T10:11:12.345Z","frozen":true}`).is(http.StatusOK)
	c = m.as("jane.doe")
	c.post("/v3/personal-access-tokens", `{"name":"leap"}`).is(http.StatusOK).equal("expirationDate", "2028-08-29T10:11:12.345Z")
	for _, token := range c.get(me).list() {
		if token["name"] == "leap" && token["created"] != "2028-02-29T10:11:12.345Z" || token["name"] == "login" && token["lastUsed"] != "2028-02-29T10:11:12.345Z" {
			t.Errorf("token %v", token)
		}
	}
}
