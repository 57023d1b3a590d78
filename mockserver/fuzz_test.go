package mockserver_test

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"example.com/patmock/fixtures"
	"example.com/patmock/mockserver"
	"example.com/patmock/spec/version"
)

// fuzzMock is a mock that is replaced after some requests, so that created tokens do not
// accumulate.
type fuzzMock struct {
	tenant
	mock      http.Handler
	bearer    string
	remaining int // requests until it is replaced
}

func (f *fuzzMock) renew(t testing.TB) {
	t.Helper()
	f.TB = t
	if f.remaining--; f.remaining > 0 {
		return
	}
	seed, err := fixtures.Load("default")
	if err != nil {
		t.Fatal(err)
	}
	f.clock, f.seed, f.specs, f.remaining = &clock{now: noon}, seed, documents(t, nil), 1000
	if f.mock, err = mockserver.New(mockserver.Config{
		Tenant: seed, Now: f.Now, Log: slog.New(slog.DiscardHandler),
	}); err != nil {
		t.Fatal(err)
	}
	login := httptest.NewRequest("POST",
		"/oauth/token?grant_type=client_credentials&client_id="+strings.Repeat("cafe", 8)+
			"&client_secret="+strings.Repeat("cafe", 16), nil)
	session := f.serve(login).is(http.StatusOK)
	f.bearer = "Bearer " + session.object()["access_token"].(string)
}

// serve sends a request to the mock and checks every invariant of the response: no panic, no 500,
// and a valid body.
func (f *fuzzMock) serve(r *http.Request) testResponse {
	f.Helper()
	rw := httptest.NewRecorder()
	f.mock.ServeHTTP(rw, r)
	rw.Header().Set("Date", "now") // set by an HTTP server
	got := testResponse{TB: f, status: rw.Code, header: rw.Header(), text: rw.Body.String()}
	f.checkInvariants(r, got)
	if got.status == http.StatusInternalServerError {
		f.Errorf("%s %s: 500", r.Method, r.URL)
	}
	return got
}

func FuzzRequest(f *testing.F) {
	const patch = "application/json-patch+json"
	for _, v := range version.All() {
		path := v.CollectionPath()
		f.Add("GET", path, "owner-id=me&filters=lastUsed+isnull", "", "")
		f.Add("POST", path, "", "application/json",
			`{"name":"x","scope":["a"],"accessTokenValiditySeconds":60,`+
				`"expirationDate":"2026-12-01T00:00:00.5+01:00","userAwareTokenNeverExpires":true}`)
		f.Add("PATCH", path+"/"+strings.Repeat("cafe", 8), "", patch,
			`[{"op":"replace","path":"/name","value":"y"},{"op":"move","from":"/name",`+
				`"path":"/scope/0"},{"op":"add","path":"/scope/-","value":"b"}]`)
		f.Add("DELETE", path+"/"+strings.Repeat("face", 8), "", "application/json", "")
	}
	f.Add("PATCH", bulkPath, "", "application/json",
		`{"ids":["`+strings.Repeat("bead", 8)+
			`"],"patch":[{"op":"remove","path":"/expirationDate"},{"op":"replace",`+
			`"path":"/userAwareTokenNeverExpires","value":true}]}`)
	f.Add("POST", "/oauth/check_token", "token=a.b.c", urlencode, "token=x")
	f.Add("GET", "//v3/%2e%2e/x", "%zz", "a/b; c", "\x00")
	var mock fuzzMock
	f.Fuzz(func(t *testing.T, method, path, query, contentType, body string) {
		r, ok := request(method, path, query, contentType, body)
		if !ok {
			return
		}
		mock.renew(t)
		r.Header.Set("Authorization", mock.bearer)
		mock.serve(r)
	})
}

func FuzzTokenForm(f *testing.F) {
	form := url.Values{
		"grant_type": {"client_credentials"}, "client_id": {janeID}, "client_secret": {janeSecret},
	}.Encode()
	f.Add("", urlencode, form, "")
	f.Add(form, "", "", "")
	f.Add("grant_type=client_credentials", urlencode,
		"client_id="+janeID+"&client_secret="+janeSecret, "")
	f.Add("", urlencode, "grant_type=client_credentials", "Basic "+janeID)
	f.Add("", "multipart/form-data; boundary=b",
		multipartForm("b", `"%s"`, `Content-Disposition: form-data; name=%s`), "")
	f.Add("", `multipart/form-data; boundary="b c"`,
		multipartForm("b c", `%s`,
			"Content-Type: text/plain; charset=utf-8\r\nContent-Disposition: form-data; name=%s"),
		"")
	f.Add("grant_type=a;b", "multipart/form-data", "--\r\n\r\n----", "Bearer x")
	var mock fuzzMock
	f.Fuzz(func(t *testing.T, query, contentType, body, authorization string) {
		r, ok := request("POST", "/oauth/token", query, contentType, body)
		if !ok {
			return
		}
		mock.renew(t)
		r.Header.Set("Authorization", authorization)
		if got := mock.serve(r).status; got != 200 && got != 400 && got != 401 && got != 413 {
			t.Errorf("unexpected status: %d", got)
		}
	})
}

