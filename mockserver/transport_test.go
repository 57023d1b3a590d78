package mockserver_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"example.com/patmock/mockserver"
	"example.com/patmock/spec/rule"
	"example.com/patmock/spec/version"
)

func TestRouting_MethodNotAllowed(t *testing.T) {
	m := start(t, callers)
	for _, v := range version.All() {
		for _, test := range []struct{ path, allow string }{
			{v.CollectionPath(), "GET, HEAD, POST"},
			{v.CollectionPath() + "/" + janes, "DELETE, PATCH"},
		} {
			for _, method := range []string{
				"PUT", "OPTIONS", "TRACE", "GET", "POST", "PATCH", "DELETE",
			} {
				if strings.Contains(test.allow, method) {
					continue
				}
				t.Run(method+" "+test.path, func(t *testing.T) {
					r := m.forTest(t).as("admin").send(method, test.path, "application/json", "{}")
					r.rejected(http.StatusMethodNotAllowed, "405", cause{
						rule.MethodNotAllowed, "method",
					})
					if got := r.header.Get("Allow"); got != test.allow {
						t.Errorf("Allow = %q, want %q", got, test.allow)
					}
				})
			}
		}
	}
	for path, allow := range map[string]string{
		bulkPath: "PATCH, POST", "/oauth/token": "POST", "/oauth/check_token": "POST",
		"/oauth/info": "GET, HEAD", "/_mock/health": "GET, HEAD",
	} {
		t.Run("DELETE "+path, func(t *testing.T) {
			r := m.as("admin").delete(path).is(http.StatusMethodNotAllowed)
			if got := r.header.Get("Allow"); got != allow {
				t.Errorf("Allow = %q, want %q", got, allow)
			}
		})
	}
}

func TestRouting_UnknownPaths(t *testing.T) {
	m := start(t, "empty")
	for _, test := range []struct {
		name   string
		path   string
		status int
		want   cause
	}{
		{"other resource", "/v3/identities", 501, cause{rule.NotSimulated, ""}},
		{"object of another resource", "/v2026/accounts/1?x=y", 501, cause{rule.NotSimulated, ""}},
		{"version alone", "/beta", 501, cause{rule.NotSimulated, ""}},
		{"latest version", "/latest/personal-access-tokens", 501, cause{rule.NotSimulated, ""}},
		{"other API", "/accounts/v1/42", 501, cause{rule.NotSimulated, ""}},
		{"other API in version 2", "/access-profiles/v2", 501, cause{rule.NotSimulated, ""}},
		{"below a token", "/v3/personal-access-tokens/a/b", 404, cause{rule.UnmatchedPath, "path"}},
		{
			"below a token of v1", "/personal-access-tokens/v1/a/b", 404, cause{
				rule.UnmatchedPath, "path",
			},
		},
		{
			"unknown version", "/personal-access-tokens/v2", 501, cause{
				rule.NotSimulated, "",
			},
		},
		{"no id", "/v3/personal-access-tokens/", 404, cause{rule.UnmatchedPath, "path"}},
		{"no id in v1", "/personal-access-tokens/v1/", 404, cause{rule.UnmatchedPath, "path"}},
		{"no version", "/personal-access-tokens", 404, cause{rule.UnmatchedPath, "path"}},
		{"v1 in front", "/v1/personal-access-tokens", 404, cause{rule.UnmatchedPath, "path"}},
		{"version v30", "/v30/personal-access-tokens", 501, cause{rule.NotSimulated, "v30"}},
		{
			"version in capitals", "/V3/personal-access-tokens", 404, cause{
				rule.UnmatchedPath, "path",
			},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			m.forTest(t).anonymous().get(test.path).rejected(test.status, fmt.Sprint(test.status),
				test.want)
		})
	}
	m.anonymous().get("/oauth/authorize").rejectedOAuth(http.StatusNotImplemented,
		"not_implemented", rule.NotSimulated)
}

func TestRouting_DisabledVersions(t *testing.T) {
	m := startWith(t, "empty", mockserver.Config{Versions: []version.Version{version.V3}})
	c := m.as("jane.doe")
	c.get("/v3/personal-access-tokens?owner-id=me").is(http.StatusOK)
	for _, v := range version.All() {
		if v == version.V3 {
			continue
		}
		t.Run("list of "+string(v), func(t *testing.T) {
			c.forTest(t).anonymous().get(v.CollectionPath()).rejected(http.StatusNotImplemented,
				"501", cause{rule.NotSimulated, ""})
		})
		t.Run("deletion in "+string(v), func(t *testing.T) {
			c.forTest(t).anonymous().delete(v.CollectionPath()+
				"/x").rejected(http.StatusNotImplemented, "501", cause{rule.NotSimulated, ""})
		})
	}
	c.get("/v2026/accounts").rejected(http.StatusNotImplemented, "501", cause{
		rule.NotSimulated, "",
	})
}

