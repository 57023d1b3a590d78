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

// needImage skips a test where there is no engine, or no image in it; in CI, where both are
// expected, it fails.
func needImage(t *testing.T) {
	t.Helper()
	if err := findImage(t.Context()); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal(err)
		}
		t.Skip(err)
	}
}

func findImage(ctx context.Context) error {
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

// mock is a mock in a container, as a test sees it.
type mock struct {
	testing.TB
	*container.Container
	url string
}

// run runs a mock until the test ends.
func run(t *testing.T, options ...testcontainers.ContainerCustomizer) mock {
	t.Helper()
	c, err := tryToRun(t, options...)
	if err != nil {
		t.Fatal(err)
	}
	return of(t, c)
}

// tryToRun runs a mock that need not come up.
func tryToRun(t *testing.T, options ...testcontainers.ContainerCustomizer) (*container.Container,
	error,
) {
	t.Helper()
	needImage(t)
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

// controls is the control surface, which is there.
func (m mock) controls() *control.Client {
	m.Helper()
	c, err := m.Control(m.Context())
	if err != nil {
		m.Fatal(err)
	}
	return c
}

// login is the status and the access token that an id and a secret are answered.
func (m mock) login(id, secret string) (status int, accessToken string) {
	m.Helper()
	form := url.Values{
		"grant_type": {"client_credentials"}, "client_id": {id}, "client_secret": {secret},
	}
	status, text := m.send(http.MethodPost, "/oauth/token", "", "application/x-www-form-urlencoded",
		form.Encode())
	var issued struct {
		AccessToken string `json:"access_token"`
	}
	m.decode(text, &issued)
	return status, issued.AccessToken
}

// as logs a user in, and returns the access token.
func (m mock) as(user string) string {
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

// token is what is looked at of a personal access token.
type token struct{ ID, Secret, Name string }

// create makes a token that lives for ever, and returns the status of the answer, too.
func (m mock) create(bearer, name string) (status int, made token) {
	m.Helper()
	status, text := m.send(http.MethodPost, tokens, bearer, "application/json",
		fmt.Sprintf(`{"name":%q,"expirationDate":null,"userAwareTokenNeverExpires":true}`, name))
	m.decode(text, &made)
	return status, made
}

// names lists what a user's tokens are named.
func (m mock) names(bearer string) []string {
	m.Helper()
	status, text := m.send(http.MethodGet, tokens+"?owner-id=me", bearer, "", "")
	if status != http.StatusOK {
		m.Fatalf("list: status %d: %s", status, text)
	}
	var listed []token
	m.decode(text, &listed)
	var names []string
	for _, one := range listed {
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
	answered, err := http.DefaultClient.Do(r)
	if err != nil {
		m.Fatal(err)
	}
	defer answered.Body.Close() //nolint:errcheck // the body was read to its end
	read, err := io.ReadAll(answered.Body)
	if err != nil {
		m.Fatal(err)
	}
	return answered.StatusCode, string(read)
}

func (m mock) decode(text string, value any) {
	m.Helper()
	if err := json.Unmarshal([]byte(text), value); err != nil {
		m.Fatalf("%v: %s", err, text)
	}
}
