package container_test

import (
	"net/http"
	"net/url"
	"os"
	"testing"

	"github.com/testcontainers/testcontainers-go"

	"example.com/patmock/mockserver/container"
)

// The recipe of the README, with a login as the program.
func TestWithContainer(t *testing.T) {
	requireImage(t)
	mock, err := container.Run(t.Context(), img, container.WithFixture("crowded"))
	testcontainers.CleanupContainer(t, mock)
	if err != nil {
		t.Fatal(err)
	}
	base, err := mock.BaseURL(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	id, secret, err := mock.Credentials(t.Context(), "jane.doe")
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("SAIL_BASE_URL", base)
	t.Setenv("SAIL_CLIENT_ID", id)
	t.Setenv("SAIL_CLIENT_SECRET", secret)

	resp, err := http.PostForm(os.Getenv("SAIL_BASE_URL")+"/oauth/token", url.Values{
		"grant_type": {"client_credentials"}, "client_id": {os.Getenv("SAIL_CLIENT_ID")},
		"client_secret": {os.Getenv("SAIL_CLIENT_SECRET")},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		t.Error(resp.Status)
	}
}