func TestBody_RejectsOverOneMebibyte(t *testing.T) {
	each(t, version.All(), func(t *testing.T, v version.Version) {
		c := start(t, "empty").as("jane.doe")
		fits := `{"name":"big","userAwareTokenNeverExpires":true,"note":"` +
			strings.Repeat("x", 1<<20-58) + `"}`
		if len(fits) != 1<<20 {
			t.Fatalf("got %d bytes, want a mebibyte", len(fits))
		}
		c.post(v.CollectionPath(), fits).is(http.StatusOK)
		c.post(v.CollectionPath(), " "+fits).rejected(http.StatusRequestEntityTooLarge, "413",
			cause{rule.ContentTooLarge, "1048577"})
		// without a Content-Length
		r, err := http.NewRequest("POST", c.url+v.CollectionPath(),
			io.MultiReader(strings.NewReader(" "+fits)))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Authorization", c.authorization)
		c.exchange(r).rejected(http.StatusRequestEntityTooLarge, "413", cause{
			rule.ContentTooLarge, "body",
		})
		c.patch(v.CollectionPath()+"/"+janeID,
			"["+strings.Repeat(" ", 1<<20)+"]").rejected(http.StatusRequestEntityTooLarge, "413",
			cause{rule.ContentTooLarge, "1048578"})
		c.anonymous().send("POST", "/oauth/token", urlencode,
			"x="+strings.Repeat("x", 1<<20)).rejectedOAuth(http.StatusRequestEntityTooLarge,
			"invalid_request", rule.ContentTooLarge)
	})
}

// The announced length of a body is checked even if no handler reads the body.
func TestBody_RejectsAnnouncedLength(t *testing.T) {
	c := start(t, callers).as("admin")
	big := strings.Repeat(" ", 1<<20+1)
	for _, request := range [][2]string{
		{"GET", "/v3/personal-access-tokens"},
		{"DELETE", "/v3/personal-access-tokens/" + janes},
		{"PUT", "/v3/personal-access-tokens"},
		{"POST", "/v3/identities"},
		{"POST", "/nowhere"},
	} {
		c.send(request[0], request[1], "application/json",
			big).rejected(http.StatusRequestEntityTooLarge, "413", cause{
			rule.ContentTooLarge, "body",
		})
	}
	for _, request := range [][2]string{{"GET", "/oauth/info"}, {"POST", "/oauth/token"}} {
		c.send(request[0], request[1], "application/json",
			big).rejectedOAuth(http.StatusRequestEntityTooLarge, "invalid_request",
			rule.ContentTooLarge)
	}
}

func TestContentType_IsChecked(t *testing.T) {
	const patch = `[{"op":"replace","path":"/name","value":"renamed"}]`
	for _, test := range []struct {
		name, method, contentType string
		status                    int
	}{
		{"create with a charset", "POST", "application/json; charset=UTF-8", 200},
		{"create in capitals", "POST", "Application/JSON", 200},
		{"create as text", "POST", "text/plain", 415},
		{"create as a form", "POST", urlencode, 415},
		{"create as nothing", "POST", "", 415},
		{"create as nonsense", "POST", "a b;;", 415},
		{"patch", "PATCH", "application/json-patch+json", 200},
		{"patch with a charset", "PATCH", "application/json-patch+json; charset=utf-8", 200},
		{"patch as JSON", "PATCH", "application/json", 415},
		{"patch as a merge patch", "PATCH", "application/merge-patch+json", 415},
		{
			"list with a type and without a body, as PowerShell sends it", "GET",
			"application/json", 200,
		},
		{
			"deletion with a type and without a body, as PowerShell sends it", "DELETE",
			"application/json", 204,
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			each(t, version.All(), func(t *testing.T, v version.Version) {
				c := start(t, "empty").as("jane.doe")
				path, body := v.CollectionPath()+"?owner-id=me", ""
				switch test.method {
				case "POST":
					body = `{"name":"typed","userAwareTokenNeverExpires":true}`
				case "PATCH":
					path, body = v.CollectionPath()+"/"+janeID, patch
				case "DELETE":
					path = v.CollectionPath() + "/" + janeID
				}
				r := c.send(test.method, path, test.contentType, body).is(test.status)
				if test.status == http.StatusUnsupportedMediaType {
					r.rejected(test.status, "415", cause{rule.WrongContentType, "Content-Type"})
				}
			})
		})
	}
}

