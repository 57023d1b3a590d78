package contracttests_test

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"example.com/patmock/contracttests"
)

// variables are environment variables.
type variables map[string]string

func (v variables) lookup(name string) (string, bool) {
	value, set := v[name]
	return value, set
}

var login = variables{"SAIL_CLIENT_ID": "id", "SAIL_CLIENT_SECRET": "a-secret"}

func with(v, more variables) variables {
	all := variables{}
	for _, from := range []variables{v, more} {
		for name, value := range from {
			all[name] = value
		}
	}
	return all
}

const acme = "https://acme.api.identitynow.com"

// Resolve rejects a real tenant if a run could harm it, or send secrets to another host.
func TestResolve_RejectsTarget(t *testing.T) {
	empty := filepath.Join(t.TempDir(), "empty")
	if err := os.WriteFile(empty, []byte(" \n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name    string
		options contracttests.TargetOptions
		env     variables
		// The invalid setting and the kind of error.
		setting string
		kind    contracttests.TargetErrorKind
	}{
		{
			"plain http",
			contracttests.TargetOptions{Address: "http://acme.api.identitynow.com"},
			login, "Address", contracttests.PlainHTTP,
		},
		{
			"host other than that of the credentials",
			contracttests.TargetOptions{Address: acme},
			with(login, variables{"SAIL_BASE_URL": "https://other.api.identitynow.com"}),
			"SAIL_BASE_URL", contracttests.OtherHost,
		},
		{
			"other port",
			contracttests.TargetOptions{Address: acme + ":8443"},
			with(login, variables{"SAIL_BASE_URL": acme}), "SAIL_BASE_URL", contracttests.OtherHost,
		},
		{
			"variable without an address",
			contracttests.TargetOptions{Address: acme},
			with(login, variables{"SAIL_BASE_URL": "acme"}), "SAIL_BASE_URL",
			contracttests.OtherHost,
		},
		{
			"writes to another host", contracttests.TargetOptions{
				Address: acme, AllowWrites: "acme",
			}, login, "AllowWrites", contracttests.OtherHost,
		},
		{
			"writes without the port", contracttests.TargetOptions{
				Address: acme + ":8443", AllowWrites: "acme.api.identitynow.com",
			}, login, "AllowWrites", contracttests.OtherHost,
		},
		{
			"writes to an address",
			contracttests.TargetOptions{Address: acme, AllowWrites: acme},
			login, "AllowWrites", contracttests.OtherHost,
		},
		{
			"writes to the host in upper case", contracttests.TargetOptions{
				Address: acme, AllowWrites: "ACME.api.identitynow.com",
			}, login, "AllowWrites", contracttests.OtherHost,
		},
		{
			"no credentials",
			contracttests.TargetOptions{Address: acme},
			nil, "SAIL_CLIENT_ID",
			contracttests.NotSet,
		},
		{
			"secret missing",
			contracttests.TargetOptions{Address: acme},
			variables{"SAIL_CLIENT_ID": "id"},
			"SAIL_CLIENT_SECRET", contracttests.IncompletePair,
		},
		{
			"administrator id missing",
			contracttests.TargetOptions{Address: acme},
			with(login, variables{"PATMOCK_ADMIN_CLIENT_SECRET": "x"}), "PATMOCK_ADMIN_CLIENT_ID",
			contracttests.IncompletePair,
		},
		{
			"secret set twice",
			contracttests.TargetOptions{Address: acme},
			with(login, variables{"SAIL_CLIENT_SECRET_FILE": empty}), "SAIL_CLIENT_SECRET",
			contracttests.AmbiguousValue,
		},
		{
			"empty file", contracttests.TargetOptions{Address: acme}, variables{
				"SAIL_CLIENT_ID": "id", "SAIL_CLIENT_SECRET_FILE": empty,
			}, "SAIL_CLIENT_SECRET_FILE", contracttests.BadFile,
		},
		{
			"missing file", contracttests.TargetOptions{Address: acme}, variables{
				"SAIL_CLIENT_ID": "id", "SAIL_CLIENT_SECRET_FILE": empty + "er",
			}, "SAIL_CLIENT_SECRET_FILE", contracttests.BadFile,
		},
		{
			"offline on loopback without credentials", contracttests.TargetOptions{
				Address: "http://127.0.0.1:1", Offline: true,
			}, nil, "Mock", contracttests.NotSet,
		},
		{
			"password in the address", contracttests.TargetOptions{
				Address: "https://me:a-secret@acme.api.identitynow.com",
			}, login, "Address", contracttests.SecretInAddress,
		},
		{
			"password in the variable",
			contracttests.TargetOptions{Address: "env"},
			with(login, variables{"SAIL_BASE_URL": "https://me:a-secret@acme.api.identitynow.com"}),
			"SAIL_BASE_URL", contracttests.SecretInAddress,
		},
		{
			"variable not set",
			contracttests.TargetOptions{Address: "env"},
			login, "SAIL_BASE_URL",
			contracttests.NotSet,
		},
		{
			"invalid address",
			contracttests.TargetOptions{Address: "acme"},
			login, "Address",
			contracttests.BadAddress,
		},
		{
			"invalid control address", contracttests.TargetOptions{
				Address: acme, Control: "acme",
			}, login, "Control", contracttests.BadAddress,
		},
		{
			"first identity as the second",
			contracttests.TargetOptions{Address: acme},
			with(login, variables{
				"PATMOCK_SECOND_CLIENT_ID": "ID", "PATMOCK_SECOND_CLIENT_SECRET": "x",
			}), "PATMOCK_SECOND_CLIENT_ID", contracttests.SameIdentity,
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tt.options.Lookup = tt.env.lookup
			target, err := tt.options.Resolve(t.Context())
			targetErr, ok := errors.AsType[*contracttests.TargetError](err)
			if !ok || targetErr.Setting != tt.setting || targetErr.Kind != tt.kind {
				t.Fatalf("target %+v, error %v, want %s of %s", target.BaseURL, err, tt.kind,
					tt.setting)
			}
			checkMessage(t, strings.ReplaceAll(err.Error(), empty, "EMPTY"))
			if strings.Contains(err.Error(), "a-secret") {
				t.Errorf("the error contains a secret: %v", err)
			}
		})
	}
}

