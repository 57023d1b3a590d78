package main

import "testing"

func TestControlClock(t *testing.T) {
	moved := "2027-01-31T00:00:00Z, frozen, moved by +72h0m0s\n"
	testControl(t, []controlTest{
		{name: "get", args: "clock get", status: 200, body: fakeClock, sent: "GET /_mock/clock", stdout: moved},
		{
			name: "as JSON", args: "clock get --format json", status: 200, body: fakeClock, sent: "GET /_mock/clock",
			stdout: "{\n  \"now\": \"2027-01-31T00:00:00Z\",\n  \"frozen\": true,\n  \"moved\": \"+72h0m0s\"\n}\n",
		},
		{
			name: "in a namespace", args: "--namespace a clock get", status: 200, body: fakeClock, sent: "GET /t/a/_mock/clock", stdout: moved,
		},
		{
			name: "set and stop", args: "clock set 2027-01-31T01:00:00+01:00 --frozen", status: 200, body: fakeClock,
			sent: `PUT /_mock/clock {"now":"2027-01-31T01:00:00+01:00","frozen":true}`, stdout: moved,
		},
		{name: "stop", args: "clock set --frozen", status: 200, body: fakeClock, sent: `PUT /_mock/clock {"frozen":true}`, stdout: moved},
		{name: "go on", args: "clock set --frozen=false", status: 200, body: fakeClock, sent: `PUT /_mock/clock {"frozen":false}`, stdout: moved},
		{name: "set to nothing", args: "clock set", stderr: "expected a time such as 2027-01-31T00:00:00Z, --frozen, or both", code: 2},
		{name: "set to a day", args: "clock set 2027-01-31", stderr: `such as 2027-01-31T00:00:00Z, got "2027-01-31"`, code: 2},
		{
			name: "advance by days and hours", args: "clock advance 1d12h", status: 200, body: fakeClock,
			sent: `POST /_mock/clock/advance {"by":"36h0m0s"}`, stdout: moved,
		},
		{
			name: "advance by days", args: "clock advance 191d", status: 200, body: fakeClock,
			sent: `POST /_mock/clock/advance {"by":"4584h0m0s"}`, stdout: moved,
		},
		{
			name: "advance by half a day", args: "clock advance 0.5d", status: 200, body: fakeClock,
			sent: `POST /_mock/clock/advance {"by":"12h0m0s"}`, stdout: moved,
		},
		{name: "advance by something", args: "clock advance soon", stderr: `such as 72h, 191d or 1d12h, got "soon"`, code: 2},
		{name: "go back", args: "clock advance -- -72h", stderr: `expected a duration ahead`, code: 2},
		{name: "go back by days", args: "clock advance 1d-72h", stderr: `expected a duration ahead`, code: 2},
		{name: "advance too far", args: "clock advance 999999d", stderr: "at most 290 years", code: 2},
		{name: "clear", args: "clock clear", status: 200, body: fakeClock, sent: "DELETE /_mock/clock", stdout: moved},
	})
}