// A request with neither a body nor a content type gets a 400 for the missing body. Every document
// declares that status.
func TestBody_EmptyIsMissing(t *testing.T) {
	each(t, version.All(), func(t *testing.T, v version.Version) {
		c := start(t, "empty").as("jane.doe")
		requests := [][2]string{
			{"POST", v.CollectionPath()}, {"PATCH", v.CollectionPath() + "/" + janeID},
		}
		if v == version.V1 {
			requests = append(requests, [2]string{"POST", bulkPath}, [2]string{"PATCH", bulkPath})
		}
		for _, request := range requests {
			c.send(request[0], request[1], "", "").rejected(http.StatusBadRequest, "400.0", cause{
				rule.JSONSyntax, "body",
			})
		}
	})
}

func TestRouting_CollapsesLeadingSlashes(t *testing.T) {
	each(t, version.All(), func(t *testing.T, v version.Version) {
		c := start(t, "empty").as("jane.doe")
		c.get("/" + v.CollectionPath() + "?owner-id=me").is(http.StatusOK)
		r := c.post("//"+v.CollectionPath(),
			`{"name":"slashes","userAwareTokenNeverExpires":true}`).is(http.StatusOK)
		c.delete("/" + v.CollectionPath() + "/" +
			r.object()["id"].(string)).is(http.StatusNoContent)
	})
}

func TestRouting_OddIDsAreUnknown(t *testing.T) {
	each(t, version.All(), func(t *testing.T, v version.Version) {
		c := start(t, "empty").as("jane.doe")
		for _, id := range []string{
			"a%2Fb", "%00", "..", "%2e%2e", "%20", strings.ToUpper(janeID), "%f0%9f%94%91", "a;b",
		} {
			c.delete(v.CollectionPath() + "/" + id).unknownID()
		}
		escaped := "%66" + janeID[1:]
		c.delete(v.CollectionPath() + "/" + escaped).is(http.StatusNoContent)
	})
}

func TestHealth(t *testing.T) {
	got := start(t, "empty").anonymous().get("/_mock/health").is(http.StatusOK).object()
	want := map[string]any{
		"product": "patmock", "version": mockserver.Version(), "status": "ok",
		"namespace": "default",
	}
	delete(got, "profile")
	delete(got, "counters")
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("health (-want +got):\n%s", diff)
	}
}

// Of several concurrent creates with the same name one succeeds. A patch that loses a race is
// applied again.
func TestConcurrentWrites_AreNotLost(t *testing.T) {
	c := start(t, "empty").as("jane.doe")
	const writers = 16
	id := c.create(version.V2026, "shared")["id"].(string)
	var created sync.Map
	var group sync.WaitGroup
	for i := range writers {
		group.Go(func() {
			r := c.post("/v2026/personal-access-tokens",
				`{"name":"only one","userAwareTokenNeverExpires":true}`)
			created.Store(i, r.status)
		})
		group.Go(func() {
			if r := c.patch("/v2026/personal-access-tokens/"+id,
				`[{"op":"add","path":"/scope/-","value":"more"}]`); r.status != http.StatusOK {
				t.Errorf("patch: status %d: %s", r.status, r.text)
			}
		})
	}
	group.Wait()
	statuses := map[any]int{}
	created.Range(func(_, status any) bool { statuses[status]++; return true })
	if diff := cmp.Diff(map[any]int{200: 1, 400: writers - 1}, statuses); diff != "" {
		t.Errorf("statuses of create (-want +got):\n%s", diff)
	}
	if got := len(listedToken(c, version.V2026, id)["scope"].([]any)); got != writers+1 {
		t.Errorf("got %d scopes, want %d", got, writers+1)
	}
}

// A body that is longer than announced and than allowed is rejected. A caller in process can send
// one.
func TestBody_RejectsUnderstatedLength(t *testing.T) {
	m := start(t, "empty")
	const begin, end = `{"name":"`, `","userAwareTokenNeverExpires":true}`
	body := begin + strings.Repeat("x", 1<<20+1-len(begin)-len(end)) + end // one byte too many
	bearer := "Bearer " +
		m.login(janeID, janeSecret).is(http.StatusOK).object()["access_token"].(string)
	for name, reader := range map[string]io.Reader{
		"end after the data": strings.NewReader(body),
		"end with the data":  iotest.DataErrReader(strings.NewReader(body)),
	} {
		t.Run(name, func(t *testing.T) {
			r, err := http.NewRequestWithContext(t.Context(), http.MethodPost,
				"http://mock/v2026/personal-access-tokens", reader)
			if err != nil {
				t.Fatal(err)
			}
			r.ContentLength = 1 << 20
			r.Header.Set("Content-Type", "application/json")
			r.Header.Set("Authorization", bearer)
			response, err := m.mock.Transport().RoundTrip(r)
			if err != nil {
				t.Fatal(err)
			}
			defer response.Body.Close() //nolint:errcheck // in memory
			if response.StatusCode != http.StatusRequestEntityTooLarge {
				t.Errorf("status = %d, want 413", response.StatusCode)
			}
		})
	}
}
