package contracttests_test

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"example.com/patmock/contracttests"
	"example.com/patmock/mockserver/control"
)

// Preflight logs in as every identity of a real tenant.
func TestPreflight_LogsInAsEveryIdentity(t *testing.T) {
	n := newTenant(t)
	badLogin := contracttests.Credentials{
		ClientID: "0123456789abcdef0123456789abcdef", ClientSecret: "wrong",
	}
	for _, test := range []struct {
		name   string
		change func(target *contracttests.Target)
		// rejected is the identity that cannot log in, empty if there is none. status is the status
		// of its login.
		rejected contracttests.Role
		status   int
	}{
		{"three identities", func(*contracttests.Target) {}, "", 0},
		{"first identity only", func(target *contracttests.Target) {
			target.Second, target.Admin = contracttests.Credentials{}, contracttests.Credentials{}
		}, "", 0},
		{
			"first identity is the administrator", func(target *contracttests.Target) {
				target.Owner = target.Admin
			}, "", 0,
		},
		{"unexpected login response", func(target *contracttests.Target) {
			target.HTTP = &http.Client{Transport: responseEditor{
				n,
				func(_ *http.Request, response *http.Response) {
					response.Body = io.NopCloser(strings.NewReader(`{"access_token":"one"}`))
				},
			}}
		}, "", 0},
		{"no access token", func(target *contracttests.Target) {
			target.HTTP = &http.Client{Transport: responseEditor{
				n,
				func(_ *http.Request, response *http.Response) {
					response.Body = io.NopCloser(strings.NewReader(`{}`))
				},
			}}
		}, contracttests.RoleOwner, 200},
		{
			"first identity rejected", func(target *contracttests.Target) {
				target.Owner = badLogin
			}, contracttests.RoleOwner, 401,
		},
		{
			"second identity rejected", func(target *contracttests.Target) {
				target.Second = badLogin
			}, contracttests.RoleSecond, 401,
		},
		{
			"administrator rejected", func(target *contracttests.Target) {
				target.Admin = badLogin
			}, contracttests.RoleAdmin, 401,
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			target := n.target()
			test.change(&target)
			target.Origins = map[contracttests.Role]string{test.rejected: "THE_ID and THE_SECRET"}
			err := preflight(t, target, n.options())
			if test.rejected == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			login, _ := errors.AsType[*contracttests.LoginError](err)
			if !errors.Is(err, contracttests.ErrUnreachable) || login == nil ||
				login.Role != test.rejected || login.Status != test.status {
				t.Fatalf("%v, want the %s rejected with %d", err, test.rejected, test.status)
			}
			if login.Origin != target.Origins[test.rejected] ||
				!strings.Contains(err.Error(), login.Origin) {
				t.Errorf("%v, want one with the origin %s", err, target.Origins[test.rejected])
			}
			checkMessage(t, err.Error())
		})
	}
}

func TestPreflight_RejectsSameIdentity(t *testing.T) {
	n := newTenant(t)
	another, err := n.mock.Control().AddToken(t.Context(), control.NewToken{
		Owner: "jane.doe", Name: "another",
	})
	if err != nil {
		t.Fatal(err)
	}
	target := n.target()
	target.Second = contracttests.Credentials{
		ClientID: another.ClientID, ClientSecret: another.ClientSecret,
	}
	err = preflight(t, target, n.options())
	if !errors.Is(err, contracttests.ErrUnreachable) ||
		!errors.Is(err, contracttests.ErrSameIdentity) {
		t.Fatalf("%v, want the same identity twice", err)
	}
	checkMessage(t, err.Error())
}

func preflight(t *testing.T, target contracttests.Target, o contracttests.Options) error {
	t.Helper()
	runner, err := contracttests.NewRunner(target, o)
	if err != nil {
		t.Fatal(err)
	}
	_, err = runner.Preflight(t.Context())
	return err
}
