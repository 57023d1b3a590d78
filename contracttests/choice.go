package contracttests

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"example.com/patmock/contracttests/report"
	"example.com/patmock/mockserver/control"
)

// Choice says which target is meant.
type Choice struct {
	// Address is a base URL, or env for that of SAIL_BASE_URL.
	Address string
	// Mock tells that it is a patmock, with its control surface at the same address.
	Mock bool
	// Control is where the control surface of the patmock is that the target is. Empty means nowhere else.
	Control string
	// Lookup reads variables of the environment.
	Lookup func(name string) (value string, set bool)
}

// The variables that hold credentials of a target, id and secret. The first are those that SDKs read.
var (
	ownerVariables  = [2]string{"SAIL_CLIENT_ID", "SAIL_CLIENT_SECRET"}
	secondVariables = [2]string{"PATMOCK_SECOND_CLIENT_ID", "PATMOCK_SECOND_CLIENT_SECRET"}
	adminVariables  = [2]string{"PATMOCK_ADMIN_CLIENT_ID", "PATMOCK_ADMIN_CLIENT_SECRET"}
	controlToken    = "PATMOCK_CONTROL_TOKEN"
)

// Target finds out what is meant. A target is a patmock when Mock or Control says so, or when it is on loopback and
// names itself: a stranger's tenant is not asked. Anything else is live, and refused unless it is on loopback, as long as
// nothing keeps a run from harming a tenant.
func (c Choice) Target(ctx context.Context) (t Target, err error) {
	address := c.Address
	if address == "env" {
		if address = c.variable("SAIL_BASE_URL"); address == "" {
			return t, fmt.Errorf("SAIL_BASE_URL is not set")
		}
	}
	base, err := baseURL(address)
	if err != nil {
		return t, err
	}
	t.BaseURL = trimSlash(address)
	t.Name = t.BaseURL
	surface := c.Control
	if surface == "" && (c.Mock || onLoopback(base) && isPatmock(ctx, t.BaseURL)) {
		surface = t.BaseURL
	}
	if surface != "" {
		if _, err := baseURL(surface); err != nil {
			return t, fmt.Errorf("the control surface: %w", err)
		}
		t.Control = control.New(control.Config{URL: surface, Token: strings.TrimSpace(c.variable(controlToken))})
		return t, nil
	}
	if !onLoopback(base) {
		return t, fmt.Errorf("%s is live: no run may write to a tenant yet; say that it is a mock, or where its control surface is", t.BaseURL)
	}
	t.Owner, t.Second, t.Admin = c.credentials(ownerVariables), c.credentials(secondVariables), c.credentials(adminVariables)
	if !t.Owner.given() {
		return t, fmt.Errorf("%s and %s are not set: the scenarios have to log in", ownerVariables[0], ownerVariables[1])
	}
	return t, nil
}

func (c Choice) variable(name string) string {
	value, _ := c.Lookup(name)
	return value
}

func (c Choice) credentials(names [2]string) Credentials {
	return Credentials{ClientID: c.variable(names[0]), ClientSecret: c.variable(names[1])}
}

func baseURL(address string) (*url.URL, error) {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" || u.Scheme != "http" && u.Scheme != "https" {
		return nil, fmt.Errorf("%q: expected an address such as http://127.0.0.1:17280", report.Redact(address))
	}
	return u, nil
}

func onLoopback(u *url.URL) bool {
	ip := net.ParseIP(u.Hostname())
	return u.Hostname() == "localhost" || ip != nil && ip.IsLoopback()
}

// isPatmock asks what listens on this machine for its name. One that demands a control token names itself in its refusal.
func isPatmock(ctx context.Context, base string) bool {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, base+"/_mock/health", nil)
	if err != nil {
		return false
	}
	answered, err := http.DefaultClient.Do(r)
	if err != nil {
		return false
	}
	defer func() { _ = answered.Body.Close() }() // what it holds is known by then
	body, err := io.ReadAll(io.LimitReader(answered.Body, 1<<20))
	return err == nil && (strings.Contains(string(body), `"product":"patmock"`) || strings.Contains(string(body), "urn:problem-type:patmock:"))
}
