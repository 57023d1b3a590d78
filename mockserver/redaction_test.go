package mockserver_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"example.com/patmock/internal/sample"
	"example.com/patmock/mockserver"
	"example.com/patmock/mockserver/internal/response"
	"example.com/patmock/spec"
)

// A canary is a secret that must not appear. The text is its form in a request. A password is
// recognized by the name in front of it, other secrets by their format.
type canary struct{ name, text, secret string }

var canaries = []canary{
	{"hex", strings.Repeat("c0ffee15", 8), strings.Repeat("c0ffee15", 7)},
	{"bearer", "eyJhbGciOiJub25lIn0.eyJzdWIiOiJjYW5hcnkifQ.Y2FuYXJ5", "eyJzdWIiOiJjYW5hcnkifQ"},
	{"password", "client_secret=hunter2canary", "hunter2canary"},
}

// injectionTarget is an operation that canaries are sent to.
type injectionTarget struct {
	*spec.Operation
	contentType string
}

// request returns a request to the operation, with an id in its path.
func (a injectionTarget) request(id, query, body string) *http.Request {
	path := strings.NewReplacer("{id}", id, "{version}", id, "{name}", id).Replace(a.Path)
	r := httptest.NewRequest(a.Method, "/", strings.NewReader(body))
	r.URL = &url.URL{Path: path, RawQuery: query}
	r.Host = "127.0.0.1"
	if a.contentType != "" {
		r.Header.Set("Content-Type", a.contentType)
	}
	return r
}

// placement puts a text into one position of a request.
type placement struct {
	name string
	make func(a injectionTarget, text string) *http.Request
}

// jsonShapes are bodies with a text: as a value of every property, as a name, and in invalid JSON.
var jsonShapes = []string{
	`"%s"`, `["%s"]`, `{"%s":1}`, `{"name":"%s"}`, `{"name":["%s"]}`, `{"name":{"%s":1}}`,
	`{"name":"n","scope":["%s"]}`, `{"name":"n","scope":"%s"}`,
	`{"name":"n","expirationDate":"%s"}`, `{"name":"n","accessTokenValiditySeconds":"%s"}`,
	`{"name":"n","%s":"x"}`, `{"name":"n","x":{"y":"%s"}}`,
	`{"ids":["%s"],"patch":[]}`,
	`{"ids":["%[1]s","%[1]s"],"patch":[{"op":"add","path":"/%[1]s","value":"%[1]s"}]}`,
	`{"patch":"%s"}`,
	`[{"op":"%s","path":"/name","value":"x"}]`, `[{"op":"replace","path":"%s","value":"x"}]`,
	`[{"op":"replace","path":"/%s","value":"x"}]`,
	`[{"op":"replace","path":"/scope/%s","value":"x"}]`,
	`[{"op":"replace","path":"/name/%s","value":"x"}]`,
	`[{"op":"test","path":"/name","value":"%s"}]`,
	`[{"op":"replace","path":"/name","value":{"x":"%s"}}]`,
	`[{"op":"replace","path":"/expirationDate","value":"%s"}]`,
	`[{"op":"replace","path":"/scope","value":["%s"]}]`,
	`[{"op":"move","from":"/%s","path":"/name"}]`, `[{"op":"copy","from":"/name","path":"/%s"}]`,
	`[{"op":"remove","path":"/%s"}]`,
	`{"id":"%s","status":500}`, `{"status":500,"header":{"%s":"x"}}`,
	`{"status":500,"latency":"%s"}`, `{"operation":"%s","status":500}`, `{"by":"%s"}`,
	`{"now":"%s"}`,
	`{"fixture":"%s"}`, `{"tenant":{"name":"%s"}}`, `{"tenant":{"%s":1}}`,
	`{"tenant":{"tokens":[{"owner":"%s"}]}}`, `{"owner":"%s","name":"n"}`,
	`{"name":"n","userLevels":["%s"]}`,
	`{"expect":[{"match":{"path":"%s"},"times":1}],"timeout":"%[1]s"}`,
	`{"expect":[{"match":{"query":{"a":"%s"},"header":{"%[1]s":"%[1]s"}},"times":1}]}`,
	"{%s", `{"a":%s}`, "%s", "- %s\n",
}

