package main

import (
	"os"
	"path/filepath"
	"testing"
)

func TestControlClock(t *testing.T) {
	testControl(t, []controlTest{
		{name: "get", args: "clock get", status: 200, body: fakeClock, sent: "GET /_mock/clock"},
		{
			name: "as JSON", args: "clock get --format json", status: 200, body: fakeClock,
			sent: "GET /_mock/clock",
		},
		{
			name: "in a namespace", args: "--namespace a clock get", status: 200, body: fakeClock,
			sent: "GET /t/a/_mock/clock",
		},
		{
			name: "set and freeze", args: "clock set 2027-01-31T01:00:00+01:00 --frozen",
			status: 200,
			body:   fakeClock,
			sent:   `PUT /_mock/clock {"now":"2027-01-31T01:00:00+01:00","frozen":true}`,
		},
		{
			name: "stop", args: "clock set --frozen", status: 200, body: fakeClock,
			sent: `PUT /_mock/clock {"frozen":true}`,
		},
		{
			name: "go on", args: "clock set --frozen=false", status: 200, body: fakeClock,
			sent: `PUT /_mock/clock {"frozen":false}`,
		},
		{name: "no argument", args: "clock set", code: 2, about: "TIME"},
		{name: "date without a time", args: "clock set 2027-01-31", code: 2, about: "TIME"},
		{
			name: "advance by days and hours", args: "clock advance 1d12h", status: 200,
			body: fakeClock,
			sent: `POST /_mock/clock/advance {"by":"36h0m0s"}`,
		},
		{
			name: "advance by days", args: "clock advance 191d", status: 200, body: fakeClock,
			sent: `POST /_mock/clock/advance {"by":"4584h0m0s"}`,
		},
		{
			name: "advance by half a day", args: "clock advance 0.5d", status: 200, body: fakeClock,
			sent: `POST /_mock/clock/advance {"by":"12h0m0s"}`,
		},
		{name: "invalid duration", args: "clock advance soon", code: 2, about: "DURATION"},
		{name: "negative duration", args: "clock advance -- -72h", code: 2, about: "DURATION"},
		{
			name: "negative duration with days", args: "clock advance 1d-72h", code: 2,
			about: "DURATION",
		},
		{name: "duration out of range", args: "clock advance 999999d", code: 2, about: "DURATION"},
		{
			name: "clear", args: "clock clear", status: 200, body: fakeClock,
			sent: "DELETE /_mock/clock",
		},
	})
}

