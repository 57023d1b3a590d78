// Package container runs patmock in a container, by the conventions of testcontainers-go. Tests in
// Go that can import the mock itself do better with mockserver.Start, which needs no container
// engine.
package container

import (
	"cmp"
	"context"
	"fmt"
	"net/url"
	"strings"

	"github.com/testcontainers/testcontainers-go"
	"github.com/testcontainers/testcontainers-go/wait"

	"example.com/patmock/mockserver/control"
)

const (
	// port is where the mock listens in the container, the control surface with it.
	port = "17280/tcp"
	// controlToken is the variable of the container with the token that the control surface
	// demands.
	controlToken = "PATMOCK_CONTROL_TOKEN"
)

// Container is a mock in a container, or a namespace of one.
type Container struct {
	testcontainers.Container

	token     string // of the control surface, empty where it demands none
	namespace string // empty for the default one
}

// Run runs a mock of that image, and returns when it is healthy. An error ends with the last lines
// of the container's log where there are any. As everywhere in testcontainers, the container may be
// there in spite of an error: terminate it before the error is looked at.
//
// Every flag of patmock serve is a variable of the container: testcontainers.WithEnv sets those
// that no option of this package does. PATMOCK_ADDR and PATMOCK_CONTROL_ADDR have to stay as the
// image has them.
//
// A container that testcontainers.WithReuseByName finds keeps its fixture and other settings. If
// others are given, the error is a [*ReuseError]. It also keeps what earlier tests made: the Reset
// of its Control, or a Namespace for each test, starts anew.
func Run(ctx context.Context, img string, opts ...testcontainers.ContainerCustomizer) (*Container,
	error,
) {
	healthy := wait.ForHTTP("/_mock/health").WithPort(port)
	moduleOpts := []testcontainers.ContainerCustomizer{
		testcontainers.WithExposedPorts(port),
		testcontainers.WithWaitStrategy(healthy),
	}
	moduleOpts = append(moduleOpts, opts...)

	var token string
	readToken := func(req *testcontainers.GenericContainerRequest) error {
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
	return c, nil
}

// Namespace returns a namespace of the same mock, a tenant of its own, which its first login or
// control call makes. Names have 1 to 63 of a-z, 0-9 and -. To terminate it is to terminate the
// mock.
func (c *Container) Namespace(name string) *Container {
	other := *c
	other.namespace = name
	return &other
}

// BaseURL is where clients reach the mock, without a slash at its end.
func (c *Container) BaseURL(ctx context.Context) (string, error) {
	root, err := c.PortEndpoint(ctx, port, "http")
	if err != nil {
		return "", fmt.Errorf("where the mock listens: %w", err)
	}
	if c.namespace != "" {
		root += "/t/" + url.PathEscape(c.namespace)
	}
	return root, nil
}

// Control returns a client of the control surface: reset, clock, faults, journal. It sends the
// control token that the container was given in its environment.
func (c *Container) Control(ctx context.Context) (*control.Client, error) {
	base, err := c.BaseURL(ctx)
	if err != nil {
		return nil, err
	}
	return control.New(control.Config{URL: base, Token: c.token, AllowPlaintext: true}), nil
}

// Credentials are the id and secret that a user of the tenant logs in with. The error of another
// name is an [UnknownUserError].
func (c *Container) Credentials(ctx context.Context, user string) (clientID, clientSecret string,
	err error,
) {
	ctl, err := c.Control(ctx)
	if err != nil {
		return "", "", err
	}
	credentials, err := ctl.Credentials(ctx)
	if err != nil {
		return "", "", fmt.Errorf("who can log in: %w", err)
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

// UnknownUserError is the error of a name that no user has who can log in.
type UnknownUserError struct {
	Name string
	// Users are the names that there are.
	Users []string
}

func (e *UnknownUserError) Error() string {
	return fmt.Sprintf("nobody who can log in is named %q; there are %s", e.Name,
		cmp.Or(strings.Join(e.Users, ", "), "none"))
}