var placements = func() []placement {
	all := []placement{
		{"id", func(a injectionTarget, text string) *http.Request {
			return a.request(text, "", "")
		}},
		{"path after it", func(a injectionTarget, text string) *http.Request {
			r := a.request("x", "", "")
			r.URL.Path += "/" + text
			return r
		}},
		{"path in front", func(a injectionTarget, text string) *http.Request {
			r := a.request("x", "", "")
			r.URL.Path = "/" + text + r.URL.Path
			return r
		}},
		{"method", func(a injectionTarget, text string) *http.Request {
			r := a.request("x", "", "")
			r.Method = text
			return r
		}},
		{"namespace", func(a injectionTarget, text string) *http.Request {
			r := a.request("x", "", "")
			r.URL.Path = "/t/" + text + r.URL.Path
			return r
		}},
		{"host", func(a injectionTarget, text string) *http.Request {
			r := a.request("x", "", "")
			r.Host = text + ".example.com"
			return r
		}},
		{"query name", func(a injectionTarget, text string) *http.Request {
			return a.request("x", text+"=1", "")
		}},
		{"query syntax", func(a injectionTarget, text string) *http.Request {
			return a.request("x", text+"=%zz;", "")
		}},
		{"user", func(a injectionTarget, text string) *http.Request {
			r := a.request("x", "grant_type=client_credentials", "")
			r.SetBasicAuth(text, text)
			return r
		}},
		{"password", func(a injectionTarget, text string) *http.Request {
			r := a.request("x", "grant_type=client_credentials", "")
			r.SetBasicAuth("x", text)
			return r
		}},
	}
	for _, name := range []string{
		"owner-id", "filters", "limit", "unknown", "client_id", "client_secret", "grant_type",
		"token", "secrets",
	} {
		for _, before := range []string{"", "lastUsed le ", "name eq \"", strings.Repeat("x", 70)} {
			all = append(all,
				placement{
					"query " + name + " " + before,
					func(a injectionTarget, text string) *http.Request {
						return a.request("x", url.Values{name: {before + text}}.Encode(), "")
					},
				})
		}
	}
	for _, name := range []string{
		"Prefer", "User-Agent", "Content-Type", "Content-Encoding", "Accept", "Origin",
		"Authorization", "X-Forwarded-Host", "Forwarded",
		"X-SailPoint-Experimental", "Access-Control-Request-Headers", "X-Unknown", "Cookie",
	} {
		for _, before := range []string{"", "code=401; x=", "Bearer ", "Basic ", "Digest "} {
			all = append(all,
				placement{
					"header " + name + " " + before,
					func(a injectionTarget, text string) *http.Request {
						r := a.request("x", "", `{"name":"n"}`)
						r.Header.Set(name, before+text)
						return r
					},
				})
		}
	}
	for _, shape := range jsonShapes {
		all = append(all,
			placement{"body " + shape, func(a injectionTarget, text string) *http.Request {
				return a.request(janeID, "", fmt.Sprintf(shape, text))
			}})
	}
	for _, name := range []string{
		"grant_type", "client_id", "client_secret", "token", "scope", "unknown",
	} {
		all = append(all,
			placement{"form " + name, func(a injectionTarget, text string) *http.Request {
				form := url.Values{"grant_type": {"client_credentials"}, "client_id": {janeID}}
				form.Set(name, text)
				r := a.request("x", "", form.Encode())
				r.Header.Set("Content-Type", urlencode)
				return r
			}},
			placement{"form name of " + name, func(a injectionTarget, text string) *http.Request {
				r := a.request("x", "", text+"=1&"+name+"=%zz")
				r.Header.Set("Content-Type", urlencode)
				return r
			}}, placement{"multipart " + name, func(a injectionTarget, text string) *http.Request {
				r := a.request("x", "",
					"--b\r\nContent-Disposition: form-data; name="+name+"\r\n\r\n"+text+
						"\r\n--b--\r\n")
				r.Header.Set("Content-Type", "multipart/form-data; boundary=b")
				return r
			}})
	}
	return all
}()

