package contracttests

import (
	"context"
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

// TargetOptions says which target is meant.
type TargetOptions struct {
	// Address is a base URL, or env for that of SAIL_BASE_URL.
	Address string
	// Mock tells that it is a patmock, with its control surface at the same address.
	Mock bool
	// Control is where the control surface of the patmock is that the target is. Empty means
	// nowhere else.
	Control string
	// AllowWrites is the host of a live target that may be written to, with its port where the
	// address has one. Empty means that nothing is written.
	AllowWrites string
	// AllowPlaintext lets the control token go to a public host over plain http.
	AllowPlaintext bool
	// Offline tells that nothing may be sent: what is on loopback is not asked for its name, and
	// live unless Mock or Control says otherwise.
	Offline bool
	// Lookup reads variables of the environment.
	Lookup func(name string) (value string, set bool)
}

// TargetError is a mistake in a [TargetOptions] or in the environment that it reads.
type TargetError struct {
	// Setting is the wrong field of the TargetOptions, such as AllowWrites, or the wrong variable.
	Setting string
	Kind    TargetErrorKind
	Err     error
}

// A TargetErrorKind says what is wrong with a setting of a [TargetOptions].
type TargetErrorKind string

// The kinds.
const (
	// NotSet is a setting that is needed.
	NotSet TargetErrorKind = "not-set"
	// IncompletePair is a variable that is not set, although the other one of its pair is.
	IncompletePair TargetErrorKind = "incomplete-pair"
	// AmbiguousValue is a variable that is set, although another one names a file for it.
	AmbiguousValue TargetErrorKind = "ambiguous-value"
	// BadFile is a file that cannot be read, or is empty.
	BadFile TargetErrorKind = "bad-file"
	// BadValue is a value that no id and no secret has, see [CheckSecret].
	BadValue TargetErrorKind = "bad-value"
	// BadAddress is not the base URL of a server.
	BadAddress TargetErrorKind = "bad-address"
	// SecretInAddress is an address with a user or a password.
	SecretInAddress TargetErrorKind = "secret-in-address"
	// PlainHTTP is the address of a real tenant, or of a public host that would get a control
	// token, without TLS.
	PlainHTTP TargetErrorKind = "plain-http"
	// OtherHost is another host than that of the target.
	OtherHost TargetErrorKind = "other-host"
	// SameIdentity is a second identity that is the first one.
	SameIdentity TargetErrorKind = "same-identity"
)

// Error implements error.
func (e *TargetError) Error() string { return e.Err.Error() }

// Unwrap returns Err.
func (e *TargetError) Unwrap() error { return e.Err }

func targetErrorf(setting string, kind TargetErrorKind, format string, args ...any) error {
	return &TargetError{setting, kind, fmt.Errorf(format, args...)}
}

// identityVariables hold the id and secret of a token that logs in to a target. Behind either may
// stand _FILE, for a file that has the value.
type identityVariables struct{ id, secret string }

// The variables of the three identities. The first are those that SDKs read.
var (
	ownerVariables  = identityVariables{"SAIL_CLIENT_ID", "SAIL_CLIENT_SECRET"}
	secondVariables = identityVariables{"PATMOCK_SECOND_CLIENT_ID", "PATMOCK_SECOND_CLIENT_SECRET"}
	adminVariables  = identityVariables{"PATMOCK_ADMIN_CLIENT_ID", "PATMOCK_ADMIN_CLIENT_SECRET"}
)

const (
	targetVariable = "SAIL_BASE_URL"
	controlToken   = "PATMOCK_CONTROL_TOKEN"
)

// Resolve finds out what is meant. A target is a patmock when Mock or Control says so, or when it
// is on loopback and names itself: a stranger's tenant is not asked. Its credentials are read only
// if Address is env. Anything else is live: it is only read unless AllowWrites repeats its host,
// and refused where secrets would go over plain http or to another host than SAIL_BASE_URL names.
// The error is a [*TargetError].
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
	t.BaseURL = trimSlash(address)
	t.Name = t.BaseURL
	if c.AllowWrites != "" && c.AllowWrites != base.Host {
		return t,
			targetErrorf("AllowWrites", OtherHost,
				"the host that writes are allowed to is %s, that of the target %q: they have to "+
					"be the same to the letter", redact.Address(c.AllowWrites), base.Host)
	}
	controlURL := c.Control
	if controlURL == "" && (c.Mock || !c.Offline && isLoopback(base) && isPatmock(ctx, t.BaseURL)) {
		controlURL = t.BaseURL
	}
	if controlURL != "" {
		if _, err := baseURL("Control", controlURL); err != nil {
			return t, fmt.Errorf("the control surface: %w", err)
		}
		config := control.Config{
			URL: controlURL, Token: strings.TrimSpace(c.variable(controlToken)),
			AllowPlaintext: c.AllowPlaintext,
		}
		if err := config.Validate(); err != nil {
			if c.Control != "" {
				setting = "Control"
			}
			return t,
				targetErrorf(setting, PlainHTTP,
					"%w: use https, or allow it for a staging host behind a VPN "+
						"(--allow-plaintext)", err)
		}
		t.Control = control.New(config)
		if c.Address == "env" {
			err = c.loadCredentials(&t)
		}
		return t, err
	}
	return c.tenantTarget(t, base)
}

