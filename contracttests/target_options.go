package contracttests

import (
	"context"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"example.com/patmock/mockserver/control"
	"example.com/patmock/spec/redact"
)

// TargetOptions selects the target of a run.
type TargetOptions struct {
	// Address is a base URL, or "env" for that of SAIL_BASE_URL.
	Address string
	// Mock means that the target is a patmock with its control API at the same address.
	Mock bool
	// Control is the URL of the patmock's control API, if it differs from Address.
	Control string
	// AllowWrites is the host of a real tenant that may be written to, with the port if the address
	// has one. Empty means that the run is read-only.
	AllowWrites string
	// AllowPlaintext allows sending the control token to a public host over plain HTTP.
	AllowPlaintext bool
	// RootCAs are the certificate authorities of an https target and of its control API. Nil means
	// those of the system.
	RootCAs *x509.CertPool
	// Offline forbids requests. A target on loopback then counts as a real tenant unless Mock or
	// Control is set.
	Offline bool
	// Lookup reads environment variables.
	Lookup func(name string) (value string, set bool)
}

// TargetError is an error in [TargetOptions] or in the environment.
type TargetError struct {
	// Setting is the invalid field of TargetOptions, such as AllowWrites, or the invalid variable.
	Setting string
	Kind    TargetErrorKind
	Err     error
}

// A TargetErrorKind classifies a [TargetError].
type TargetErrorKind string

// The kinds of target errors.
const (
	// NotSet means that a required setting is missing.
	NotSet TargetErrorKind = "not-set"
	// IncompletePair means that only one variable of a pair is set.
	IncompletePair TargetErrorKind = "incomplete-pair"
	// AmbiguousValue means that both a variable and its _FILE variant are set.
	AmbiguousValue TargetErrorKind = "ambiguous-value"
	// BadFile means that a file cannot be read or is empty.
	BadFile TargetErrorKind = "bad-file"
	// BadValue means that the value cannot be an id or a secret, see [CheckSecret].
	BadValue TargetErrorKind = "bad-value"
	// BadAddress means that an address is not the base URL of a server.
	BadAddress TargetErrorKind = "bad-address"
	// SecretInAddress means that an address has a user or a password.
	SecretInAddress TargetErrorKind = "secret-in-address"
	// PlainHTTP means that secrets would be sent to another machine without TLS.
	PlainHTTP TargetErrorKind = "plain-http"
	// OtherHost means that the host differs from that of the target.
	OtherHost TargetErrorKind = "other-host"
	// SameIdentity means that the second identity is the first one.
	SameIdentity TargetErrorKind = "same-identity"
)

// Error returns the message of Err.
func (e *TargetError) Error() string { return e.Err.Error() }

// Unwrap returns Err.
func (e *TargetError) Unwrap() error { return e.Err }

func targetErrorf(setting string, kind TargetErrorKind, format string, args ...any) error {
	return &TargetError{setting, kind, fmt.Errorf(format, args...)}
}

// identityVariables are the variables of an identity's id and secret. Each has a variant with the
// suffix _FILE that names a file with the value.
type identityVariables struct{ id, secret string }

// The variables of the three identities. SDKs read the first pair.
var (
	ownerVariables  = identityVariables{"SAIL_CLIENT_ID", "SAIL_CLIENT_SECRET"}
	secondVariables = identityVariables{"PATMOCK_SECOND_CLIENT_ID", "PATMOCK_SECOND_CLIENT_SECRET"}
	adminVariables  = identityVariables{"PATMOCK_ADMIN_CLIENT_ID", "PATMOCK_ADMIN_CLIENT_SECRET"}
)

const (
	targetVariable = "SAIL_BASE_URL"
	controlToken   = "PATMOCK_CONTROL_TOKEN"
)

