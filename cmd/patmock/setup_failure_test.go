package main

import (
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"example.com/patmock/cmd/patmock/internal/cli"
	"example.com/patmock/fixtures/golden"
)

// asTenant returns the variables of a tenant at an address.
func asTenant(base string) map[string]string {
	return map[string]string{
		"SAIL_BASE_URL": base, "SAIL_CLIENT_ID": "0123456789abcdef0123456789abcdef",
		"SAIL_CLIENT_SECRET": "a-secret",
	}
}

// respond returns a handler that responds to every request except health checks in the same way.
func respond(status int, header map[string]string, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if strings.Contains(r.URL.Path, "/_mock/") {
			http.NotFound(w, r)
			return
		}
		for name, value := range header {
			w.Header().Set(name, value)
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body) // the client may not read it
	}
}

// closedPort returns the address of a port without a listener.
func closedPort(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	return listener.Addr().String()
}

// Doctor and run name the request, the response and a remedy, without retrying.
func TestSetupFailures(t *testing.T) {
	jsonHeader := map[string]string{"Content-Type": "application/json"}
	serve := func(tlsToo bool, h http.Handler) *httptest.Server {
		server := httptest.NewUnstartedServer(h)
		server.Config.ErrorLog = log.New(io.Discard, "", 0)
		if tlsToo {
			server.StartTLS()
		} else {
			server.Start()
		}
		t.Cleanup(server.Close)
		return server
	}
	tlsServer := serve(true, respond(200, jsonHeader, "{}"))
	plain := serve(false, respond(200, jsonHeader, "{}"))
	for _, tt := range []struct{ name, base string }{
		{
			"redirect",
			serve(false,
				respond(308, map[string]string{"Location": "https://127.0.0.1:17280/oauth/token"},
					"")).URL,
		},
		{
			"page",
			serve(false,
				respond(200, map[string]string{"Content-Type": "text/html"},
					"<html>Sign in</html>")).URL,
		},
		{"version in the base URL", serve(false, respond(404, jsonHeader, "{}")).URL + "/v3"},
		{"not found", serve(false, respond(404, jsonHeader, "{}")).URL},
		{
			"unauthorized",
			serve(false,
				respond(401, jsonHeader,
					`{"error":"invalid_client","error_description":"Bad client credentials"}`)).URL,
		},
		{
			"byte order mark",
			serve(false, respond(200, jsonHeader, "\ufeff{\"access_token\":\"x\"}")).URL,
		},
		{"empty", serve(false, respond(200, jsonHeader, "")).URL},
		{"other JSON", plain.URL},
		{"unknown CA", tlsServer.URL},
		{"TLS to a plain port", "https://" + plain.Listener.Addr().String()},
		{"plain HTTP to a TLS port", "http://" + tlsServer.Listener.Addr().String()},
		{"no listener", "http://" + closedPort(t)},
		{"no host", "https://acme.invalid"},
	} {
		for _, args := range [][]string{
			{"contract", "doctor", "--target=env"}, {
				"contract", "run", "--target=env", "--run=^list/",
			},
		} {
			t.Run(tt.name+"/"+args[1], func(t *testing.T) {
				started := time.Now()
				got := command(t.Context(), asTenant(tt.base), args...)
				if elapsed := time.Since(started); elapsed > 5*time.Second {
					t.Errorf("it takes %s", elapsed)
				}
				if got.code != cli.ExitUnreachable {
					t.Errorf("exit code %d, want %d", got.code, cli.ExitUnreachable)
				}
				_, message, _ := strings.Cut(got.stderr, tt.base)
				if !strings.Contains(got.stderr, "POST "+tt.base) {
					t.Errorf("the request is not named: %s", got.stderr)
				}
				if tt.name == "unauthorized" && !strings.Contains(got.stderr, "SAIL_CLIENT_ID") {
					t.Errorf("the variables of the credentials are not named: %s", got.stderr)
				}
				if tt.name == "no host" { // the text of the resolver varies
					message = message[strings.LastIndex(message, ": "):]
				}
				golden.Check(t, "testdata/messages.golden", "TestSetupFailures/"+tt.name,
					normalize(strings.SplitN(message, "\n", 2)[0]))
			})
		}
	}
}

