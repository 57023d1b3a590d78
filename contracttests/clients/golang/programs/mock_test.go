package programs_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"
)

// A tenant is a namespace of the mock in the environment.
type tenant struct {
	*testing.T
	url string
}

// server returns the URL of the mock without a namespace. It skips the test if there is no mock. In
// CI it fails the test.
func server(t *testing.T) string {
	t.Helper()
	url, _, _ := strings.Cut(os.Getenv("SAIL_BASE_URL"), "/t/")
	switch {
	case url != "":
	case os.Getenv("CI") == "true":
		t.Fatal("SAIL_BASE_URL is not set: run patmock exec -- go test ./...")
	default:
		t.Skip("SAIL_BASE_URL is not set: run patmock exec -- go test ./...")
	}
	return strings.TrimRight(url, "/")
}

// documented creates a namespace with the ids of the published programs, and stops its clock.
func documented(t *testing.T, name string) tenant {
	t.Helper()
	mock := tenant{t, server(t) + "/t/" + name}
	mock.call("PUT", "/_mock/namespace", map[string]any{"fixture": "documentation"}, nil)
	mock.call("PUT", "/_mock/clock", map[string]any{
		"now": "2026-07-01T00:00:00Z", "frozen": true,
	}, nil)
	t.Cleanup(func() { mock.call("DELETE", "/_mock/namespace", nil, nil) })
	return mock
}

// call sends a request, and reads the response unless it is nil.
func (m tenant) call(method, path string, body, response any) {
	m.Helper()
	encoded, err := json.Marshal(body)
	if err != nil {
		m.Fatal(err)
	}
	req, err := http.NewRequest(method, m.url+path, bytes.NewReader(encoded))
	if err != nil {
		m.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		m.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	content, err := io.ReadAll(resp.Body)
	if err == nil && resp.StatusCode < 300 && response != nil {
		err = json.Unmarshal(content, response)
	}
	if err != nil || resp.StatusCode >= 300 {
		m.Fatalf("%s %s: %s, error %v: %s", method, req.URL, resp.Status, err, content)
	}
}

// environment returns the variables with which a program logs in as the administrator.
func (m tenant) environment() []string {
	m.Helper()
	var list struct {
		Users []struct{ User, ClientID, ClientSecret string }
	}
	m.call("GET", "/_mock/credentials", nil, &list)
	for _, user := range list.Users {
		if user.User == "admin" {
			return []string{
				"PATH=" + os.Getenv("PATH"), "HOME=" + m.TempDir(), "SAIL_BASE_URL=" + m.url,
				"SAIL_CLIENT_ID=" + user.ClientID, "SAIL_CLIENT_SECRET=" + user.ClientSecret,
			}
		}
	}
	m.Fatal("the mock has no user admin")
	return nil
}

// A request of the journal, with the parts that a program decides.
type request struct {
	Operation, Method, Path, Query string
	Status                         int
	Body                           any
}

// requests returns the requests of the journal but for logins, in order.
func (m tenant) requests() []request {
	m.Helper()
	var list struct{ Requests []struct{ ID string } }
	m.call("GET", "/_mock/requests", nil, &list)
	var all []request
	for _, listed := range list.Requests {
		var entry struct {
			request
			Findings []struct{ Kind string }
			Request  struct{ Body string }
		}
		m.call("GET", "/_mock/requests/"+listed.ID, nil, &entry)
		if entry.Operation == "token" {
			continue
		}
		if len(entry.Findings) > 0 {
			m.Errorf("%s %s has the findings %v", entry.Method, entry.Path, entry.Findings)
		}
		r := entry.request
		if text := entry.Request.Body; text != "" {
			if err := json.Unmarshal([]byte(text), &r.Body); err != nil {
				m.Errorf("%v: %s", err, text)
			}
		}
		all = append(all, r)
	}
	return all
}
