// Package container runs patmock in a container, by the conventions of testcontainers-go. A Go test
// can also run the mock without a container engine: see mockserver.Start.
package container

import (
	"cmp"
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net/url"
	"strings"

	"github.com/testcontainers/testcontainers-go"
	"github.com/testcontainers/testcontainers-go/wait"

	"example.com/patmock/mockserver/control"
)

const (
	// port is the port of the mock in the container, with the control API.
	port = "17280/tcp"
	// controlToken is the variable of the container with the token of the control API.
	controlToken = "PATMOCK_CONTROL_TOKEN"
	// tlsVariable is the variable of the container that enables https, and caFile the file in the
	// container with the CA.
	tlsVariable = "PATMOCK_TLS"
	caFile      = "/tmp/patmock-ca.pem"
)

// Container is a mock in a container, or a namespace of it.
type Container struct {
	testcontainers.Container

	token     string // of the control API, empty if it requires none
	ca        []byte // PEM, nil for plain http
	namespace string // empty for the default namespace
}

// Run starts a mock of the image, and returns when it is healthy. An error ends with the last lines
// of the container's log. As usual in testcontainers, the container may be non-nil in spite of an
// error: register its termination before checking the error.
//
// Every flag of patmock serve is a variable of the container. For flags without an option in this
// package, use testcontainers.WithEnv. Do not set PATMOCK_ADDR and PATMOCK_CONTROL_ADDR.
//
// A container that is reused by testcontainers.WithReuseByName keeps its fixture and other
// settings. If the given settings differ, the error is a [*ReuseError]. Such a container also keeps
// the state of earlier tests. Start with the Reset of its Control, or use a Namespace for each
// test.
func Run(
	ctx context.Context, img string, opts ...testcontainers.ContainerCustomizer,
) (*Container, error) {
	healthy := wait.ForHTTP("/_mock/health").WithPort(port)
	moduleOpts := []testcontainers.ContainerCustomizer{
		testcontainers.WithExposedPorts(port),
		testcontainers.WithWaitStrategy(healthy),
	}
	moduleOpts = append(moduleOpts, opts...)

	var token string
	var secure bool
	readToken := func(req *testcontainers.GenericContainerRequest) error {
		if secure = req.Env[tlsVariable] == "true"; secure {
			healthy.WithTLS(true).WithAllowInsecure(true) // only for the health check
		}
		if token = strings.TrimSpace(req.Env[controlToken]); token != "" {
			healthy.WithHeaders(map[string]string{"Authorization": "Bearer " + token})
		}
		return nil
	}
	moduleOpts = append(moduleOpts, testcontainers.CustomizeRequestOption(readToken),
		testcontainers.CustomizeRequestOption(checkReuse))

	ctr, err := testcontainers.Run(ctx, img, moduleOpts...)
	var c *Container
	if ctr != nil {
		c = &Container{Container: ctr, token: token}
	}
	if err != nil {
		return c, fmt.Errorf("run patmock: %w%s", err, c.logTail(ctx))
	}
	if secure {
		c.ca, err = c.readCA(ctx)
	}
	return c, err
}

// readCA reads the CA from the container.
func (c *Container) readCA(ctx context.Context) ([]byte, error) {
	file, err := c.CopyFileFromContainer(ctx, caFile)
	if err != nil {
		return nil, fmt.Errorf("read the CA of patmock, which WithTLS sets: %w", err)
	}
	content, err := io.ReadAll(file)
	if err = errors.Join(err, file.Close()); err != nil {
		return nil, fmt.Errorf("read the CA of patmock: %w", err)
	}
	return content, nil
}

// CA returns the certificate authority of the mock in PEM form. It is nil without [WithTLS].
func (c *Container) CA() []byte { return c.ca }

// RootCAs returns the certificate authority of the mock, for the TLS configuration of a client. It
// is nil without [WithTLS].
func (c *Container) RootCAs() *x509.CertPool {
	if c.ca == nil {
		return nil
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(c.ca)
	return roots
}

// Namespace returns a namespace of the same mock, which is an isolated tenant. The first login or
// control call creates it. A name has 1 to 63 characters of a-z, 0-9 and -. Terminating it
// terminates the mock.
func (c *Container) Namespace(name string) *Container {
	other := *c
	other.namespace = name
	return &other
}

// BaseURL returns the base URL of the mock for clients, without a trailing slash.
func (c *Container) BaseURL(ctx context.Context) (string, error) {
	scheme := "http"
	if c.ca != nil {
		scheme = "https"
	}
	root, err := c.PortEndpoint(ctx, port, scheme)
	if err != nil {
		return "", fmt.Errorf("address of the mock: %w", err)
	}
	if c.namespace != "" {
		root += "/t/" + url.PathEscape(c.namespace)
	}
	return root, nil
}

// Control returns a client of the control API: reset, clock, faults, journal. It sends the control
// token from the environment of the container.
func (c *Container) Control(ctx context.Context) (*control.Client, error) {
	base, err := c.BaseURL(ctx)
	if err != nil {
		return nil, err
	}
	return control.New(control.Config{
		URL: base, Token: c.token, RootCAs: c.RootCAs(), AllowPlaintext: true,
	}), nil
}

// Credentials returns the client id and secret of a user of the tenant. The error for an unknown
// name is an [UnknownUserError].
func (c *Container) Credentials(
	ctx context.Context, user string,
) (clientID, clientSecret string, err error) {
	ctl, err := c.Control(ctx)
	if err != nil {
		return "", "", err
	}
	credentials, err := ctl.Credentials(ctx)
	if err != nil {
		return "", "", fmt.Errorf("read the credentials: %w", err)
	}
	var names []string
	for _, u := range credentials.Users {
		if u.Name == user {
			return u.ClientID, u.ClientSecret, nil
		}
		names = append(names, u.Name)
	}
	return "", "", &UnknownUserError{Name: user, Users: names}
}

// UnknownUserError is the error of a user name that does not exist, or that has no credentials.
type UnknownUserError struct {
	Name string
	// Users has the valid names.
	Users []string
}

func (e *UnknownUserError) Error() string {
	return fmt.Sprintf("no user named %q can log in: available users: %s", e.Name,
		cmp.Or(strings.Join(e.Users, ", "), "none"))
}
