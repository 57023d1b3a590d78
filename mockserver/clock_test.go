package mockserver_test

import (
	"log/slog"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"example.com/patmock/mockserver"
	"example.com/patmock/spec/rule"
	"example.com/patmock/spec/version"
)

func TestClock_MovesAndFreezes(t *testing.T) {
	m := start(t, "empty")
	c := m.anonymous()
	shows := func(r testResponse, now, moved string, frozen bool) {
		t.Helper()
		r.is(http.StatusOK).equal("now", now)
		r.equal("offset", moved)
		r.equal("frozen", frozen)
	}
	shows(c.get("/_mock/clock"), "2026-08-31T12:00:00Z", "", false)
	shows(c.post("/_mock/clock/advance", `{"by":"72h"}`), "2026-09-03T12:00:00Z", "+72h0m0s", false)
	shows(c.post("/_mock/clock/advance", `{"by":"1d12h30m0.5s"}`), "2026-09-05T00:30:00.5Z",
		"+108h30m0.5s", false)
	m.advance(time.Hour)
	shows(c.get("/_mock/clock"), "2026-09-05T01:30:00.5Z", "+108h30m0.5s", false)
	shows(c.put("/_mock/clock", `{"now":"2030-01-31T00:00:00+01:00","frozen":true}`),
		"2030-01-30T23:00:00Z", "+29962h0m0s", true)
	m.advance(time.Hour)
	shows(c.get("/_mock/clock"), "2030-01-30T23:00:00Z", "+29961h0m0s", true)
	shows(c.post("/_mock/clock/advance", `{"by":"1s"}`), "2030-01-30T23:00:01Z", "+29961h0m1s",
		true)
	shows(c.put("/_mock/clock", `{"frozen":false}`), "2030-01-30T23:00:01Z", "+29961h0m1s", false)
	shows(c.put("/_mock/clock", `{"now":"2020-01-01T00:00:00Z"}`), "2020-01-01T00:00:00Z",
		"-58430h0m0s", false)
	shows(c.delete("/_mock/clock"), "2026-08-31T14:00:00Z", "", false)
	shows(m.in("other").anonymous().get("/_mock/clock"), "2026-08-31T14:00:00Z", "", false)

	for _, test := range []struct {
		name, body string
		want       cause
	}{
		{
			"day that does not exist", `{"now":"2030-02-30T00:00:00Z"}`, cause{
				rule.InvalidProperty, "/now",
			},
		},
		{"leap second", `{"now":"2030-02-28T23:59:60Z"}`, cause{rule.ControlInvalidRequest, ""}},
		{"nothing", `{}`, cause{rule.InvalidProperty, "body"}},
		{"word", `{"now":"now"}`, cause{rule.InvalidProperty, "/now"}},
		{
			"before 1970", `{"now":"1969-12-31T23:59:59Z"}`, cause{
				rule.ControlInvalidRequest, "/now",
			},
		},
		{"after 9000", `{"now":"9000-01-01T00:00:00Z"}`, cause{rule.ControlInvalidRequest, "/now"}},
		{"number as frozen", `{"frozen":1}`, cause{rule.InvalidProperty, "/frozen"}},
		{"unknown property", `{"at":1}`, cause{rule.InvalidProperty, "body"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			m.forTest(t).anonymous().put("/_mock/clock", test.body).problem(http.StatusBadRequest,
				rule.ControlInvalidRequest, test.want)
		})
	}
	for _, test := range []struct {
		name, duration string
		want           cause
	}{
		{"empty duration", "", cause{rule.InvalidProperty, "/by"}},
		{"no unit", "72", cause{rule.InvalidProperty, "/by"}},
		{"negative", "-1h", cause{rule.InvalidProperty, "/by"}},
		{"unknown unit", "1y", cause{rule.InvalidProperty, "/by"}},
		{"no number", "h", cause{rule.InvalidProperty, "/by"}},
		{"trailing blank", "1h ", cause{rule.InvalidProperty, "/by"}},
		{"duration too long", "101000d", cause{rule.ControlInvalidRequest, "/by"}},
		{"beyond 9000", "36500d", cause{rule.ControlInvalidRequest, "/by"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := m.forTest(t).anonymous()
			c.put("/_mock/clock", `{"now":"8999-01-01T00:00:00Z","frozen":true}`).is(http.StatusOK)
			c.post("/_mock/clock/advance", object{
				"by": test.duration,
			}.String()).problem(http.StatusBadRequest, rule.ControlInvalidRequest, test.want)
			shows(c.get("/_mock/clock"), "8999-01-01T00:00:00Z",
				c.get("/_mock/clock").object()["offset"].(string), true)
		})
	}
}