// Resolve returns the target. It is a patmock if Mock or Control is set, or if it is on loopback
// and its health check says so. Other hosts are not probed. The credentials of a patmock are read
// only if Address is "env". Any other target is a real tenant. It is read-only unless AllowWrites
// repeats its host. Resolve rejects a target if secrets would be sent over plain HTTP, or to a host
// other than that of SAIL_BASE_URL. The error is a [*TargetError].
func (c TargetOptions) Resolve(ctx context.Context) (t Target, err error) {
	address, setting := c.Address, "Address"
	if address == "env" {
		setting = targetVariable
		if address = c.variable(targetVariable); address == "" {
			return t, targetErrorf(setting, NotSet, "%s is not set", targetVariable)
		}
	}
	base, err := baseURL(setting, address)
	if err != nil {
		return t, err
	}
	t.BaseURL, t.RootCAs = trimSlash(address), c.RootCAs
	t.Name = t.BaseURL
	if c.AllowWrites != "" && c.AllowWrites != base.Host {
		return t,
			targetErrorf("AllowWrites", OtherHost,
				"--allow-writes=%s does not match the target host %s: repeat the host exactly, "+
					"with its port if the address has one", redact.Address(c.AllowWrites),
				base.Host)
	}
	controlURL := c.Control
	if controlURL == "" &&
		(c.Mock || !c.Offline && isLoopback(base) && c.isPatmock(ctx, t.BaseURL)) {
		controlURL = t.BaseURL
	}
	if controlURL != "" {
		if _, err := baseURL("Control", controlURL); err != nil {
			return t, fmt.Errorf("control API: %w", err)
		}
		config := control.Config{
			URL: controlURL, Token: strings.TrimSpace(c.variable(controlToken)),
			AllowPlaintext: c.AllowPlaintext, RootCAs: c.RootCAs,
		}
		if err := config.Validate(); err != nil {
			if c.Control != "" {
				setting = "Control"
			}
			return t,
				targetErrorf(setting, PlainHTTP,
					"%w: use https, or --allow-plaintext for a staging host behind a VPN", err)
		}
		t.Control = control.New(config)
		if c.Address == "env" {
			err = c.loadCredentials(&t)
		}
		return t, err
	}
	return c.tenantTarget(t, base)
}

// tenantTarget returns a real tenant with the credentials of the environment.
func (c TargetOptions) tenantTarget(t Target, base *url.URL) (Target, error) {
	if base.Scheme != "https" && !isLoopback(base) {
		return t,
			targetErrorf("Address", PlainHTTP,
				"%s would receive secrets over plain http: use https, or --mock or --control for "+
					"a mock", t.BaseURL)
	}
	if configured := c.variable(targetVariable); configured != "" {
		if other, err := baseURL(targetVariable, configured); err != nil ||
			other.Host != base.Host {
			return t,
				targetErrorf(targetVariable, OtherHost,
					"%s is not the host of %s, to which the credentials belong: use the same host,"+
						" or unset the variable", t.BaseURL, targetVariable)
		}
	}
	t.ReadOnly = c.AllowWrites == ""
	if err := c.loadCredentials(&t); err != nil {
		return t, err
	}
	if !t.Owner.isSet() && c.Offline && isLoopback(base) {
		return t,
			targetErrorf("Mock", NotSet,
				"%s and %s are not set: the scenarios must log in. Use --mock if the target is a "+
					"patmock (it is not probed now)",
				ownerVariables.id, ownerVariables.secret)
	}
	if !t.Owner.isSet() {
		hint := ""
		if isLoopback(base) {
			hint = " (no patmock responds there, which would need none)"
		}
		return t,
			targetErrorf(ownerVariables.id, NotSet,
				"%s and %s are not set: the scenarios must log in%s", ownerVariables.id,
				ownerVariables.secret, hint)
	}
	return t, nil
}

// loadCredentials reads the credentials of all identities.
func (c TargetOptions) loadCredentials(t *Target) error {
	t.Origins = map[Role]string{}
	for _, identity := range []struct {
		role      Role
		variables identityVariables
		into      *Credentials
	}{
		{RoleOwner, ownerVariables, &t.Owner},
		{RoleSecond, secondVariables, &t.Second},
		{RoleAdmin, adminVariables, &t.Admin},
	} {
		var err error
		if *identity.into, err = c.credentials(identity.variables); err != nil {
			return err
		}
		t.Origins[identity.role] = c.effectiveVariable(identity.variables.id) + " and " +
			c.effectiveVariable(identity.variables.secret)
	}
	if t.Second.isSet() && strings.EqualFold(t.Second.ClientID, t.Owner.ClientID) {
		return targetErrorf(secondVariables.id, SameIdentity,
			"%s equals %s: the second identity must be another user", secondVariables.id,
			ownerVariables.id)
	}
	return nil
}

