// Package mockserver is a stand-in for the personal access token part of a
// SailPoint Identity Security Cloud tenant: an http.Handler that keeps tokens in
// memory, refuses what a tenant refuses, and answers nothing that the published
// documents forbid.
package mockserver

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"

	"example.com/patmock/fixtures"
	"example.com/patmock/mockserver/internal/answer"
	"example.com/patmock/mockserver/internal/api"
	"example.com/patmock/mockserver/internal/control"
	"example.com/patmock/mockserver/internal/oauth"
	"example.com/patmock/mockserver/internal/pat"
	"example.com/patmock/mockserver/internal/random"
	"example.com/patmock/mockserver/internal/store/memory"
	"example.com/patmock/spec/version"
)

// maxBody bounds, in bytes, the body of a request.
const maxBody = 1 << 20

// Config is how a mock is set up. The zero value is a mock of the default tenant in every version.
type Config struct {
	// Tenant is the state to start from. Nil means the built-in default of package fixtures.
	Tenant *fixtures.Tenant
	// Versions to serve. Empty means all.
	Versions []version.Version
	// PublicURL is what /oauth/info puts in front of its endpoints, such as http://mock:17280.
	// Empty means the host that the client used.
	PublicURL string
	// Now is the mock's clock. Nil means time.Now. It must be safe for concurrent use.
	Now func() time.Time
	// Log takes what the mock has to tell. Nil means slog.Default().
	Log *slog.Logger
}

// Server is a mock. It is safe for concurrent use.
type Server struct {
	handler http.Handler
}

// New returns a mock. Errors are those of the configuration: a tenant that cannot be started
// from, a version that does not exist, a public URL that is none.
func New(c Config) (*Server, error) {
	c, err := c.withDefaults()
	if err != nil {
		return nil, err
	}
	documents, err := loadDocuments(c.Versions)
	if err != nil {
		return nil, err
	}
	return newServer(c, documents)
}

func (c Config) withDefaults() (Config, error) {
	var err error
	if c.Tenant == nil {
		if c.Tenant, err = fixtures.Load("default"); err != nil {
			return c, err
		}
	}
	for _, v := range c.Versions {
		if _, err := version.Parse(string(v)); err != nil {
			return c, err
		}
	}
	if len(c.Versions) == 0 {
		c.Versions = version.All()
	}
	if c.PublicURL != "" {
		if c.PublicURL, err = CheckBaseURL(c.PublicURL); err != nil {
			return c, fmt.Errorf("public URL: %w", err)
		}
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Log == nil {
		c.Log = slog.Default()
	}
	return c, nil
}

// plainURL is a base URL in which no shell and no client reads anything else.
var plainURL = regexp.MustCompile(`^https?://([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]+)?(/[A-Za-z0-9._~/-]*)?$`)

// CheckBaseURL returns an address that clients can reach a mock by, without a slash at its end. The
// error of anything else, with a user, a query or a blank in it for example, says what is expected.
func CheckBaseURL(text string) (string, error) {
	if _, err := url.Parse(text); err != nil || !plainURL.MatchString(text) {
		return "", fmt.Errorf("%q: expected an address such as http://mock:17280", text)
	}
	return strings.TrimRight(text, "/"), nil
}

// newServer puts the parts together. Documents go through one hand, so that a test can serve others.
func newServer(c Config, documents *documents) (*Server, error) {
	store := memory.New()
	directory, levels, err := seed(store, c.Tenant, c.Now())
	if err != nil {
		return nil, fmt.Errorf("start from %s: %w", c.Tenant.Source, err)
	}
	service := pat.NewService(pat.Config{
		Store: store, Directory: directory, Levels: levels,
		NewID:     func() string { return random.Hex(16) },
		NewSecret: func() string { return random.Hex(32) },
	})
	tokens, err := oauth.New(oauth.Config{
		Document: documents.oauth, Service: service, PublicURL: c.PublicURL, Now: c.Now, Log: c.Log,
		Tenant: oauth.Tenant{ID: c.Tenant.ID, Name: c.Tenant.Name, Pod: c.Tenant.Pod},
	})
	if err != nil {
		return nil, err
	}
	pats := api.New(api.Config{
		Documents: documents.versions, Service: service, Authenticate: tokens.Authenticate, Now: c.Now, Log: c.Log,
	})
	controls := control.New(control.Config{
		Version: Version(), PublicURL: c.PublicURL, Users: users(c.Tenant), Log: c.Log,
	})

	r := newRouter(documents, answer.Writer{Log: c.Log})
	for v, document := range documents.versions {
		for _, op := range document.Operations {
			r.handle(op, document, pats.Handler(v, op))
		}
	}
	for _, op := range documents.oauth.Operations {
		r.handle(op, documents.oauth, tokens.Handler(op))
	}
	for _, op := range documents.control.Operations {
		r.handle(op, documents.oauth, controls.Handler(op)) // whose errors hold for the control surface too
	}
	router, err := r.build()
	if err != nil {
		return nil, err
	}
	return &Server{handler: &entrance{next: router, log: c.Log}}, nil
}

// ServeHTTP implements http.Handler.
func (s *Server) ServeHTTP(rw http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(rw, r) }