func TestControlFault(t *testing.T) {
	rule := `{"id":"f1","operation":"list","version":"v2026","owner":"jane.doe",` +
		`"header":{"X-Run":"7"},"status":429,"retryAfter":"3s","retryAfterAs":"date","after":1,` +
		`"times":2,"matched":5,"hits":2}`
	testControl(t, []controlTest{
		{
			name: "add", status: 201, body: rule,
			args: "fault add --id f1 --operation list --version v2026 --owner jane.doe --header " +
				"X-Run:~7 --status 429 --retry-after 3s --retry-after-as date --after 1 --times 2",
			sent: `POST /_mock/faults {"id":"f1","operation":"list","version":"v2026",` +
				`"owner":"jane.doe","header":{"X-Run":"7"},"status":429,"retryAfter":"3s",` +
				`"retryAfterAs":"date","after":1,"times":2}`,
		},
		{
			name: "list", args: "fault list", status: 200, sent: "GET /_mock/faults",
			body: `{"faults":[{"id":"f1","latency":"1s","rate":0.5},{"id":"f2","effect":"html",` +
				`"status":503}]}`,
		},
		{
			name: "list as JSON", args: "fault list --format json", status: 200,
			sent: "GET /_mock/faults",
			body: `{"faults":[{"id":"f1","owner":"<a>"}]}`,
		},
		{
			name: "rule without effect", args: "fault add --operation list", code: 2,
			about: "--status",
		},
		{
			name: "unknown operation", args: "fault add --operation lst", code: 2,
			about: "--operation",
		},
		{name: "unknown version", args: "fault add --version v20266", code: 2, about: "--version"},
		{name: "unknown effect", args: "fault add --effect rest", code: 2, about: "--effect"},
		{
			name: "unknown form", args: "fault add --retry-after-as dat", code: 2,
			about: "--retry-after-as",
		},
		{name: "malformed header", args: "fault add --header X-Run=7", code: 2, about: "--header"},
		{name: "no file", args: "fault add rule.json", code: 2, about: "FILE"},
		{
			name: "a file and flags", args: "fault add --status 429 --namespace a @rule.json",
			code: 2, about: "--status",
		},
		{
			name: "rejected", args: "fault add --status 503", status: 400,
			sent: `POST /_mock/faults {"status":503}`,
			body: `{"type":"urn:problem-type:patmock:invalid-request","title":"Invalid",` +
				`"status":400,"detail":"the rule does nothing","rule":"invalid-request",` +
				`"errors":[{"pointer":"/status","detail":"give one","rule":"fault-effect"},` +
				`{"pointer":"","detail":"or this","rule":"other"}]}`, code: 2,
			about: "fault-effect@/status,other@",
		},
		{name: "remove", args: "fault rm f1", status: 204, sent: "DELETE /_mock/faults/f1"},
		{name: "remove all", args: "fault rm --all", status: 204, sent: "DELETE /_mock/faults"},
		{name: "remove without ID", args: "fault rm", code: 2, about: "ID"},
		{name: "remove one and all", args: "fault rm f1 --all", code: 2, about: "ID"},
		{name: "remove two", args: "fault rm f1 f2", code: 2, about: "ID"},
		{name: "remove path", args: "fault rm ..", code: 2, about: "ID"},
	})
}

func TestControlRequests(t *testing.T) {
	testControl(t, []controlTest{
		{
			name: "list", status: 200,
			body: `{"requests":[` + fakeRequest + `],"matched":3,"stored":9,"dropped":4}`,
			args: "requests list --operation create --version v3 --method POST --path /v3/* " +
				"--status 400 --owner ann --client-id c1 --fault * --finding unknown-property " +
				"--unmatched=false --limit 1",
			sent: "GET /_mock/requests?clientId=c1&fault=%2A&finding=unknown-property&limit=1&" +
				"method=POST&operation=create&owner=ann&path=%2Fv3%2F%2A&status=400&" +
				"unmatched=false&version=v3",
		},
		{
			name: "list with any finding", args: "requests list --finding *", status: 200,
			sent: "GET /_mock/requests?finding=%2A",
			body: `{"requests":[],"matched":0,"stored":0,"dropped":0}`,
		},
		{
			name: "unknown finding", args: "requests list --finding unknown-proprety", code: 2,
			about: "--finding",
		},
		{
			name: "unknown operation", args: "requests list --operation checktoken", code: 2,
			about: "--operation",
		},
		{
			name: "show", args: "requests show r1", status: 200, body: fakeRequest,
			sent: "GET /_mock/requests/r1",
		},
		{
			name: "nothing to show", args: "requests show", status: 200,
			body: `{"requests":[],"matched":0,"stored":0,"dropped":0}`,
			sent: "GET /_mock/requests?limit=1", code: 2, about: "ID",
		},
		{
			name: "show unknown request", args: "requests show r9", status: 404,
			sent: "GET /_mock/requests/r9",
			body: `{"type":"urn:problem-type:patmock:unknown-request","title":"Not found",` +
				`"status":404,"detail":"no request r9 is held","rule":"unknown-request"}`, code: 2,
			about: "unknown-request",
		},
		{name: "clear", args: "requests clear", status: 204, sent: "DELETE /_mock/requests"},
	})
}

