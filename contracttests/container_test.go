package contracttests_test

import (
	"cmp"
	"os"
	"testing"

	"github.com/testcontainers/testcontainers-go"

	"example.com/patmock/contracttests"
	"example.com/patmock/mockserver"
	"example.com/patmock/mockserver/container"
)

// inContainer starts a mock with the faithful profile in a container of the image PATMOCK_IMAGE. It
// fails without a container engine or the image.
func inContainer(t *testing.T) contracttests.Target {
	t.Helper()
	image := cmp.Or(os.Getenv("PATMOCK_IMAGE"), "patmock:latest")
	mock, err := container.Run(t.Context(), image,
		container.WithProfile(mockserver.ProfileFaithful))
	testcontainers.CleanupContainer(t, mock)
	if err != nil {
		t.Fatalf("image %s, which make image builds: %v", image, err)
	}
	base, err := mock.BaseURL(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	controlClient, err := mock.Control(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return contracttests.Target{Name: "container", BaseURL: base, Control: controlClient}
}