// The control API of a patmock fails in the same way.
func TestSetupFailures_Control(t *testing.T) {
	tlsServer := httptest.NewUnstartedServer(respond(200, nil, "{}"))
	tlsServer.Config.ErrorLog = log.New(io.Discard, "", 0)
	tlsServer.StartTLS()
	t.Cleanup(tlsServer.Close)
	moved := httptest.NewServer(http.RedirectHandler("https://127.0.0.1:17280/_mock/",
		http.StatusPermanentRedirect))
	t.Cleanup(moved.Close)
	for name, base := range map[string]string{
		"unknown CA": tlsServer.URL, "redirect": moved.URL,
		"nothing there": "http://" + closedPort(t),
	} {
		for _, args := range [][]string{
			{"contract", "doctor"}, {"contract", "run", "--run=^list/"},
		} {
			t.Run(name+"/"+args[1], func(t *testing.T) {
				got := command(t.Context(), nil, append(args, "--mock", "--target="+base)...)
				if got.code != cli.ExitUnreachable {
					t.Errorf("exit code %d, want %d", got.code, cli.ExitUnreachable)
				}
				checkMessage(t, golden.Key(t), got.stderr)
			})
		}
	}
}

// The error of a proxy that does not connect names it and its response.
func TestSetupFailures_Proxy(t *testing.T) {
	if os.Getenv("BE_PROXIED") == "" {
		proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusProxyAuthRequired)
		}))
		t.Cleanup(proxy.Close)
		for name, address := range map[string]string{
			"credentials": proxy.URL, "nothing there": "http://" + closedPort(t),
		} {
			t.Run(name, func(t *testing.T) {
				out := rerun(t, "BE_PROXIED=1", "HTTPS_PROXY="+address)
				_, message, found := strings.Cut(out, "patmock: ")
				if !found {
					t.Fatal(out)
				}
				checkMessage(t, golden.Key(t), strings.SplitN(message, "\n", 2)[0])
			})
		}
		return
	}
	got := command(t.Context(), asTenant("https://acme.invalid"), "contract", "doctor",
		"--target=env")
	fmt.Println(got.stderr)
}

// A secret file with additions of an editor or shell is rejected before any request is sent.
func TestSecretFile_RejectsAdditions(t *testing.T) {
	for _, tt := range []struct{ name, content string }{
		{"byte order mark", "\ufeffa-secret\n"},
		{"UTF-16", "\xff\xfea\x00-\x00s\x00"},
		{"quotes", "\"a-secret\"\n"},
		{"line break", "a-se\ncret"},
		{"line break of Windows", "a-se\r\ncret\r\n"},
		{"assignment", "SAIL_CLIENT_SECRET=a-secret\n"},
		{"blank", "a secret"},
		{"placeholder", "${SECRET}"},
		{"JSON", `{"secret":"a-secret"}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "secret")
			if err := os.WriteFile(path, []byte(tt.content), 0o600); err != nil {
				t.Fatal(err)
			}
			variables := asTenant("https://acme.invalid")
			delete(variables, "SAIL_CLIENT_SECRET")
			variables["SAIL_CLIENT_SECRET_FILE"] = path
			got := command(t.Context(), variables, "contract", "doctor", "--target=env")
			got.check(t, cli.ExitUsage, "SAIL_CLIENT_SECRET_FILE")
			if strings.Contains(got.stderr, "a-se") {
				t.Errorf("the secret is shown: %s", got.stderr)
			}
			checkMessage(t, golden.Key(t), strings.ReplaceAll(got.stderr, path, "FILE"))
			if tt.name == "byte order mark" || tt.name == "quotes" {
				got := command(t.Context(), nil, "control", "clock", "get",
					"--control-token=@"+path)
				got.check(t, cli.ExitUsage, "--control-token")
			}
		})
	}
	variables := asTenant("https://acme.invalid")
	variables["SAIL_CLIENT_SECRET"] = `"a-secret"`
	command(t.Context(), variables, "contract", "doctor", "--target=env").check(t, cli.ExitUsage,
		"SAIL_CLIENT_SECRET")
}

// rerun runs the calling test in a new process with more variables, and returns its output. A
// process reads the variables of proxies only once.
func rerun(t *testing.T, variables ...string) string {
	t.Helper()
	name, _, _ := strings.Cut(t.Name(), "/")
	again := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^"+name+"$", "-test.v")
	again.Env = append(os.Environ(), variables...)
	out, err := again.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return string(out)
}