func TestControlFault(t *testing.T) {
	rule := `{"id":"f1","operation":"list","version":"v2026","owner":"jane.doe","header":{"X-Run":"7"},"status":429,"retryAfter":"3s","retryAfterAs":"date","after":1,"times":2,"matched":5,"hits":2}`
	testControl(t, []controlTest{
		{
			name: "add", status: 201, body: rule,
			args: "fault add --id f1 --operation list --version v2026 --owner jane.doe --header X-Run:~7 --status 429 --retry-after 3s --retry-after-as date --after 1 --times 2",
			sent: `POST /_mock/faults {"id":"f1","operation":"list","version":"v2026","owner":"jane.doe","header":{"X-Run":"7"},"status":429,"retryAfter":"3s","retryAfterAs":"date","after":1,"times":2}`,
			stdout: `
ID  MEETS                            DOES                           WHEN              MATCHED  HITS
f1  list v2026 of jane.doe X-Run: 7  429, retry after 3s as a date  2 times, after 1  5        2
`,
		},
		{
			name: "list", args: "fault list", status: 200, sent: "GET /_mock/faults",
			body: `{"faults":[{"id":"f1","latency":"1s","rate":0.5},{"id":"f2","effect":"html","status":503}]}`,
			stdout: `
ID  MEETS          DOES        WHEN         MATCHED  HITS
f1  every request  latency 1s  0.5 of them  0        0
f2  every request  html, 503   once         0        0
`,
		},
		{
			name: "list as JSON", args: "fault list --format json", status: 200, sent: "GET /_mock/faults",
			body: `{"faults":[{"id":"f1","owner":"<a>"}]}`, stdout: "{\n  \"faults\": [\n    {\n      \"id\": \"f1\",\n      \"owner\": \"<a>\"\n    }\n  ]\n}\n",
		},
		{name: "no operation", args: "fault add --operation lst", stderr: `unknown operation "lst" (did you mean list?): expected one of token, list`, code: 2},
		{name: "no version", args: "fault add --version v20266", stderr: `did you mean v2026?`, code: 2},
		{name: "no effect", args: "fault add --effect rest", stderr: `unknown effect "rest" (did you mean reset?)`, code: 2},
		{name: "no form", args: "fault add --retry-after-as dat", stderr: `did you mean date?`, code: 2},
		{name: "no header", args: "fault add --header X-Run=7", stderr: `expected a header such as "X-Run: 7"`, code: 2},
		{name: "no file", args: "fault add rule.json", stderr: `expected @FILE, or - for standard input, got "rule.json" (did you mean @rule.json?)`, code: 2},
		{name: "a file and flags", args: "fault add --status 429 --namespace a @rule.json", stderr: "expected a file or flags, got both: --status", code: 2},
		{
			name: "refused", args: "fault add", status: 400, sent: "POST /_mock/faults {}",
			body:   `{"type":"urn:problem-type:patmock:invalid","title":"Invalid","status":400,"detail":"the rule does nothing","errors":[{"pointer":"/status","detail":"give one"},{"pointer":"","detail":"or this"}]}`,
			stderr: "patmock: the rule does nothing\n  /status: give one\n  all of it: or this\n", code: 2,
		},
		{name: "remove", args: "fault rm f1", status: 204, sent: "DELETE /_mock/faults/f1"},
		{name: "remove all", args: "fault rm --all", status: 204, sent: "DELETE /_mock/faults"},
		{name: "remove nothing", args: "fault rm", stderr: "expected the id of a rule, or --all", code: 2},
		{name: "remove one and all", args: "fault rm f1 --all", stderr: "expected the id of a rule, or --all", code: 2},
		{name: "remove two", args: "fault rm f1 f2", stderr: "expected the id of a rule, got 2 arguments", code: 2},
		{name: "remove what leads elsewhere", args: "fault rm ..", stderr: `expected the id of a rule, got ".."`, code: 2},
	})
}

