package container_test

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/testcontainers/testcontainers-go"

	"example.com/patmock/mockserver/container"
	"example.com/patmock/mockserver/control"
)

// img is the image under test.
var img = cmp.Or(os.Getenv("PATMOCK_IMAGE"), "patmock:latest")

// requireImage skips a test without an engine or without the image. With CI=true it fails the test.
func requireImage(t *testing.T) {
	t.Helper()
	if err := checkImage(t.Context()); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal(err)
		}
		t.Skip(err)
	}
}

func checkImage(ctx context.Context) error {
	engine, err := testcontainers.NewDockerProvider()
	if err != nil {
		return fmt.Errorf("no container engine, start one: %w", err)
	}
	defer engine.Close() //nolint:errcheck // nothing was written
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	if _, err := engine.Client().ImageInspect(ctx, img); err != nil {
		return fmt.Errorf("no image %s, run make image or name another in PATMOCK_IMAGE: %w", img,
			err)
	}
	return nil
}

// mock is a container with its base URL.
type mock struct {
	testing.TB
	*container.Container
	url string
}

// run starts a mock for the duration of the test.
func run(t *testing.T, options ...testcontainers.ContainerCustomizer) mock {
	t.Helper()
	c, err := tryRun(t, options...)
	if err != nil {
		t.Fatal(err)
	}
	return of(t, c)
}

// tryRun starts a mock, and returns the error.
func tryRun(
	t *testing.T, options ...testcontainers.ContainerCustomizer,
) (*container.Container, error) {
	t.Helper()
	requireImage(t)
	c, err := container.Run(t.Context(), img, options...)
	testcontainers.CleanupContainer(t, c)
	return c, err
}

func of(t testing.TB, c *container.Container) mock {
	t.Helper()
	base, err := c.BaseURL(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return mock{t, c, base}
}

// mustControl returns a client of the control API.
func (m mock) mustControl() *control.Client {
	m.Helper()
	c, err := m.Control(m.Context())
	if err != nil {
		m.Fatal(err)
	}
	return c
}

// login returns the status and the access token of a login.
func (m mock) login(id, secret string) (status int, accessToken string) {
	m.Helper()
	form := url.Values{
		"grant_type": {"client_credentials"}, "client_id": {id}, "client_secret": {secret},
	}
	status, text := m.send(http.MethodPost, "/oauth/token", "", "application/x-www-form-urlencoded",
		form.Encode())
	var body struct {
		AccessToken string `json:"access_token"`
	}
	m.decode(text, &body)
	return status, body.AccessToken
}

// mustLogin logs a user in and returns the access token.
func (m mock) mustLogin(user string) string {
	m.Helper()
	id, secret, err := m.Credentials(m.Context(), user)
	if err != nil {
		m.Fatal(err)
	}
	status, token := m.login(id, secret)
	if status != http.StatusOK {
		m.Fatalf("login of %s: status %d", user, status)
	}
	return token
}

const tokens = "/v2026/personal-access-tokens"

// token has some properties of a personal access token.
type token struct{ ID, Secret, Name string }

// create creates a token without expiration, and returns the status as well.
func (m mock) create(bearer, name string) (status int, made token) {
	m.Helper()
	status, text := m.send(http.MethodPost, tokens, bearer, "application/json",
		fmt.Sprintf(`{"name":%q,"expirationDate":null,"userAwareTokenNeverExpires":true}`, name))
	m.decode(text, &made)
	return status, made
}

// names returns the names of the user's tokens.
func (m mock) names(bearer string) []string {
	m.Helper()
	status, text := m.send(http.MethodGet, tokens+"?owner-id=me", bearer, "", "")
	if status != http.StatusOK {
		m.Fatalf("list: status %d: %s", status, text)
	}
	var list []token
	m.decode(text, &list)
	var names []string
	for _, one := range list {
		names = append(names, one.Name)
	}
	return names
}

func (m mock) send(method, path, bearer, contentType, body string) (status int, text string) {
	m.Helper()
	r, err := http.NewRequestWithContext(m.Context(), method, m.url+path, strings.NewReader(body))
	if err != nil {
		m.Fatal(err)
	}
	if bearer != "" {
		r.Header.Set("Authorization", "Bearer "+bearer)
	}
	if contentType != "" {
		r.Header.Set("Content-Type", contentType)
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		m.Fatal(err)
	}
	defer resp.Body.Close() //nolint:errcheck // the body was read to its end
	read, err := io.ReadAll(resp.Body)
	if err != nil {
		m.Fatal(err)
	}
	return resp.StatusCode, string(read)
}

func (m mock) decode(text string, value any) {
	m.Helper()
	if err := json.Unmarshal([]byte(text), value); err != nil {
		m.Fatalf("%v: %s", err, text)
	}
}
