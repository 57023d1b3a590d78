package main

import (
	"bytes"
	"context"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"example.com/patmock/cmd/patmock/internal/cli"
	"example.com/patmock/fixtures/golden"
	"example.com/patmock/internal/authority"
)

// certificateFiles writes a certificate of a new authority for hosts, its key, and the authority.
func certificateFiles(t *testing.T, now time.Time, hosts ...string) (cert, key, ca string) {
	t.Helper()
	a, err := authority.New(now)
	if err != nil {
		t.Fatal(err)
	}
	issued, err := a.Issue(hosts...)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(issued.PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	write := func(name string, text []byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, text, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	encode := func(kind string, der []byte) []byte {
		return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})
	}
	return write("cert.pem", encode("CERTIFICATE", issued.Certificate[0])),
		write("key.pem", encode("PRIVATE KEY", der)), write("ca.pem", a.PEM())
}

// lockedBuffer is a buffer for a command that still runs.
type lockedBuffer struct {
	mu   sync.Mutex
	text bytes.Buffer
}

// Write implements io.Writer.
func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}

var listensOn = regexp.MustCompile(`patmock listens on (\S+)`)

// startServe runs serve in this process until the test ends, and returns its URL and its output.
func startServe(t *testing.T, args ...string) (base string, stdout, stderr *lockedBuffer) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	stdout, stderr = &lockedBuffer{}, &lockedBuffer{}
	ended := make(chan int, 1)
	go func() {
		ended <- run(ctx, append([]string{"serve", "--addr", "127.0.0.1:0"}, args...), cli.Env{
			Stdout: stdout, Stderr: stderr, Lookup: noVariables,
			Variables: func() []string { return nil },
		})
	}()
	t.Cleanup(func() {
		cancel()
		if code := <-ended; code != cli.ExitOK {
			t.Errorf("exit code %d: %s", code, stderr)
		}
	})
	for range int(patience / (10 * time.Millisecond)) {
		if found := listensOn.FindStringSubmatch(stdout.String()); found != nil {
			return found[1], stdout, stderr
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatalf("serve does not listen: %s", stderr)
	return "", nil, nil
}

// healthcheck verifies a name of the certificate that the address does not have.
func TestServe_UsesTheCertificateOfTheUser(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	t.Setenv("XDG_RUNTIME_DIR", "")
	cert, key, ca := certificateFiles(t, wallNow(), "mock.example.com")
	base, stdout, stderr := startServe(t, "--tls-cert", cert, "--tls-key", key, "--public-url",
		"https://mock.example.com:8443")
	if !strings.Contains(stdout.String(), "SAIL_BASE_URL=https://mock.example.com:8443 ") ||
		strings.Contains(stderr.String(), "CA") {
		t.Errorf("%s%s", stdout, stderr)
	}
	command(t.Context(), nil, "healthcheck").check(t, cli.ExitOK, "")
	variables := map[string]string{"PATMOCK_CA": ca}
	got := command(t.Context(), variables, "control", "health", "--url", base)
	got.check(t, cli.ExitUnreachable, "no-mock") // the address is not in the certificate
	checkMessage(t, golden.Key(t), got.stderr)
}

func TestServe_RejectsInvalidCertificates(t *testing.T) {
	cert, key, _ := certificateFiles(t, wallNow(), "localhost")
	_, otherKey, _ := certificateFiles(t, wallNow(), "localhost")
	oldCert, oldKey, _ := certificateFiles(t, wallNow().AddDate(-2, 0, 0), "localhost")
	encrypted := filepath.Join(t.TempDir(), "encrypted.pem")
	if err := os.WriteFile(encrypted, pem.EncodeToMemory(&pem.Block{
		Type: "ENCRYPTED PRIVATE KEY", Bytes: []byte{1},
	}), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct{ name, cert, key, about string }{
		{"key of another certificate", cert, otherKey, "--tls-key"},
		{"exchanged files", key, cert, "--tls-cert"},
		{"certificate as the key", cert, cert, "--tls-key"},
		{"encrypted key", cert, encrypted, "--tls-key"},
		{"missing key", cert, filepath.Join(t.TempDir(), "none"), "--tls-key"},
		{"expired", oldCert, oldKey, "--tls-cert"},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := command(t.Context(), nil, "serve", "--addr", "127.0.0.1:0", "--tls-cert",
				test.cert, "--tls-key", test.key)
			got.check(t, cli.ExitUsage, test.about)
			text := got.stderr
			for _, path := range []string{test.cert, test.key} {
				text = strings.ReplaceAll(text, filepath.Dir(path), "DIR")
			}
			text = regexp.MustCompile(`expired at .*`).ReplaceAllString(text, "expired at TIME")
			checkMessage(t, golden.Key(t), text)
		})
	}
}