// clockFixture is a tenant with its own clock.
var clockFixture = `
clock: 2026-07-01T00:00:00Z
identities:
  - {id: facedadafacedadafacedadafacedada, name: jane.doe}
tokens:
  - id: facefacefacefacefacefacefaceface
    secret: ` + janeSecret + `
    owner: jane.doe
    name: login
    created: -1d
    expirationDate: +1h
`

// The clock of a fixture starts at its own time, whatever the wall time is. A reset restores that
// time.
func TestFixtureClock_StartsAndResets(t *testing.T) {
	m := startWith(t, clockFixture, mockserver.Config{})
	for _, test := range []struct {
		name string
		wall time.Duration // after noon
	}{
		{"same year", 0},
		{"2030", 4 * 366 * 24 * time.Hour},
		{"2099", 73 * 366 * 24 * time.Hour},
	} {
		t.Run(test.name, func(t *testing.T) {
			m := m.in(strings.ReplaceAll(test.name, " ", "-")).forTest(t)
			m.advance(test.wall)
			defer m.advance(-test.wall)
			c := m.as("jane.doe")
			token := c.get(listOwn).list()[0]
			if token["created"] != "2026-06-30T00:00:00.000Z" ||
				token["expirationDate"] != "2026-07-01T01:00:00.000Z" {
				t.Errorf("token %v: times do not follow the mock clock", token)
			}
			m.advance(time.Minute)
			defer m.advance(-time.Minute)
			c.get("/_mock/clock").equal("now", "2026-07-01T00:01:00Z")
			c.post("/_mock/clock/advance", `{"by":"2h"}`).is(http.StatusOK)
			m.login(janeID, janeSecret).is(http.StatusUnauthorized)
			c.post("/_mock/reset", "").is(http.StatusNoContent)
			c.get("/_mock/clock").equal("now", "2026-07-01T00:00:00Z")
			m.login(janeID, janeSecret).is(http.StatusOK)
		})
	}
}

// A state file stores a moved clock and the start of a fixture's clock.
func TestFixtureClock_SurvivesRestart(t *testing.T) {
	state := filepath.Join(t.TempDir(), "state.db")
	m := startWith(t, clockFixture, mockserver.Config{StateFile: state})
	own := object{"tenant": object{
		"clock":      "2031-01-01T00:00:00Z",
		"identities": []any{object{"id": "facedadafacedadafacedadafacedada", "name": "ann"}},
	}}
	m.in("own").anonymous().put("/_mock/namespace", own.String()).is(http.StatusOK)
	for _, c := range []*client{m.anonymous(), m.in("own").anonymous()} {
		c.post("/_mock/clock/advance", `{"by":"48h"}`).is(http.StatusOK)
	}
	if err := m.mock.Close(); err != nil {
		t.Fatal(err)
	}
	again := startWith(t, clockFixture, mockserver.Config{StateFile: state})
	again.advance(time.Minute)
	for c, want := range map[*client][2]string{
		again.anonymous():           {"2026-07-03T00:01:00Z", "2026-07-01T00:00:00Z"},
		again.in("own").anonymous(): {"2031-01-03T00:01:00Z", "2031-01-01T00:00:00Z"},
	} {
		c.get("/_mock/clock").equal("now", want[0])
		c.post("/_mock/reset", "").is(http.StatusNoContent)
		c.get("/_mock/clock").equal("now", want[1])
	}
}

// A restored state sets the clock if it has one.
func TestRestore_SetsClock(t *testing.T) {
	m := start(t, "empty")
	c := m.anonymous()
	c.send("PUT", "/_mock/state", "application/yaml", clockFixture).is(http.StatusNoContent)
	c.get("/_mock/clock").equal("now", "2026-07-01T00:00:00Z")
	snapshot := m.as("jane.doe").get("/_mock/state?secrets=true")
	if _, has := snapshot.is(http.StatusOK).object()["clock"]; has {
		t.Error("snapshot contains a clock")
	}
	if got := m.as("jane.doe").get(listOwn).
		list()[0]["created"]; got != "2026-06-30T00:00:00.000Z" {
		t.Errorf("created = %v, which does not follow the mock clock", got)
	}
	m.advance(time.Minute)
	c.put("/_mock/state", snapshot.text).is(http.StatusNoContent)
	c.get("/_mock/clock").equal("now", "2026-07-01T00:01:00Z")
	c.put("/_mock/state",
		`{"clock":"+1d","identities":[{"id":"facedadafacedadafacedadafacedada",`+
			`"name":"jane.doe"}]}`).
		problem(http.StatusBadRequest, rule.ControlInvalidTenant, cause{
			rule.FixtureClock, "line 1, column 2: clock",
		})
	c.post("/_mock/reset", "").is(http.StatusNoContent)
	c.get("/_mock/clock").equal("offset", "")
}

