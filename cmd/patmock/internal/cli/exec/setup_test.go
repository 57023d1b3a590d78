package exec

import (
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"example.com/patmock/cmd/patmock/internal/cli/credentials"
	"example.com/patmock/cmd/patmock/internal/cli/serve"
	"example.com/patmock/mockserver"
)

// prepared returns the environment of a command with --intercept, and its setup.
func prepared(t *testing.T, f Flags, inherited ...string) (map[string]string, *setup) {
	t.Helper()
	for _, entry := range inherited {
		name, value, _ := strings.Cut(entry, "=")
		t.Setenv(name, value)
	}
	log := slog.New(slog.DiscardHandler)
	handler, err := mockserver.New(mockserver.Config{Log: log})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = handler.Close() })
	m := &serve.Mock{
		Handler: handler, LocalURL: "http://10.0.0.7:17280", ControlURL: "http://[::1]:17281",
		Log: log,
	}
	f.intercept.enabled = true
	s, err := f.prepare(t.Context(), m)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.close(); err != nil {
			t.Error(err)
		}
	})
	login := credentials.Login{BaseURL: "mock", ClientID: "id", ClientSecret: "secret"}
	return variablesOf(f.environ(inherited, m, login, s)), s
}

func TestSetup_ReplacesProxies(t *testing.T) {
	got, s := prepared(t, Flags{},
		"HTTPS_PROXY=http://corporate:1", "https_proxy=http://corporate:1",
		"all_proxy=socks5://corporate:1", "NO_PROXY=intranet,.identitynow.com", "no_proxy=*",
		"FTP_PROXY=http://corporate:1", "npm_config_https_proxy=http://corporate:1",
		"GOPROXY=direct", "OTHER=kept",
	)
	proxy := "http://" + s.proxy.Addr().String()
	const direct = "10.0.0.7,127.0.0.1,::1,localhost"
	for name, want := range map[string]string{
		"HTTPS_PROXY": proxy, "https_proxy": proxy, "HTTP_PROXY": proxy, "http_proxy": proxy,
		"ALL_PROXY": proxy, "all_proxy": proxy, "NO_PROXY": direct, "no_proxy": direct,
		"FTP_PROXY": "", "npm_config_https_proxy": "", "GOPROXY": "direct", "OTHER": "kept",
		"NODE_USE_ENV_PROXY": "1", "SAIL_BASE_URL": "mock",
	} {
		if got[name] != want {
			t.Errorf("%s=%s, want %s", name, got[name], want)
		}
	}
}

func TestSetup_KeepsOptions(t *testing.T) {
	got, s := prepared(t, Flags{}, "NODE_OPTIONS=--trace-warnings", "JAVA_TOOL_OPTIONS=-Dx=y")
	if want := `--trace-warnings --require "` + s.dir() + `/preload.cjs"`; got["NODE_OPTIONS"] !=
		want {
		t.Errorf("NODE_OPTIONS=%s, want %s", got["NODE_OPTIONS"], want)
	}
	addr := s.proxy.Addr()
	want := []string{
		"-Dx=y", "-Dhttp.proxyHost=127.0.0.1", fmt.Sprintf("-Dhttp.proxyPort=%d", addr.Port),
		"-Dhttps.proxyHost=127.0.0.1", fmt.Sprintf("-Dhttps.proxyPort=%d", addr.Port),
		"-Dhttp.nonProxyHosts=10.0.0.7|127.0.0.1|[::1]|localhost",
		"-Djavax.net.ssl.trustStore=" + s.dir() + "/truststore.p12",
		"-Djavax.net.ssl.trustStoreType=PKCS12", "-Djavax.net.ssl.trustStorePassword=changeit",
	}
	if diff := cmp.Diff(want, strings.Fields(got["JAVA_TOOL_OPTIONS"])); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestQuoteBlanks(t *testing.T) {
	got := quoteBlanks([]string{"-Da=b", "-Da=b c"})
	if diff := cmp.Diff([]string{"-Da=b", `"-Da=b c"`}, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestSetup_PassesNamedVariables(t *testing.T) {
	got, _ := prepared(t, Flags{passEnv: []string{"FTP_PROXY"}}, "FTP_PROXY=http://corporate:1")
	if got["FTP_PROXY"] == "" {
		t.Error("--pass-env has no effect")
	}
}