func TestControlRequests(t *testing.T) {
	testControl(t, []controlTest{
		{
			name: "list", status: 200, body: `{"requests":[` + fakeRequest + `],"matched":3,"held":9,"dropped":4}`,
			args: "requests list --operation create --version v3 --method POST --path /v3/* --status 400 --owner ann --client-id c1 --fault * --finding unknown-property --unmatched=false --limit 1",
			sent: "GET /_mock/requests?clientId=c1&fault=%2A&finding=unknown-property&limit=1&method=POST&operation=create&owner=ann&path=%2Fv3%2F%2A&status=400&unmatched=false&version=v3",
			stdout: `
#  AT                    REQUEST                              STATUS  OWNER  NOTED                       ID
4  2027-01-31T00:00:00Z  POST /v3/personal-access-tokens?a=b  400     ann    fault f1, unknown-property  r1
2 earlier ones match too: see --limit.
4 older requests are held no longer.
`,
		},
		{
			name: "list what anything was found in", args: "requests list --finding *", status: 200, sent: "GET /_mock/requests?finding=%2A",
			body: `{"requests":[],"matched":0,"held":0,"dropped":0}`, stdout: "#  AT  REQUEST  STATUS  OWNER  NOTED  ID\n",
		},
		{name: "no finding", args: "requests list --finding unknown-proprety", stderr: "did you mean unknown-property?", code: 2},
		{name: "no operation", args: "requests list --operation checktoken", stderr: "did you mean checkToken?", code: 2},
		{
			name: "show", args: "requests show r1", status: 200, body: fakeRequest, sent: "GET /_mock/requests/r1",
			stdout: `
#4 POST /v3/personal-access-tokens?a=b: 400, in 1.5 ms
2027-01-31T00:00:00Z, operation create, v3, by ann, client id c1, fault f1
the fallback answered
finding unknown-property: /nam is no property
why: no name
note: a note

> Accept: a
> Accept: b
> 
> {` + "\uFFFD" + `[31m}
> (the first part of 9 bytes)

< X: y
`,
		},
		{
			name: "nothing to show", args: "requests show", status: 200, body: `{"requests":[],"matched":0,"held":0,"dropped":0}`,
			sent: "GET /_mock/requests?limit=1", stderr: "patmock: no client has sent anything yet\n", code: 2,
		},
		{
			name: "show what is gone", args: "requests show r9", status: 404, sent: "GET /_mock/requests/r9",
			body:   `{"type":"urn:problem-type:patmock:not-found","title":"Not found","status":404,"detail":"no request r9 is held"}`,
			stderr: "patmock: no request r9 is held\n", code: 2,
		},
		{name: "clear", args: "requests clear", status: 204, sent: "DELETE /_mock/requests"},
	})
}

func TestControlVerify(t *testing.T) {
	testControl(t, []controlTest{
		{
			name: "not verified", status: 200, body: fakeVerdict, code: 1,
			args: "verify --operation create --version v2026 --status 200 --times 2 --timeout 1m500ms",
			sent: `POST /_mock/verify {"expect":[{"match":{"operation":"create","version":"v2026","status":200},"times":2}],"timeout":"60.5s"}`,
			stdout: `
verified: expected one list, got 1
NOT VERIFIED: expected create 2 times, got 0
  nearest: #4 POST /x 400 (r1)
    /status: expected 200, got 400
    /query/a: expected b, got -
`,
		},
		{
			name: "verified", args: "verify --at-least 0 --at-most 3 --unmatched", status: 200, body: `{"verified":true,"outcomes":[]}`,
			sent: `POST /_mock/verify {"expect":[{"match":{"unmatched":true},"atLeast":0,"atMost":3}]}`,
		},
		{name: "no operation", args: "verify --operation pach", stderr: "did you mean patch?", code: 2},
		{name: "a file and flags", args: "verify --times 1 --format json @x", stderr: "expected a file or flags, got both: --times\n", code: 2},
		{name: "no file", args: "verify @/nowhere.json", stderr: "/nowhere.json: no such file", code: 2},
	})
}