// A real tenant is read-only unless AllowWrites is its host.
func TestResolve_RealTenantIsReadOnly(t *testing.T) {
	file := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(file, []byte("a-secret\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	want := contracttests.Credentials{ClientID: "id", ClientSecret: "a-secret"}
	for _, tt := range []struct {
		name     string
		options  contracttests.TargetOptions
		env      variables
		readOnly bool
	}{
		{"by its address", contracttests.TargetOptions{Address: acme + "/"}, login, true},
		{
			"by the variable",
			contracttests.TargetOptions{Address: "env"},
			with(login, variables{"SAIL_BASE_URL": acme}), true,
		},
		{
			"both",
			contracttests.TargetOptions{Address: acme},
			with(login, variables{"SAIL_BASE_URL": acme + "/"}), true,
		},
		{
			"with writes", contracttests.TargetOptions{
				Address: acme, AllowWrites: "acme.api.identitynow.com",
			}, login, false,
		},
		{
			"a secret in a file",
			contracttests.TargetOptions{Address: acme},
			variables{"SAIL_CLIENT_ID": "id", "SAIL_CLIENT_SECRET_FILE": file},
			true,
		},
		{
			"on loopback", contracttests.TargetOptions{
				Address: "http://127.0.0.1:1", AllowWrites: "127.0.0.1:1",
			}, login, false,
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tt.options.Lookup = tt.env.lookup
			target, err := tt.options.Resolve(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if !target.RealTenant() || target.ReadOnly != tt.readOnly || target.Owner != want {
				t.Errorf("real tenant %v, read-only %v, owner %q", target.RealTenant(),
					target.ReadOnly, target.Owner.ClientID)
			}
		})
	}
}

// Origins name the variables of each role's credentials.
func TestResolve_ReturnsOrigins(t *testing.T) {
	file := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(file, []byte("a-secret\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	env := variables{
		"SAIL_CLIENT_ID": "id", "SAIL_CLIENT_SECRET_FILE": file,
		"PATMOCK_SECOND_CLIENT_ID": "second", "PATMOCK_SECOND_CLIENT_SECRET": "a-secret",
		"PATMOCK_ADMIN_CLIENT_ID_FILE": file, "PATMOCK_ADMIN_CLIENT_SECRET": "a-secret",
	}
	target, err := contracttests.TargetOptions{
		Address: acme, Lookup: env.lookup,
	}.Resolve(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for role, names := range map[contracttests.Role][]string{
		contracttests.RoleOwner:  {"SAIL_CLIENT_ID", "SAIL_CLIENT_SECRET_FILE"},
		contracttests.RoleSecond: {"PATMOCK_SECOND_CLIENT_ID", "PATMOCK_SECOND_CLIENT_SECRET"},
		contracttests.RoleAdmin:  {"PATMOCK_ADMIN_CLIENT_ID_FILE", "PATMOCK_ADMIN_CLIENT_SECRET"},
	} {
		if diff := cmp.Diff(names,
			regexp.MustCompile(`[A-Z_]+`).FindAllString(target.Origins[role], -1)); diff != "" {
			t.Errorf("origin of %s (-want +got):\n%s", role, diff)
		}
	}
}

// Resolve probes a server on loopback, unless Offline is set.
func TestResolve_ProbesLoopback(t *testing.T) {
	for _, tt := range []struct {
		options    contracttests.TargetOptions
		realTenant bool
		requests   int64
	}{
		{contracttests.TargetOptions{}, false, 1},
		{contracttests.TargetOptions{Offline: true}, true, 0},
		{contracttests.TargetOptions{Offline: true, Mock: true}, false, 0},
	} {
		var requests atomic.Int64
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			requests.Add(1)
			_, _ = io.WriteString(w, `{"product":"patmock"}`)
		}))
		defer server.Close()
		tt.options.Address, tt.options.Lookup = server.URL, login.lookup
		target, err := tt.options.Resolve(t.Context())
		if err != nil || target.RealTenant() != tt.realTenant || requests.Load() != tt.requests {
			t.Errorf("%+v: error %v, real tenant %v, %d requests", tt.options, err,
				target.RealTenant(), requests.Load())
		}
	}
}

// A server on loopback is a patmock if its response has the product or problem type of the control
// API.
func TestResolve_ChecksProduct(t *testing.T) {
	for _, tt := range []struct {
		name, body string
		realTenant bool
	}{
		{"health", `{"status": "ok", "product": "patmock"}`, false},
		{"problem", `{"status": 401, "type": "urn:problem-type:patmock:unauthorized"}`, false},
		{"health of another", `{"status": "ok", "product": "patmock-proxy"}`, true},
		{
			"problem of another", `{"type": "about:blank", "detail": "urn:problem-type:patmock:x"}`,
			true,
		},
		{"nested", `{"upstream":{"product":"patmock"}}`, true},
		{"list", `[{"product":"patmock"}]`, true},
		{"page", `<p>"product":"patmock" urn:problem-type:patmock:</p>`, true},
		{"nothing", ``, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			server := httptest.NewServer(http.HandlerFunc(func(
				w http.ResponseWriter, _ *http.Request,
			) {
				_, _ = io.WriteString(w, tt.body)
			}))
			defer server.Close()
			options := contracttests.TargetOptions{Address: server.URL, Lookup: login.lookup}
			target, err := options.Resolve(t.Context())
			if err != nil || target.RealTenant() != tt.realTenant {
				t.Errorf("real tenant %t, error %v", target.RealTenant(), err)
			}
		})
	}
}

// Resolve follows no redirect of a server on loopback.
func TestResolve_FollowsNoRedirect(t *testing.T) {
	var requests atomic.Int64
	another := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		requests.Add(1)
		_, _ = io.WriteString(w, `{"product":"patmock"}`)
	}))
	defer another.Close()
	server := httptest.NewServer(http.RedirectHandler(another.URL+"/_mock/health",
		http.StatusTemporaryRedirect))
	defer server.Close()
	target, err := contracttests.TargetOptions{
		Address: server.URL, Lookup: login.lookup,
	}.Resolve(t.Context())
	if err != nil || !target.RealTenant() || requests.Load() != 0 {
		t.Errorf("real tenant %t, %d redirected requests, %v", target.RealTenant(), requests.Load(),
			err)
	}
}