func TestControlVerify(t *testing.T) {
	testControl(t, []controlTest{
		{
			name: "not verified", status: 200, body: fakeVerdict, code: 1,
			args: "verify --operation create --version v2026 --status 200 --times 2 --timeout " +
				"1m500ms",
			sent: `POST /_mock/verify {"expect":[{"match":{"operation":"create",` +
				`"version":"v2026",` +
				`"status":200},"times":2}],"timeout":"60.5s"}`,
		},
		{
			name: "verified", args: "verify --at-least 0 --at-most 3 --unmatched --format json",
			status: 200, body: `{"verified":true,"outcomes":[],"dropped":0}`,
			sent: `POST /_mock/verify {"expect":[{"match":{"unmatched":true},"atLeast":0,` +
				`"atMost":3}]}`,
		},
		{name: "unknown operation", args: "verify --operation pach", code: 2, about: "--operation"},
		{
			name: "a file and flags", args: "verify --times 1 --format json @x", code: 2,
			about: "--times",
		},
		{name: "no file", args: "verify @/nowhere.json", code: 2, about: "FILE"},
	})
}

func TestControlNamespaceAndState(t *testing.T) {
	testControl(t, []controlTest{
		{
			name: "list", args: "namespace list", status: 200,
			body: `{"namespaces":[` + fakeNamespace + `]}`, sent: "GET /_mock/namespaces",
		},
		{
			name: "create", args: "namespace create a", status: 200, body: fakeNamespace,
			sent: "PUT /t/a/_mock/namespace {}",
		},
		{
			name: "create from a fixture",
			args: "namespace create a --fixture crowded --namespace b", status: 200,
			body: fakeNamespace,
			sent: `PUT /t/a/_mock/namespace {"fixture":"crowded"}`,
		},
		{
			name: "unknown fixture", args: "namespace create a --fixture crowdde", code: 2,
			about: "--fixture",
		},
		{name: "remove", args: "namespace rm a", status: 204, sent: "DELETE /t/a/_mock/namespace"},
		{name: "name with a path", args: "namespace rm ..", code: 2, about: "NAME"},
		{
			name: "namespace with a path", args: "clock get --namespace ..", code: 2,
			about: "--namespace",
		},
		{name: "reset", args: "reset", status: 204, sent: "POST /_mock/reset"},
		{
			name: "state as JSON", args: "state get --format json --secrets", status: 200,
			body: `{"identities":[]}`,
			sent: "GET /_mock/state?secrets=true",
		},
		{name: "unknown format", args: "state get --format yml", code: 2, about: "--format"},
		{
			name: "health", args: "health", status: 200, sent: "GET /_mock/health",
			body: `{"product":"patmock","version":"1","status":"ok","namespace":"default",` +
				`"profile":{"name":"friendly","randomSeed":7,"rateLimit":"off"},` +
				`"counters":{"requests":{"list":{"404":1,"200":2},"create":{"200":1}},` +
				`"findings":{"no-wait":3},"faults":4,"tokens":5}}`,
		},
	})
}

func TestControlLogin(t *testing.T) {
	export := "export SAIL_BASE_URL=http://127.0.0.1:17280/t/a SAIL_CLIENT_ID=c1 " +
		"SAIL_CLIENT_SECRET=s1\n"
	testControl(t, []controlTest{
		{
			name: "identity",
			args: "identity add ann --user-level ORG_ADMIN --user-level USER --id " +
				"cafedadacafedadacafedadacafedada", status: 201, body: fakeUser,
			sent: `POST /_mock/identities {"name":"ann","userLevels":["ORG_ADMIN","USER"],` +
				`"id":"cafedadacafedadacafedadacafedada"}`, stdout: export,
		},
		{
			name: "token", status: 201, body: fakeUser,
			args: "token add --owner ann --name nightly --scope a --scope b --created -50d " +
				"--last-used -40d --expires -3d --managed --access-token-validity-seconds 60 " +
				"--user-aware-token-never-expires=false --format dotenv",
			sent: `POST /_mock/tokens {"owner":"ann","name":"nightly","scope":["a","b"],` +
				`"created":"-50d","lastUsed":"-40d","managed":true,` +
				`"accessTokenValiditySeconds":60,"expirationDate":"-3d",` +
				`"userAwareTokenNeverExpires":false}`,
			stdout: "SAIL_BASE_URL=http://127.0.0.1:17280/t/a\nSAIL_CLIENT_ID=c1\n" +
				"SAIL_CLIENT_SECRET=s1\n",
		},
		{name: "token without owner", args: "token add --name nightly", code: 2, about: "--owner"},
		{
			name: "a secret", args: "token add --owner ann --name nightly --secret hunter2",
			code: 2, about: "--secret",
		},
		{name: "unknown format", args: "identity add ann --format jsn", code: 2, about: "--format"},
		{
			name: "unsafe credentials", args: "identity add ann", status: 201,
			body: `{"user":"ann","clientId":"c1","clientSecret":"$(x)"}`,
			sent: `POST /_mock/identities {"name":"ann"}`, code: 3,
		},
	})
}