// wallNow returns the time by which clients validate certificates.
func wallNow() time.Time { return time.Now() }

// The clients of other languages use the CA of serve --tls, and HTTP/2 if they support it.
func TestServe_TLSClients(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	ca := filepath.Join(t.TempDir(), "ca.pem")
	base, _, stderr := startServe(t, "--tls", "--tls-ca-out", ca)
	local := strings.Replace(base, "127.0.0.1", "localhost", 1)
	for _, test := range []struct {
		name string
		args []string
		want string
	}{
		{"curl", []string{
			"curl", "-sS", "--http2", "--cacert", ca, "-o", os.DevNull, "-w",
			"%{http_version} %{http_code}", local + "/oauth/info",
		}, "2 200"},
		{"curl HTTP/1.1", []string{
			"curl", "-sS", "--http1.1", "--cacert", ca, "-o", os.DevNull, "-w",
			"%{http_version} %{http_code}", base + "/oauth/info",
		}, "1.1 200"},
		{"node fetch", []string{
			"node", "-e", `fetch("` + base + `/oauth/info").then(r => console.log(r.status))`,
		}, "200"},
		{"node http2", []string{"node", "-e", `
			const c = require("node:http2").connect("` + base + `",
				{ca: require("node:fs").readFileSync("` + filepath.ToSlash(ca) + `")});
			c.request({":path": "/oauth/info"}).on("response", h => {
				console.log(c.alpnProtocol, h[":status"]); c.close();
			});`}, "h2 200"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if _, err := exec.LookPath(test.args[0]); err != nil {
				skipMissing(t, "%s is missing: install the package %[1]s: %v", test.args[0], err)
			}
			cmd := exec.CommandContext(t.Context(), test.args[0], test.args[1:]...)
			cmd.Env = append(os.Environ(), "NODE_EXTRA_CA_CERTS="+ca)
			out, err := cmd.Output()
			if got := strings.Join(strings.Fields(string(out)), " "); err != nil ||
				got != test.want {
				var exit *exec.ExitError
				errors.As(err, &exit)
				t.Errorf("got %q, want %q: %v: %+v", got, test.want, err, exit)
			}
		})
	}
	if resp, err := http.Get(base); err == nil {
		_ = resp.Body.Close()
		t.Error("a client without the CA trusts the mock")
	}
	if text := stderr.String(); strings.Contains(text, "ERR") {
		t.Error(text)
	}
}

// A command of exec --tls needs no flags. The variables also have the roots of the system.
func TestExec_TLSClients(t *testing.T) {
	for _, test := range []struct{ name, script string }{
		{
			"curl",
			`curl -sS -o /dev/null -w "%{http_version} %{http_code}" "$SAIL_BASE_URL/oauth/info"`,
		},
		{"node", `node -e 'fetch(process.env.SAIL_BASE_URL + "/oauth/info").then(
			r => console.log("fetch", r.status))'`},
		{"python3", `python3 -c 'import os, urllib.request
print("urllib", urllib.request.urlopen(os.environ["SAIL_BASE_URL"] + "/oauth/info").status)'`},
	} {
		t.Run(test.name, func(t *testing.T) {
			for _, tool := range []string{test.name, "sh"} {
				if _, err := exec.LookPath(tool); err != nil {
					skipMissing(t, "%s is missing: install the package %[1]s: %v", tool, err)
				}
			}
			cmd := exec.CommandContext(t.Context(), program(t), "exec", "--tls", "--", "sh", "-c",
				test.script)
			var stderr bytes.Buffer
			cmd.Stderr = &stderr
			out, err := cmd.Output()
			if err != nil || !strings.HasSuffix(strings.TrimSpace(string(out)), " 200") {
				t.Errorf("got %q: %v: %s", out, err, &stderr)
			}
		})
	}
}
