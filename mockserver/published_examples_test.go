package mockserver_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"example.com/patmock/mockserver"
	"example.com/patmock/spec/rule"
	"example.com/patmock/spec/strictyaml"
)

// Ids in the published examples.
const (
	patchedID = "ef38f94347e94562b5bb8424a56397d8"
	listedBy  = "2c9180867b50d088017b554662fb281e"
	bulkID    = "695dab70d33d466b81d958dc9fb392db"
	shownID   = "86f1dc6fe8f54414950454cbb11278fa"
)

// forEachYear runs a subtest with a mock of the documentation's fixture for several years of wall
// time. Each call of fresh returns an administrator in a new namespace.
func forEachYear(t *testing.T, check func(t *testing.T, fresh func(t *testing.T) *client)) {
	for _, year := range []int{2026, 2030, 2099} {
		t.Run(fmt.Sprint(year), func(t *testing.T) {
			m := startWith(t, "documentation", mockserver.Config{})
			m.advance(time.Date(year, noon.Month(), noon.Day(), 12, 0, 0, 0, time.UTC).Sub(noon))
			namespaces := 0
			check(t, func(t *testing.T) *client {
				namespaces++
				return m.in(fmt.Sprintf("example-%d", namespaces)).forTest(t).as("admin")
			})
		})
	}
}

