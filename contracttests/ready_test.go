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

// Every identity of a live target logs in before anything is judged, and two users are two.
func TestReadyLogsInAsEveryIdentity(t *testing.T) {
	n := newTenant(t)
	another, err := n.mock.Control().AddToken(t.Context(), control.NewToken{Owner: "jane.doe", Name: "another"})
	if err != nil {
		t.Fatal(err)
	}
	wrong := contracttests.Credentials{ClientID: "0123456789abcdef0123456789abcdef", ClientSecret: "wrong"}
	for _, test := range []struct {
		name   string
		change func(target *contracttests.Target)
		want   string // empty for ready
	}{
		{"three", func(*contracttests.Target) {}, ""},
		{"the first only", func(target *contracttests.Target) {
			target.Second, target.Admin = contracttests.Credentials{}, contracttests.Credentials{}
		}, ""},
		{"the first is the administrator", func(target *contracttests.Target) { target.Owner = target.Admin }, ""},
		{"an answer that is not as promised", func(target *contracttests.Target) {
			target.HTTP = &http.Client{Transport: way{n, func(_ *http.Request, answered *http.Response) {
				answered.Body = io.NopCloser(strings.NewReader(`{"access_token":"one"}`))
			}}}
		}, ""},
		{"a first that is refused", func(target *contracttests.Target) { target.Owner = wrong }, "the login as the first identity: status is 401"},
		{"a second that is refused", func(target *contracttests.Target) { target.Second = wrong }, "the login as the second identity: status is 401"},
		{"an administrator who is refused", func(target *contracttests.Target) { target.Admin = wrong }, "the login as the administrator: status is 401"},
		{"a second that is the first", func(target *contracttests.Target) {
			target.Second = contracttests.Credentials{ClientID: another.ClientID, ClientSecret: another.ClientSecret}
		}, "the second identity is the same user as the first"},
	} {
		t.Run(test.name, func(t *testing.T) {
			target := n.target()
			test.change(&target)
			runner, err := contracttests.NewRunner(target, n.options())
			if err != nil {
				t.Fatal(err)
			}
			_, err = runner.Ready(t.Context())
			switch {
			case test.want == "" && err != nil:
				t.Error(err)
			case test.want != "" && (!errors.Is(err, contracttests.ErrUnreachable) || !strings.Contains(err.Error(), test.want)):
				t.Errorf("%v, want %q", err, test.want)
			}
		})
	}
}
