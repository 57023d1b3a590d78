package control

import (
	"errors"
	"net/http"
	"testing"
)

// A private name with a public address is rejected before connecting.
func TestPrivateTransport_RejectsPublicAddress(t *testing.T) {
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://192.0.2.1", nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := privateTransport().RoundTrip(r)
	if err == nil {
		_ = response.Body.Close() // it should not have come
	}
	if !errors.Is(err, ErrPlaintext) {
		t.Errorf("got %v", err)
	}
}