func (c TargetOptions) variable(name string) string {
	value, _ := c.Lookup(name)
	return value
}

// credentials returns the credentials of an identity, zero if neither variable is set.
func (c TargetOptions) credentials(names identityVariables) (credentials Credentials, err error) {
	if credentials.ClientID, err = c.secret(names.id); err != nil {
		return credentials, err
	}
	if credentials.ClientSecret, err = c.secret(names.secret); err != nil {
		return credentials, err
	}
	if (credentials.ClientID == "") != (credentials.ClientSecret == "") {
		missing := names.id
		if credentials.ClientID != "" {
			missing = names.secret
		}
		return credentials,
			targetErrorf(missing, IncompletePair, "only one of %s and %s is set: set both",
				names.id, names.secret)
	}
	return credentials, nil
}

// effectiveVariable returns the name of the variable that is set: name, or name with the suffix
// _FILE.
func (c TargetOptions) effectiveVariable(name string) string {
	if c.variable(name+"_FILE") != "" {
		return name + "_FILE"
	}
	return name
}

// secret returns the value of a variable, or of the file that its _FILE variant names.
func (c TargetOptions) secret(name string) (string, error) {
	value, file := strings.TrimSpace(c.variable(name)), c.variable(name+"_FILE")
	if file == "" {
		if err := CheckSecret(value); err != nil {
			return "", targetErrorf(name, BadValue, "%s: %w", name, err)
		}
		return value, nil
	}
	if value != "" {
		return "",
			targetErrorf(name, AmbiguousValue, "%s and %s_FILE are both set: unset one of them",
				name, name)
	}
	content, err := os.ReadFile(file) //nolint:gosec // the user names the file
	if err != nil {
		return "", targetErrorf(name+"_FILE", BadFile, "%s_FILE: %w", name, err)
	}
	if value = strings.TrimSpace(string(content)); value == "" {
		return "", targetErrorf(name+"_FILE", BadFile, "%s_FILE: %s is empty", name, file)
	}
	if err := CheckSecret(value); err != nil {
		return "", targetErrorf(name+"_FILE", BadFile, "%s_FILE: %s: %w", name, file, err)
	}
	return value, nil
}

func baseURL(setting, address string) (*url.URL, error) {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" ||
		u.Scheme != "http" && u.Scheme != "https" {
		if strings.Contains(address, "@") { // the address may contain a password
			return nil,
				targetErrorf(setting, SecretInAddress,
					"expected an address such as http://127.0.0.1:17280, without user and password")
		}
		return nil,
			targetErrorf(setting, BadAddress,
				"%q: expected an address such as http://127.0.0.1:17280", redact.Report(address))
	}
	return u, nil
}

func isLoopback(u *url.URL) bool {
	ip := net.ParseIP(u.Hostname())
	return u.Hostname() == "localhost" || ip != nil && ip.IsLoopback()
}

// isPatmock reports whether the server on this machine is a patmock. A patmock that requires a
// control token identifies itself by the type of its problem.
func (c TargetOptions) isPatmock(ctx context.Context, base string) bool {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, base+"/_mock/health", nil)
	if err != nil {
		return false
	}
	response, err := Target{RootCAs: c.RootCAs}.client().Do(r) // follows no redirects
	if err != nil {
		return false
	}
	defer func() { _ = response.Body.Close() }() // the body is decoded by then
	var body struct {
		Product string `json:"product"` // of a health response
		Type    string `json:"type"`    // of a problem response
	}
	err = json.NewDecoder(io.LimitReader(response.Body, 1<<20)).Decode(&body)
	isProblem := strings.HasPrefix(body.Type, "urn:problem-type:patmock:")
	return err == nil && (body.Product == "patmock" || isProblem)
}