func TestControlStub(t *testing.T) {
	latin1 := filepath.Join(t.TempDir(), "latin1.csv")
	if err := os.WriteFile(latin1, []byte("caf\xe9"), 0o600); err != nil {
		t.Fatal(err)
	}
	stub := `{"id":"s1","method":"POST","path":"/v2025/search/*","scope":["a","b"],"status":202,` +
		`"header":{"X-Total-Count":"7"},"contentType":"text/plain","body":"abc","hits":2}`
	testControl(t, []controlTest{
		{
			name: "add", status: 201, body: stub,
			args: "stub add --id s1 --method POST --path /v2025/search/* --scope a --scope b " +
				"--status 202 --header X-Total-Count:~7 --content-type text/plain --body abc",
			sent: `POST /_mock/stubs {"id":"s1","method":"POST","path":"/v2025/search/*",` +
				`"scope":["a","b"],"status":202,"header":{"X-Total-Count":"7"},` +
				`"contentType":"text/plain","body":"abc"}`,
		},
		{
			name: "add a path only", status: 201, body: `{"id":"s1","path":"/a","status":200}`,
			args: "stub add --path /a --format json", sent: `POST /_mock/stubs {"path":"/a"}`,
		},
		{
			name: "list", args: "stub list", status: 200, sent: "GET /_mock/stubs",
			body: `{"stubs":[` + stub + `,{"id":"s2","path":"/v2025/roles","status":204}]}`,
		},
		{name: "no path", args: "stub add --status 200", code: 2, about: "--path"},
		{name: "unknown method", args: "stub add --method PSOT", code: 2, about: "--method"},
		{name: "malformed header", args: "stub add --header X-A=7", code: 2, about: "--header"},
		{
			name: "no file of a body", args: "stub add --path /a --body @no.json", code: 2,
			about: "--body",
		},
		{
			name: "body not in UTF-8", code: 2, about: "--body",
			args: "stub add --path /a --content-type text/csv --body @" + latin1,
		},
		{name: "no file", args: "stub add stub.json", code: 2, about: "FILE"},
		{name: "a file and flags", args: "stub add --path /a @stub.json", code: 2, about: "--path"},
		{
			name: "rejected", args: "stub add --path /**", status: 400,
			sent: `POST /_mock/stubs {"path":"/**"}`,
			body: `{"type":"urn:problem-type:patmock:invalid-request","title":"Invalid",` +
				`"status":400,"detail":"the stub is invalid","rule":"invalid-request",` +
				`"errors":[{"pointer":"/path","detail":"hides","rule":"stub-simulated"}]}`,
			code: 2, about: "stub-simulated@/path",
		},
		{name: "remove", args: "stub rm s1", status: 204, sent: "DELETE /_mock/stubs/s1"},
		{name: "remove all", args: "stub rm --all", status: 204, sent: "DELETE /_mock/stubs"},
		{name: "remove without ID", args: "stub rm", code: 2, about: "ID"},
		{name: "remove one and all", args: "stub rm s1 --all", code: 2, about: "ID"},
		{name: "remove path", args: "stub rm ..", code: 2, about: "ID"},
	})
}
