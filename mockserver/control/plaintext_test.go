package control_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"

	"example.com/patmock/mockserver/control"
)

func TestConfig_ValidateRejectsPlaintext(t *testing.T) {
	const public = "http://mock.example.com"
	for _, tt := range []struct {
		name     string
		config   control.Config
		rejected bool
	}{
		{"a public name", control.Config{URL: public, Token: "t"}, true},
		{"a public address", control.Config{URL: "http://192.0.2.1:17280", Token: "t"}, true},
		{"a namespace", control.Config{URL: public + "/t/a", Token: "t"}, true},
		{"no token", control.Config{URL: public}, false},
		{"TLS", control.Config{URL: "https://mock.example.com", Token: "t"}, false},
		{"allowed", control.Config{URL: public, Token: "t", AllowPlaintext: true}, false},
		{"loopback", control.Config{URL: "http://127.0.0.1:17280", Token: "t"}, false},
		{"a service", control.Config{URL: "http://mock:17280", Token: "t"}, false},
		{"a private address", control.Config{URL: "http://10.1.2.3", Token: "t"}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if err := tt.config.Validate(); errors.Is(err, control.ErrPlaintext) != tt.rejected {
				t.Errorf("Validate: %v", err)
			}
			var sent []string
			tt.config.HTTP = &http.Client{Transport: roundTrip(
				func(r *http.Request) (*http.Response, error) {
					sent = append(sent, r.URL.Host)
					return nil, errors.New("not sent")
				})}
			err := control.New(tt.config).WithNamespace("b").Reset(t.Context())
			if errors.Is(err, control.ErrPlaintext) != tt.rejected ||
				(len(sent) == 0) != tt.rejected {
				t.Errorf("Reset: %v, sent to %q", err, sent)
			}
		})
	}
}

// A client that follows redirects sends no token to a public host over plain http.
func TestClient_RejectsPlaintextRedirect(t *testing.T) {
	var to string
	server := httptest.NewTLSServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		http.Redirect(rw, r, to, http.StatusTemporaryRedirect)
	}))
	defer server.Close()
	for _, host := range []string{"mock.example.com", "192.0.2.1"} {
		to = "http://" + host
		var sent []string
		client := &http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
			if r.URL.Host != host {
				return server.Client().Transport.RoundTrip(r)
			}
			sent = append(sent, r.Header.Get("Authorization"))
			return nil, errors.New("not sent")
		})}
		// Like curl --location-trusted. Without this, net/http drops the token only at another
		// host.
		client.CheckRedirect = func(r *http.Request, via []*http.Request) error {
			r.Header.Set("Authorization", via[0].Header.Get("Authorization"))
			return nil
		}
		err := control.New(control.Config{
			URL: server.URL, Token: "t", HTTP: client,
		}).Reset(t.Context())
		if !errors.Is(err, control.ErrPlaintext) || errors.Is(err, control.ErrNoMock) ||
			len(sent) > 0 {
			t.Errorf("%s: %v, sent %q", host, err, sent)
		}
	}
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }
