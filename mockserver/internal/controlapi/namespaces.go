package controlapi

import (
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"example.com/patmock/fixtures"
	"example.com/patmock/mockserver/control"
	"example.com/patmock/mockserver/internal/namespace"
	"example.com/patmock/mockserver/internal/response"
	"example.com/patmock/spec/redact"
)

// baseURL returns the base URL of a namespace for the client of this request.
func (s *Server) baseURL(c *call, name string) string {
	base := response.BaseURL(c.Request, s.config.PublicURL())
	return strings.TrimSuffix(base, response.InfoFrom(c.Request).Prefix) + namespace.Prefix(name)
}

func (s *Server) namespaces(c *call) (*response.Response, error) {
	all, now := []control.Namespace{}, s.config.Now()
	s.config.Namespaces.All(func(name string, ns *namespace.Namespace, used time.Time) {
		described := ns.Describe()
		described.BaseURL, described.IdleSeconds = s.baseURL(c, name),
			max(0, int(now.Sub(used).Seconds()))
		all = append(all, described)
	})
	return response.JSON(http.StatusOK, map[string][]control.Namespace{"namespaces": all})
}

func (s *Server) namespace(c *call) (*response.Response, error) {
	n := c.ns.Describe()
	n.BaseURL = s.baseURL(c, n.Name)
	return response.JSON(http.StatusOK, n)
}

func (s *Server) putNamespace(c *call) (*response.Response, error) {
	setup, err := decode[struct {
		Fixture string          `json:"fixture"`
		Tenant  json.RawMessage `json:"tenant"`

		IgnoreFindings bool `json:"ignoreFindings"`
	}](c)
	if err != nil {
		return nil, err
	}
	var tenant *fixtures.Tenant // nil means the tenant of the server
	switch {
	case setup.Fixture != "" && setup.Tenant != nil:
		return nil,
			invalid(control.ProblemError{
				Pointer: "", Detail: "expected a fixture or a tenant, got both",
			})
	case setup.Fixture != "":
		if tenant, err = fixtures.Load(setup.Fixture); err != nil {
			return nil,
				invalid(control.ProblemError{
					Pointer: "/fixture",
					Detail: redact.String(err.Error()) +
						"; to use a tenant of your own, send it as tenant",
				})
		}
	case setup.Tenant != nil:
		if tenant, err = fixtures.ParseContext(c.Context(), "the request",
			setup.Tenant); err != nil {
			return nil, err
		}
	}
	if err := c.ns.Start(tenant, setup.IgnoreFindings); err != nil {
		return nil, err
	}
	return s.namespace(c)
}

func (s *Server) deleteNamespace(c *call) (*response.Response, error) {
	if err := s.config.Namespaces.Remove(c.ns.Name); err != nil {
		return nil, err
	}
	return noContent()
}