// tenantTarget is a target that is none of ours, with the credentials of the environment.
func (c TargetOptions) tenantTarget(t Target, base *url.URL) (Target, error) {
	if base.Scheme != "https" && !isLoopback(base) {
		return t,
			targetErrorf("Address", PlainHTTP,
				"%s is live, and secrets do not go there over plain http: use https, or say that "+
					"it is a mock (--mock, --control)", t.BaseURL)
	}
	if configured := c.variable(targetVariable); configured != "" {
		if other, err := baseURL(targetVariable, configured); err != nil ||
			other.Host != base.Host {
			return t,
				targetErrorf(targetVariable, OtherHost,
					"%s is not the tenant of %s, which the credentials belong to: name the same "+
						"host, or unset the variable", t.BaseURL, targetVariable)
		}
	}
	t.ReadOnly = c.AllowWrites == ""
	if err := c.loadCredentials(&t); err != nil {
		return t, err
	}
	if !t.Owner.isSet() && c.Offline && isLoopback(base) {
		return t,
			targetErrorf("Mock", NotSet,
				"%s and %s are not set: the scenarios have to log in; where it is a patmock say "+
					"so (--mock), since nothing is sent that asks it",
				ownerVariables.id, ownerVariables.secret)
	}
	if !t.Owner.isSet() {
		hint := ""
		if isLoopback(base) {
			hint = "; no patmock responds there, which would need none"
		}
		return t,
			targetErrorf(ownerVariables.id, NotSet,
				"%s and %s are not set: the scenarios have to log in%s", ownerVariables.id,
				ownerVariables.secret, hint)
	}
	return t, nil
}

// loadCredentials reads the credentials of every identity.
func (c TargetOptions) loadCredentials(t *Target) error {
	t.Origins = map[Role]string{}
	for _, identity := range []struct {
		role      Role
		variables identityVariables
		into      *Credentials
	}{
		{RoleOwner, ownerVariables, &t.Owner}, {RoleSecond, secondVariables, &t.Second}, {
			RoleAdmin, adminVariables, &t.Admin,
		},
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
			"%s is that of %s: the second identity has to be another user", secondVariables.id,
			ownerVariables.id)
	}
	return nil
}

func (c TargetOptions) variable(name string) string {
	value, _ := c.Lookup(name)
	return value
}

// credentials of an identity. One without its secret is a mistake, which would look like a skip.
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
			targetErrorf(missing, IncompletePair,
				"%s and %s go together, and one of them is not set",
				names.id, names.secret)
	}
	return credentials, nil
}

// effectiveVariable returns the name of the variable that is set: name, or name with _FILE behind
// it.
func (c TargetOptions) effectiveVariable(name string) string {
	if c.variable(name+"_FILE") != "" {
		return name + "_FILE"
	}
	return name
}

// secret is the value of a variable, or of the file that the variable with _FILE behind it names.
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
			targetErrorf(name, AmbiguousValue, "%s and %s_FILE are both set: which one is meant?",
				name,
				name)
	}
	content, err := os.ReadFile(file) //nolint:gosec // the file that the person names
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
		if strings.Contains(address, "@") { // a password may stand there
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

// isPatmock asks what listens on this machine for its name. One that demands a control token names
// itself in its refusal.
func isPatmock(ctx context.Context, base string) bool {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, base+"/_mock/health", nil)
	if err != nil {
		return false
	}
	response, err := Target{}.client().Do(r) // which goes nowhere else
	if err != nil {
		return false
	}
	defer func() { _ = response.Body.Close() }() // what it holds is known by then
	var body struct {
		Product string `json:"product"` // of its health
		Type    string `json:"type"`    // of its problem
	}
	err = json.NewDecoder(io.LimitReader(response.Body, 1<<20)).Decode(&body)
	isProblem := strings.HasPrefix(body.Type, "urn:problem-type:patmock:")
	return err == nil && (body.Product == "patmock" || isProblem)
}
