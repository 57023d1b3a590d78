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

// The variables of a run, as a shell has them. A file is written for each that names one.
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

// A live target is refused wherever a run could harm it, or tell secrets to somebody else.
func TestChoiceRefuses(t *testing.T) {
	empty := filepath.Join(t.TempDir(), "empty")
	if err := os.WriteFile(empty, []byte(" \n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name    string
		options contracttests.TargetOptions
		env     variables
		// setting that is wrong, and how.
		setting string
		kind    contracttests.TargetErrorKind
	}{
		{
			"plain http",
			contracttests.TargetOptions{Address: "http://acme.api.identitynow.com"},
			login, "Address", contracttests.PlainHTTP,
		},
		{
			"another host than the credentials'",
			contracttests.TargetOptions{Address: acme},
			with(login, variables{"SAIL_BASE_URL": "https://other.api.identitynow.com"}),
			"SAIL_BASE_URL", contracttests.OtherHost,
		},
		{
			"another port",
			contracttests.TargetOptions{Address: acme + ":8443"},
			with(login, variables{"SAIL_BASE_URL": acme}), "SAIL_BASE_URL", contracttests.OtherHost,
		},
		{
			"a variable that is no address",
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
			"writes by an address",
			contracttests.TargetOptions{Address: acme, AllowWrites: acme},
			login, "AllowWrites", contracttests.OtherHost,
		},
		{
			"writes in other letters", contracttests.TargetOptions{
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
			"half of them", contracttests.TargetOptions{Address: acme}, variables{
				"SAIL_CLIENT_ID": "id",
			}, "SAIL_CLIENT_SECRET", contracttests.IncompletePair,
		},
		{
			"half an administrator",
			contracttests.TargetOptions{Address: acme},
			with(login, variables{"PATMOCK_ADMIN_CLIENT_SECRET": "x"}), "PATMOCK_ADMIN_CLIENT_ID",
			contracttests.IncompletePair,
		},
		{
			"a secret twice",
			contracttests.TargetOptions{Address: acme},
			with(login, variables{"SAIL_CLIENT_SECRET_FILE": empty}), "SAIL_CLIENT_SECRET",
			contracttests.AmbiguousValue,
		},
		{
			"an empty file", contracttests.TargetOptions{Address: acme}, variables{
				"SAIL_CLIENT_ID": "id", "SAIL_CLIENT_SECRET_FILE": empty,
			}, "SAIL_CLIENT_SECRET_FILE", contracttests.BadFile,
		},
		{
			"no file", contracttests.TargetOptions{Address: acme}, variables{
				"SAIL_CLIENT_ID": "id", "SAIL_CLIENT_SECRET_FILE": empty + "er",
			}, "SAIL_CLIENT_SECRET_FILE", contracttests.BadFile,
		},
		{
			"a dry run on loopback without credentials", contracttests.TargetOptions{
				Address: "http://127.0.0.1:1", Offline: true,
			}, nil, "Mock", contracttests.NotSet,
		},
		{
			"a password in the address", contracttests.TargetOptions{
				Address: "https://me:a-secret@acme.api.identitynow.com",
			}, login, "Address", contracttests.SecretInAddress,
		},
		{
			"a password in the variable",
			contracttests.TargetOptions{Address: "env"},
			with(login, variables{"SAIL_BASE_URL": "https://me:a-secret@acme.api.identitynow.com"}),
			"SAIL_BASE_URL", contracttests.SecretInAddress,
		},
		{
			"nowhere",
			contracttests.TargetOptions{Address: "env"},
			login, "SAIL_BASE_URL",
			contracttests.NotSet,
		},
		{
			"no address",
			contracttests.TargetOptions{Address: "acme"},
			login, "Address",
			contracttests.BadAddress,
		},
		{
			"no address of the control surface", contracttests.TargetOptions{
				Address: acme, Control: "acme",
			}, login, "Control", contracttests.BadAddress,
		},
		{
			"the first identity as the second",
			contracttests.TargetOptions{Address: acme},
			with(login, variables{
				"PATMOCK_SECOND_CLIENT_ID": "ID", "PATMOCK_SECOND_CLIENT_SECRET": "x",
			}), "PATMOCK_SECOND_CLIENT_ID", contracttests.SameIdentity,
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tt.options.Lookup = tt.env.lookup
			target, err := tt.options.Resolve(t.Context())
			wrong, ok := errors.AsType[*contracttests.TargetError](err)
			if !ok || wrong.Setting != tt.setting || wrong.Kind != tt.kind {
				t.Fatalf("target %+v, error %v, want %s of %s", target.BaseURL, err, tt.kind,
					tt.setting)
			}
			checkMessage(t, strings.ReplaceAll(err.Error(), empty, "EMPTY"))
			if strings.Contains(err.Error(), "a-secret") {
				t.Errorf("the error tells a secret: %v", err)
			}
		})
	}
}

// A live target is only read, unless its host was repeated.
func TestChoiceOfALiveTarget(t *testing.T) {
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
			"a secret in a file", contracttests.TargetOptions{Address: acme}, variables{
				"SAIL_CLIENT_ID": "id", "SAIL_CLIENT_SECRET_FILE": file,
			}, true,
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
				t.Errorf("live %v, read only %v, owner %q", target.RealTenant(), target.ReadOnly,
					target.Owner.ClientID)
			}
		})
	}
}

// Origins name the variables that hold the credentials of each role.
func TestChoice_Origins(t *testing.T) {
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

// What is on loopback is asked whether it is a patmock, but not where nothing may be sent.
func TestChoiceAsksOnLoopback(t *testing.T) {
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
			t.Errorf("%+v: error %v, live %v, asked %d times", tt.options, err, target.RealTenant(),
				requests.Load())
		}
	}
}

// What listens on loopback is a patmock if it names itself as the control API does, not if a text
// of it has the name.
func TestChoiceReadsTheProduct(t *testing.T) {
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
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter,
				_ *http.Request,
			) {
				_, _ = io.WriteString(w, tt.body)
			}))
			defer server.Close()
			options := contracttests.TargetOptions{Address: server.URL, Lookup: login.lookup}
			target, err := options.Resolve(t.Context())
			if err != nil || target.RealTenant() != tt.realTenant {
				t.Errorf("live is %t, error %v", target.RealTenant(), err)
			}
		})
	}
}

// What listens on this machine says itself who it is: nobody else is asked in its place.
func TestChoiceAsksNobodyElse(t *testing.T) {
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
		t.Errorf("live is %t, another was asked %d times, %v", target.RealTenant(), requests.Load(),
			err)
	}
}