// One call advances the clock over the lifetime of a token, in every version.
func TestAdvanceClock_ExpiresTokens(t *testing.T) {
	each(t, version.All(), func(t *testing.T, v version.Version) {
		m := start(t, "empty")
		c := m.as("jane.doe")
		body := object{"name": "half a year", "expirationDate": "2027-02-28T12:00:00Z"}
		if v == version.V3 {
			delete(body, "expirationDate") // six calendar months, clamped to the end of February
		}
		token := c.post(v.CollectionPath(), body.String()).is(http.StatusOK).object()
		login := func() testResponse {
			return m.login(token["id"].(string), token["secret"].(string))
		}
		c.post("/_mock/clock/advance", `{"by":"180d23h59m59.999s"}`).is(http.StatusOK)
		login().is(http.StatusOK)
		c.post("/_mock/clock/advance", `{"by":"1ms"}`).is(http.StatusOK)
		login().is(http.StatusUnauthorized)
		c.get(v.CollectionPath()).is(http.StatusUnauthorized).hasCauses(cause{
			rule.AccessTokenExpires, "+181d",
		})
	})
}

// Rejections that depend on the time mention that the clock was moved.
func TestRejection_NotesMovedClock(t *testing.T) {
	log := &records{}
	m := startWith(t, "empty", mockserver.Config{Log: slog.New(log)})
	c := m.as("jane.doe")
	const v2026, v3 = "/v2026/personal-access-tokens", "/v3/personal-access-tokens"
	dated := v2026 + "/" + c.create(version.V2026, "dated")["id"].(string)
	short := c.create(version.V2026, "short") // expires after thirty days
	for _, test := range []struct {
		name  string
		clock string // the time of the clock; empty for an unmoved clock
		send  func(c *client) testResponse
		want  cause
	}{
		{
			"clock that was not moved", "",
			func(c *client) testResponse {
				return c.post(v3, `{"name":"far","expirationDate":"2027-09-01T00:00:00Z"}`)
			},
			cause{rule.ExpiryUpperBound, "/expirationDate"},
		},
		{
			"past", "2026-09-01T00:00:00Z",
			func(c *client) testResponse {
				return c.post(v2026, `{"name":"x","expirationDate":"2026-09-01T00:00:00Z"}`)
			},
			cause{rule.ExpiryFuture, "/expirationDate"},
		},
		{
			"six months", "2026-09-01T00:00:00Z",
			func(c *client) testResponse {
				return c.post(v3, `{"name":"far","expirationDate":"2027-09-01T00:00:00Z"}`)
			},
			cause{rule.ExpiryUpperBound, "/expirationDate"},
		},
		{
			"past, patched", "2026-09-01T00:00:00Z",
			func(c *client) testResponse {
				return c.patch(dated,
					`[{"op":"replace","path":"/expirationDate","value":"2026-08-31T00:00:00Z"}]`)
			},
			cause{rule.ExpiryFuture, "/0/value"},
		},
		{
			"nothing about time", "2026-09-01T00:00:00Z",
			func(c *client) testResponse {
				return c.post(v2026, `{"name":" ","userAwareTokenNeverExpires":true}`)
			},
			cause{rule.NameNotBlank, "/name"},
		},
		{
			"login of an expired token", "2027-03-11T00:00:00Z",
			func(c *client) testResponse {
				return c.login(short["id"].(string), short["secret"].(string))
			},
			cause{rule.LoginExpired, "2026-09-30T12:00:00.000Z"},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			m := m.forTest(t)
			if test.clock != "" {
				m.anonymous().put("/_mock/clock", object{
					"now": test.clock, "frozen": true,
				}.String()).is(http.StatusOK)
			}
			r := test.send(m.as("jane.doe"))
			r.hasCauses(test.want)
			timed := test.clock != "" && test.want.rule != rule.NameNotBlank
			if line := log.about(r); mentions(line.message, "clock") != timed {
				t.Errorf("logged %q, which is about the clock: %t, want %t", line.message, !timed,
					timed)
			}
		})
	}
}

// The clock of the namespace determines the dates of creation and use.
func TestClock_SetsDates(t *testing.T) {
	m := start(t, "empty")
	c := m.as("jane.doe")
	c.put("/_mock/clock", `{"now":"2028-02-29T10:11:12.345Z","frozen":true}`).is(http.StatusOK)
	c = m.as("jane.doe")
	c.post("/v3/personal-access-tokens",
		`{"name":"leap"}`).is(http.StatusOK).equal("expirationDate", "2028-08-29T10:11:12.345Z")
	for _, token := range c.get(listOwn).list() {
		if token["name"] == "leap" && token["created"] != "2028-02-29T10:11:12.345Z" ||
			token["name"] == "login" && token["lastUsed"] != "2028-02-29T10:11:12.345Z" {
			t.Errorf("unexpected token: %v", token)
		}
	}
}
