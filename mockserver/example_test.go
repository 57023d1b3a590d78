package mockserver_test

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"example.com/patmock/fixtures"
	"example.com/patmock/fixtures/golden"
	"example.com/patmock/mockserver"
	"example.com/patmock/spec/version"
)

// A mock is an http.Handler. Any HTTP server can serve it.
func ExampleNew() {
	mock, err := mockserver.New(mockserver.Config{})
	if err != nil {
		fmt.Println(err)
		return
	}
	server := httptest.NewServer(mock)
	defer server.Close()

	response, err := http.Get(server.URL + "/v3/personal-access-tokens")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer response.Body.Close()
	fmt.Println(response.Status)
	// Output: 401 Unauthorized
}

// A mock can have its own users, serve some versions only, and log nothing.
func ExampleNew_config() {
	tenant, err := fixtures.Parse("mine.yaml", []byte(`
identities:
- id: cafedadacafedadacafedadacafedada
  name: ann
tokens:
- id: cafecafecafecafecafecafecafecafe
  secret: cafecafecafecafecafecafecafecafecafecafecafecafecafecafecafecafe
  owner: ann
  name: login
`))
	if err != nil {
		fmt.Println(err)
		return
	}
	mock, err := mockserver.New(mockserver.Config{
		Tenant:   tenant,
		Versions: []version.Version{version.V2026, version.V1},
		Log:      slog.New(slog.DiscardHandler),
	})
	fmt.Println(mock != nil, err)
	// Output: true <nil>
}

// example replaces the *testing.T that a test passes to Start.
type example struct{ cleanups []func() }

func (e *example) Helper()                           {}
func (e *example) Cleanup(f func())                  { e.cleanups = append(e.cleanups, f) }
func (e *example) Fatalf(format string, args ...any) { panic(fmt.Sprintf(format, args...)) }

// end runs the cleanups, as the end of a test does.
func (e *example) end() {
	for _, f := range e.cleanups {
		f()
	}
}

// In a test, Start runs a mock until the test ends.
func ExampleStart() {
	t := &example{} // in a test, its *testing.T
	defer t.end()

	mock := mockserver.Start(t)

	response, err := mock.Client("jane.doe").Get(mock.URL +
		"/v2026/personal-access-tokens?owner-id=me")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer response.Body.Close()
	var tokens []struct{ Name string }
	if err := json.NewDecoder(response.Body).Decode(&tokens); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(response.Status, tokens[0].Name)
	// Output: 200 OK login
}

// The credentials of a user configure the SDK under test.
func ExampleTestServer_Credentials() {
	t := &example{} // in a test, its *testing.T
	defer t.end()

	mock := mockserver.Start(t)
	id, secret := mock.Credentials("jane.doe")

	fmt.Println(id, len(secret))
	// Output: facefacefacefacefacefacefaceface 64
}

// A clock of the test lets half a year pass at once.
func ExampleConfig_now() {
	t := &example{} // in a test, its *testing.T
	defer t.end()

	now := time.Date(2026, time.August, 31, 12, 0, 0, 0, time.UTC)
	mock := mockserver.Start(t, mockserver.Config{Now: func() time.Time { return now }})
	jane := mock.Client("jane.doe")
	response, err := jane.Post(mock.URL+"/v3/personal-access-tokens", "application/json",
		strings.NewReader(`{"name":"half a year"}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer response.Body.Close()
	var token struct{ ID, Secret, ExpirationDate string }
	if err := json.NewDecoder(response.Body).Decode(&token); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("expires", token.ExpirationDate)

	now = now.AddDate(0, 7, 0)
	login := "grant_type=client_credentials&client_id=" + token.ID + "&client_secret=" +
		token.Secret
	rejected, err := http.Post(mock.URL+"/oauth/token", "application/x-www-form-urlencoded",
		strings.NewReader(login))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer rejected.Body.Close()
	body, err := io.ReadAll(rejected.Body)
	fmt.Println(rejected.StatusCode, string(body), err)
	// Output:
	// expires 2027-02-28T12:00:00.000Z
	// 401 {"error":"invalid_client","error_description":"Bad client credentials"} <nil>
}

func TestStart_StopsWithTest(t *testing.T) {
	var url string
	t.Run("a test", func(t *testing.T) {
		mock := mockserver.Start(t)
		url = mock.URL
		if r, err := mock.Client("admin").Get(url + "/v3/personal-access-tokens"); err != nil ||
			r.StatusCode != http.StatusOK {
			t.Fatalf("%v %v", r, err)
		} else if err := r.Body.Close(); err != nil {
			t.Fatal(err)
		}
	})
	if r, err := http.Get(url + "/_mock/health"); err == nil {
		t.Errorf("closed mock still responds with %s", r.Status)
		_ = r.Body.Close()
	}
}

// A client logs in again when its access token has expired by the clock of the mock.
func TestClient_RenewsAccessToken(t *testing.T) {
	c := &clock{now: noon}
	mock := mockserver.Start(t, mockserver.Config{Now: c.Now})
	jane := mock.Client("jane.doe")
	for range 3 {
		r, err := jane.Get(mock.URL + "/v3/personal-access-tokens?owner-id=me")
		if err != nil {
			t.Fatal(err)
		}
		if err := r.Body.Close(); err != nil || r.StatusCode != http.StatusOK {
			t.Errorf("status %d, %v", r.StatusCode, err)
		}
		c.advance(12 * time.Hour)
	}
}

func TestStart_RejectsInvalidConfig(t *testing.T) {
	for _, test := range []struct {
		name string
		use  func(t mockserver.TB)
	}{
		{"two configurations", func(t mockserver.TB) {
			mockserver.Start(t, mockserver.Config{}, mockserver.Config{})
		}},
		{"a bad configuration", func(t mockserver.TB) {
			mockserver.Start(t, mockserver.Config{PublicURL: "x"})
		}},
		{"an unknown user", func(t mockserver.TB) { mockserver.Start(t).Client("jane.deo") }},
	} {
		t.Run(test.name, func(t *testing.T) {
			e := &example{}
			defer e.end()
			defer func() {
				text, _ := recover().(string)
				if text == "" {
					t.Fatal("got no error")
				}
				golden.Check(t, configTexts, golden.Key(t), text)
			}()
			test.use(e)
		})
	}
}