func TestControlNamespaceAndState(t *testing.T) {
	row := "NAME  FIXTURE  TOKENS  REQUESTS  IDLE   BASE URL\na     default  3       0         1m30s  http://127.0.0.1:17280/t/a\n"
	testControl(t, []controlTest{
		{name: "list", args: "namespace list", status: 200, body: `{"namespaces":[` + fakeNamespace + `]}`, sent: "GET /_mock/namespaces", stdout: row},
		{name: "create", args: "namespace create a", status: 200, body: fakeNamespace, sent: "PUT /t/a/_mock/namespace {}", stdout: row},
		{
			name: "create from a fixture", args: "namespace create a --fixture crowded --namespace b", status: 200, body: fakeNamespace,
			sent: `PUT /t/a/_mock/namespace {"fixture":"crowded"}`, stdout: row,
		},
		{name: "create from no fixture", args: "namespace create a --fixture crowdde", stderr: `did you mean "crowded"?`, code: 2},
		{name: "remove", args: "namespace rm a", status: 204, sent: "DELETE /t/a/_mock/namespace"},
		{name: "a name that leads elsewhere", args: "namespace rm ..", stderr: `expected the name of a namespace, got ".."`, code: 2},
		{name: "a namespace that leads elsewhere", args: "clock get --namespace ..", stderr: `expected the name of a namespace, got ".."`, code: 2},
		{name: "reset", args: "reset", status: 204, sent: "POST /_mock/reset"},
		{
			name: "state as JSON", args: "state get --format json --secrets", status: 200, body: `{"identities":[]}`,
			sent: "GET /_mock/state?secrets=true", stdout: "{\n  \"identities\": []\n}\n",
		},
		{name: "state in no format", args: "state get --format yml", stderr: `unknown format "yml" (did you mean yaml?): expected one of yaml, json`, code: 2},
		{
			name: "health", args: "health", status: 200, sent: "GET /_mock/health",
			body: `{"product":"patmock","version":"1","status":"ok","namespace":"default","profile":{"name":"friendly","randomSeed":7,"rateLimit":"off"},` +
				`"counters":{"requests":{"list":{"404":1,"200":2},"create":{"200":1}},"findings":{"no-wait":3},"faults":4,"tokens":5}}`,
			stdout: `
patmock 1 is ready
namespace   default
profile     friendly (random seed 7)
rate limit  off
tokens      5
requests    create 200: 1; list 200: 2, 404: 1
findings    no-wait: 3
faults      4
`,
		},
	})
}

func TestControlLogin(t *testing.T) {
	export := "export SAIL_BASE_URL=http://127.0.0.1:17280/t/a SAIL_CLIENT_ID=c1 SAIL_CLIENT_SECRET=s1\n"
	testControl(t, []controlTest{
		{
			name: "identity", args: "identity add ann --user-level ORG_ADMIN --user-level USER --id cafedadacafedadacafedadacafedada", status: 201, body: fakeUser,
			sent: `POST /_mock/identities {"name":"ann","userLevels":["ORG_ADMIN","USER"],"id":"cafedadacafedadacafedadacafedada"}`, stdout: export,
		},
		{
			name: "token", status: 201, body: fakeUser,
			args: "token add --owner ann --name nightly --scope a --scope b --created -50d --last-used -40d --expires -3d --managed --access-token-validity-seconds 60 --user-aware-token-never-expires=false --format dotenv",
			sent: `POST /_mock/tokens {"owner":"ann","name":"nightly","scope":["a","b"],"created":"-50d","lastUsed":"-40d","managed":true,` +
				`"accessTokenValiditySeconds":60,"expirationDate":"-3d","userAwareTokenNeverExpires":false}`,
			stdout: "SAIL_BASE_URL=http://127.0.0.1:17280/t/a\nSAIL_CLIENT_ID=c1\nSAIL_CLIENT_SECRET=s1\n",
		},
		{name: "a token of nobody", args: "token add --name nightly", stderr: "expected --owner and --name", code: 2},
		{name: "a secret", args: "token add --owner ann --name nightly --secret hunter2", stderr: "patmock: --secret: a secret does not belong on a command line: write @FILE\n", code: 2},
		{name: "no format", args: "identity add ann --format jsn", stderr: `did you mean json?`, code: 2},
		{
			name: "what no shell should read", args: "identity add ann", status: 201, body: `{"user":"ann","clientId":"c1","clientSecret":"$(x)"}`,
			sent: `POST /_mock/identities {"name":"ann"}`, stderr: "credentials with characters that none have", code: 3,
		},
	})
}