// injectionTargets returns the operations of a document, with each of their media types.
func injectionTargets(d *spec.Document) []injectionTarget {
	var all []injectionTarget
	for _, operation := range d.Operations {
		for _, contentType := range operation.MediaTypes {
			all = append(all, injectionTarget{operation, contentType})
		}
		if len(operation.MediaTypes) == 0 {
			all = append(all, injectionTarget{operation, ""})
		}
	}
	return all
}

// No log line, journal or error contains a secret, wherever a request has it.
func TestSecrets_AreRedacted(t *testing.T) {
	type pair struct {
		canary   canary
		document string
	}
	var all []pair
	for _, c := range canaries {
		for _, name := range spec.Names() {
			all = append(all, pair{c, name})
		}
	}
	for _, p := range sample.Of(t, 8, all) {
		t.Run(p.canary.name+"/"+p.document, func(t *testing.T) {
			checkDocument(t, p.canary, p.document)
		})
	}
}

func checkDocument(t *testing.T, c canary, name string) {
	t.Parallel()
	d, err := spec.Load(name)
	if err != nil {
		t.Fatal(err)
	}
	log := &bytes.Buffer{}
	m := startWith(t, "default", mockserver.Config{
		Log: slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{
			Level: slog.LevelDebug,
		})),
		LogRequests: true, JournalSize: 1 << 16,
	})
	bearer := m.as("jane.doe").authorization
	controlled := name == spec.Control
	sent := 0
	for _, a := range injectionTargets(d) {
		for _, p := range placements {
			if controlled && a.Method == http.MethodDelete && p.name == "password" {
				continue
			}
			log.Reset()
			r := p.make(a, c.text)
			if r.Header.Get("Authorization") == "" && !controlled {
				r.Header.Set("Authorization", bearer)
			}
			if a.Name == "followRequests" { // its response ends with the client
				canceled, cancel := context.WithCancel(t.Context())
				cancel()
				r = r.WithContext(canceled)
			}
			method, path := r.Method, r.URL.Path
			w := httptest.NewRecorder()
			m.mock.ServeHTTP(w, r)
			sent++
			if strings.Contains(log.String(), c.secret) {
				t.Errorf("%s of %s %s: log contains %s", p.name, method, path, log)
			}
			if w.Code >= http.StatusBadRequest && strings.Contains(w.Body.String(), c.secret) {
				t.Errorf("%s of %s %s: %d with %s", p.name, method, path, w.Code, w.Body)
			}
			for _, header := range []string{response.RuleHeader, "WWW-Authenticate"} {
				if value := w.Header().Get(header); strings.Contains(value, c.secret) {
					t.Errorf("%s of %s %s: header %s: %s", p.name, method, path, header, value)
				}
			}
			if t.Failed() {
				return
			}
		}
	}
	if controlled {
		return
	}
	for _, r := range m.anonymous().journal("") {
		w := httptest.NewRecorder()
		m.mock.ServeHTTP(w,
			httptest.NewRequest(http.MethodGet, "/_mock/requests/"+r["id"].(string), nil))
		sent--
		if strings.Contains(w.Body.String(), c.secret) {
			t.Fatalf("journal contains the secret: %s", w.Body)
		}
	}
	if sent != -1 { // the login
		t.Errorf("journal lacks %d requests", sent+1)
	}
}

// Redaction keeps the words of messages that look like a secret with its name.
func TestRedaction_KeepsMessages(t *testing.T) {
	log := &logLines{}
	m := startWith(t, "default", mockserver.Config{Log: log.logger()})
	c := m.as("jane.doe")
	r, err := http.NewRequest(http.MethodGet, m.url+listOwn, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", c.authorization)
	r.Header.Set("Prefer", "code=401")
	m.exchange(r).is(http.StatusUnauthorized)
	const words = "requested by Prefer: code=401"
	if text := strings.Join(log.all, "\n"); !strings.Contains(text, words) {
		t.Errorf("log %s does not contain %q", text, words)
	}
	entries := c.journal("?limit=1000")
	why, _ := entries[len(entries)-1]["reasons"].([]any)
	if !slices.ContainsFunc(why,
		func(sentence any) bool { return strings.HasPrefix(sentence.(string), words) }) {
		t.Errorf("journal %v does not contain %q", why, words)
	}
}