// request returns a request that a server can read from a socket. It reports false for other input.
func request(method, path, query, contentType, body string) (*http.Request, bool) {
	if !strings.HasPrefix(path, "/") {
		return nil, false
	}
	u, err := url.ParseRequestURI(path)
	if err != nil || strings.ContainsAny(path, "?# ") || u.Host != "" {
		return nil, false
	}
	u.RawQuery = query
	r, err := http.NewRequest(method, "http://mock"+u.EscapedPath(), strings.NewReader(body))
	if err != nil || strings.ContainsAny(query, " \r\n#") {
		return nil, false
	}
	r.URL = u
	r.Header.Set("Content-Type", contentType)
	return r, true
}

// FuzzAllocatedBytes limits the memory that a request allocates by its size. The body is a text, a
// second text many times, and a third one.
func FuzzAllocatedBytes(f *testing.F) {
	operations := []struct{ method, path, contentType string }{
		{"POST", tokensPath, jsonType},
		{"PATCH", onePath, patchType},
		{"POST", bulkV1, jsonType},
		{"POST", "/oauth/token", formType},
		{"POST", "/oauth/check_token", partsType},
		{"PUT", "/_mock/state", jsonType},
		{"PUT", "/_mock/state", yamlType},
		{"PUT", "/_mock/namespace", jsonType},
		{"POST", "/_mock/faults", jsonType},
		{"POST", "/_mock/verify", jsonType},
		{"POST", "/_mock/identities", jsonType},
		{"POST", "/_mock/tokens", jsonType},
	}
	for i := range operations {
		f.Add(uint8(i), `{"name":"x","scope":[`, `1,`, `1]}`, uint16(1000))
		f.Add(uint8(i), `[`, `{"op":1},`, `{}]`, uint16(1000))
		f.Add(uint8(i), `{`, `"a":{"b":[]},`, `"c":1}`, uint16(1000))
		f.Add(uint8(i), `{"tokens":[`, `{"owner":"a"},`, `{}],"identities":[{"name":"a"}]}`,
			uint16(500))
		f.Add(uint8(i), `{"tenant":{"identities":[`, `{"name":"a"},`, `{}]}}`, uint16(500))
		f.Add(uint8(i), `{"expect":[`, `{"times":-1},`, `{}]}`, uint16(500))
		f.Add(uint8(i), `{"status":429,"header":{`, `"a":1,`, `"b":""}}`, uint16(500))
		f.Add(uint8(i), "tokens:\n", "- {a: 1}\n", "", uint16(500))
		f.Add(uint8(i), "", "a=b&", "", uint16(500))
		f.Add(uint8(i), "", "--b\r\nContent-Disposition: form-data; name=a\r\n\r\nx\r\n",
			"--b--\r\n", uint16(500))
		f.Add(uint8(i), "", "[", "", uint16(5000))
		f.Add(uint8(i), "[", `{"op":1},`, "]", uint16(1000)) // YAML, but not JSON
		f.Add(uint8(i), "[", "[],", "]", uint16(60_000))
	}
	g := newGrowthHarness(f)
	bearer := g.bearer(f, "")
	f.Fuzz(func(t *testing.T, which uint8, before, middle, after string, times uint16) {
		o := operations[int(which)%len(operations)]
		n := min(int(times), 200_000/max(1, len(middle)))
		body := before + strings.Repeat(middle, n) + after
		c := growthCase{
			method: o.method, path: o.path, contentType: o.contentType, body: func(int) string {
				return body
			},
		}
		limit := 1<<20 + 1000*uint64(len(body))
		for range 3 { // concurrent work allocates as well
			if got := g.measure(c, "/t/fuzzed", bearer, 0); got.bytes <= limit {
				return
			}
		}
		t.Errorf("%s %s: %d bytes of input allocate more than %d", o.method, o.path, len(body),
			limit)
	})
}