// checkProperties compares the printed properties of an object with those of a response.
func checkProperties(t *testing.T, got map[string]any, printed object) {
	t.Helper()
	for name, want := range printed {
		if diff := cmp.Diff(fmt.Sprint(want), fmt.Sprint(got[name])); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// tokensByID returns the tokens of a list by id.
func tokensByID(tokens []map[string]any) map[any]map[string]any {
	byID := map[any]map[string]any{}
	for _, token := range tokens {
		byID[token["id"]] = token
	}
	return byID
}

// The programs on the Go SDK's page about v2026 work.
func TestPublishedExamples_GoSDK(t *testing.T) {
	const tokens = "/v2026/personal-access-tokens"
	forEachYear(t, func(t *testing.T, fresh func(*testing.T) *client) {
		created := fresh(t).post(tokens, `{
			"scope" : [ "demo:personal-access-token-scope:first",
				"demo:personal-access-token-scope:second" ],
			"accessTokenValiditySeconds" : 36900,
			"name" : "NodeJS Integration",
			"userAwareTokenNeverExpires" : false,
			"expirationDate" : "2026-12-31T23:59:59.999Z"
		}`).is(http.StatusOK).object()
		checkProperties(t, created, object{
			"name": "NodeJS Integration", "accessTokenValiditySeconds": 36900,
			"expirationDate": "2026-12-31T23:59:59.999Z",
			"scope": []any{
				"demo:personal-access-token-scope:first", "demo:personal-access-token-scope:second",
			},
		})
		if got := created["created"].(string); !strings.HasPrefix(got, "2026-07-01T00:00:0") {
			t.Errorf("created = %s, want the clock to start at 2026-07-01T00:00:00Z", got)
		}

		c := fresh(t)
		c.delete(tokens + "/" + patchedID).is(http.StatusNoContent)
		c.delete(tokens + "/" + patchedID).is(http.StatusNotFound)

		query := url.Values{
			"owner-id": {listedBy}, "filters": {"lastUsed le 2023-02-05T10:59:27.214Z"},
		}
		listed := fresh(t).get(tokens + "?" + query.Encode()).is(http.StatusOK).list()
		if len(listed) != 1 || listed[0]["id"] != bulkID {
			t.Errorf("listed %v, want only the token %s", listed, bulkID)
		}

		patched := fresh(t).patch(tokens+"/"+patchedID, `[
			{"op": "replace", "path": "/name", "value": "New name"},
			{"op": "replace", "path": "/scope", "value": ["sp:scopes:all"]},
			{"op": "replace", "path": "/expirationDate", "value": "2027-12-31T23:59:59.999Z"}
		]`).is(http.StatusOK).object()
		checkProperties(t, patched, object{
			"id": patchedID, "name": "New name", "scope": []any{"sp:scopes:all"},
			"expirationDate": "2027-12-31T23:59:59.999Z",
		})
		fresh(t).patch(tokens+"/"+patchedID,
			"[{op=replace, path=/name, value=New name}, {op=replace, path=/scope, "+
				"value=[sp:scopes:all]}, {op=replace, path=/expirationDate, "+
				"value=2027-12-31T23:59:59.999Z}]").is(http.StatusBadRequest)
	})
}

// The examples of models in the Python and PowerShell SDKs work.
func TestPublishedExamples_Models(t *testing.T) {
	forEachYear(t, func(t *testing.T, fresh func(*testing.T) *client) {
		request := object{
			"name": "NodeJS Integration", "accessTokenValiditySeconds": 36900,
			"expirationDate": "2018-01-11T18:45:37.098Z",
			"scope": []any{
				"demo:personal-access-token-scope:first", "demo:personal-access-token-scope:second",
			},
		}
		c := fresh(t)
		checkPast(t, c.post("/beta/personal-access-tokens", request.String()))
		delete(request, "expirationDate")
		checkProperties(t,
			c.post("/beta/personal-access-tokens", request.String()).is(http.StatusOK).object(),
			request)

		for _, path := range []string{
			"/beta/personal-access-tokens", "/v2024/personal-access-tokens",
		} {
			token := tokensByID(fresh(t).get(path).is(http.StatusOK).list())[shownID]
			checkProperties(t, token, request)
			checkProperties(t, token, object{
				"created": "2017-07-11T18:45:37.098Z", "lastUsed": "2017-07-11T18:45:37.098Z",
				"managed": false,
			})
			checkProperties(t, token["owner"].(map[string]any), object{
				"type": "IDENTITY", "id": "2c9180a46faadee4016fb4e018c20639", "name": "Support",
			})
		}
		c.login(shownID, "1d1bef2b9f426383447f64f69349fc7cac176042578d205c256ba3f37c59adb9").
			is(http.StatusUnauthorized)
	})
}

// publishedRequest is a request built from the examples of a document.
type publishedRequest struct {
	name, method, path, contentType, body string
}

// publishedRequests returns the example requests of an OpenAPI document.
func publishedRequests(t *testing.T, file string) []publishedRequest {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var d document
	encoded, err := strictyaml.JSON(data)
	if err == nil {
		err = json.Unmarshal(encoded, &d)
	}
	if err != nil {
		t.Fatal(err)
	}
	name := strings.TrimSuffix(filepath.Base(file), ".yaml")
	prefix := "/" + name
	if strings.HasPrefix(name, "v1") {
		prefix = ""
	}
	var all []publishedRequest
	for path, methods := range d.Paths {
		for method, operation := range methods {
			targets, query := []string{prefix + path}, url.Values{}
			for _, p := range operation.Parameters {
				switch {
				case p.Example == "":
				case p.In == "path":
					targets[0] = strings.ReplaceAll(targets[0], "{"+p.Name+"}", p.Example)
				default:
					query.Set(p.Name, p.Example)
					targets = append(targets, prefix+path+"?"+url.Values{
						p.Name: {p.Example},
					}.Encode())
				}
			}
			if len(query) > 1 {
				targets = append(targets, prefix+path+"?"+query.Encode())
			}
			for _, target := range targets {
				request := publishedRequest{method: strings.ToUpper(method), path: target}
				request.name = request.method + " " + strings.Join(strings.Fields(target), "")
				if len(operation.RequestBody.Content) == 0 {
					all = append(all, request)
				}
				for contentType, content := range operation.RequestBody.Content {
					for i, body := range content.bodies(d) {
						request.contentType = contentType
						request.body = object{"": body}.String()
						request.body = request.body[len(`{"":`) : len(request.body)-1]
						numbered := request
						numbered.name += fmt.Sprintf(" body %d", i)
						all = append(all, numbered)
					}
				}
			}
		}
	}
	return all
}

// document has the parts of an OpenAPI document with examples.
type document struct {
	Paths map[string]map[string]struct {
		Parameters []struct {
			In, Name string
			Example  string
		}
		RequestBody struct {
			Content map[string]content
		} `json:"requestBody"`
	}
	Components struct {
		Schemas map[string]schema
	}
}

type content struct {
	Example  any
	Examples map[string]struct{ Value any }
	Schema   schema
}

type schema struct {
	Ref        string `json:"$ref"`
	Example    any
	Properties map[string]schema
}

// bodies returns the examples of a content: the complete ones, and one of its properties.
func (c content) bodies(d document) []any {
	var all []any
	if c.Example != nil {
		all = append(all, c.Example)
	}
	for _, example := range c.Examples {
		all = append(all, example.Value)
	}
	s := c.Schema
	if s.Ref != "" {
		s = d.Components.Schemas[s.Ref[strings.LastIndex(s.Ref, "/")+1:]]
	}
	properties := object{}
	for name, property := range s.Properties {
		if property.Example != nil {
			properties[name] = property.Example
		}
	}
	if len(properties) > 1 || len(properties) == 1 && len(s.Properties) == 1 {
		all = append(all, properties)
	}
	return all
}

// Every example request succeeds in any year, and the response has the values of the request.
func TestPublishedExamples_Documents(t *testing.T) {
	names := []string{"beta", "v3", "v2024", "v2025", "v2026", "v1"}
	t.Run("ours", func(t *testing.T) { testPublished(t, "../spec/documents", names...) })
	t.Run("published", func(t *testing.T) {
		dir := os.Getenv("PATMOCK_PUBLISHED_DIR")
		if dir == "" {
			t.Skip("PATMOCK_PUBLISHED_DIR is not set: there are no published documents")
		}
		testPublished(t, dir, append(names, "v1-bulk-update")...)
	})
}

// testPublished runs the examples of the documents in a directory.
func testPublished(t *testing.T, dir string, documents ...string) {
	var requests []publishedRequest
	for _, name := range documents {
		requests = append(requests, publishedRequests(t, filepath.Join(dir, name+".yaml"))...)
	}
	methods := map[string]int{}
	for _, request := range requests {
		methods[request.method]++
	}
	for _, method := range []string{"GET", "POST", "PATCH", "DELETE"} {
		if methods[method] < 6 {
			t.Errorf("%d requests with %s, want one of each version", methods[method], method)
		}
	}
	forEachYear(t, func(t *testing.T, fresh func(*testing.T) *client) {
		for _, request := range requests {
			t.Run(request.name, func(t *testing.T) { runPublished(t, fresh(t), request) })
		}
	})
}

// runPublished sends a request and compares the response with it.
func runPublished(t *testing.T, c *client, request publishedRequest) {
	t.Helper()
	send := func() testResponse {
		return c.send(request.method, request.path, request.contentType, request.body)
	}
	switch {
	case request.method == "GET":
		listed := send().is(http.StatusOK).list()
		if strings.Contains(request.path, listedBy) && len(listed) == 0 {
			t.Error("list contains no token of the example's owner")
		}
		for _, token := range listed {
			if owner := token["owner"].(map[string]any)["id"]; strings.Contains(request.path,
				listedBy) && owner != listedBy {
				t.Errorf("list contains a token of %s", owner)
			}
		}
	case request.method == "DELETE":
		send().is(http.StatusNoContent)
		send().is(http.StatusNotFound)
		return // in some cases by an access token of the deleted token
	case strings.HasSuffix(request.path, "/bulk-update"):
		body := decodeText[struct {
			IDs   []string
			Patch []operation
		}](t, request.body)
		updated := tokensByID(send().is(http.StatusOK).list())
		printed := slices.DeleteFunc(body.Patch, func(o operation) bool {
			return o.Path == "/userAwareTokenNeverExpires" // stored but not in this response
		})
		for _, id := range body.IDs {
			checkPatched(t, updated[id], printed)
		}
	case request.method == "PATCH":
		checkPatched(t, send().is(http.StatusOK).object(), decodeText[[]operation](t, request.body))
	default:
		body := decodeText[object](t, request.body)
		if body["expirationDate"] == "2018-01-11T18:45:37.098Z" {
			checkPast(t, send())
			delete(body, "expirationDate")
			request.body = body.String()
		}
		created := send().is(http.StatusOK).object()
		delete(body, "userAwareTokenNeverExpires") // absent from responses
		checkProperties(t, created, body)
	}
	for _, entry := range c.journal("?finding=*") {
		t.Errorf("documented request has findings: %v", entry["findings"])
	}
}

// checkPast expects the error of a past expiration date.
func checkPast(t *testing.T, r testResponse) {
	t.Helper()
	if got := r.is(http.StatusBadRequest).
		header.Get("X-Patmock-Rule"); got != string(rule.ExpiryFuture) {
		t.Errorf("rule = %q, want %s", got, rule.ExpiryFuture)
	}
}

type operation struct {
	Op, Path string
	Value    any
}

func checkPatched(t *testing.T, token map[string]any, patch []operation) {
	t.Helper()
	if token == nil {
		t.Fatal("response does not contain the token")
	}
	for _, o := range patch {
		checkProperties(t, token, object{strings.TrimPrefix(o.Path, "/"): o.Value})
	}
}

func decodeText[T any](t *testing.T, text string) (value T) {
	t.Helper()
	if err := json.Unmarshal([]byte(text), &value); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	return value
}
