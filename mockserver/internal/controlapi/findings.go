package controlapi

import (
	"fmt"
	"net/http"
	"slices"

	"example.com/patmock/mockserver/control"
	"example.com/patmock/mockserver/internal/response"
	"example.com/patmock/spec/redact"
	"example.com/patmock/spec/schema"
)

// findings returns the findings of the namespace in the path, which may have been removed.
func (s *Server) findings(c *call) (*response.Response, error) {
	return s.respondWithFindings(c, s.config.Findings.All, s.config.Findings.ForNamespace)
}

func (s *Server) deleteFindings(c *call) (*response.Response, error) {
	return s.respondWithFindings(c, s.config.Findings.ClearAll, s.config.Findings.Clear)
}

func (s *Server) respondWithFindings(
	c *call, all func() control.Findings, of func(namespace string) control.Findings,
) (*response.Response, error) {
	if allNamespaces(c) {
		return response.JSON(http.StatusOK, all())
	}
	name := response.InfoFrom(c.Request).Namespace
	found := of(name)
	if name == c.ns.Name { // not for a removed namespace
		found.AllowedKinds = c.ns.AllowedFindings()
	}
	return response.JSON(http.StatusOK, found)
}

func allNamespaces(c *call) bool { return c.query.Get("all") == "true" }

func (s *Server) allowFindings(c *call) (*response.Response, error) {
	allowed, err := decode[control.AllowedFindings](c)
	if err != nil {
		return nil, err
	}
	known := control.FindingKinds()
	var wrong []control.ProblemError
	for i, kind := range allowed.Kinds {
		if !slices.Contains(known, kind) {
			wrong = append(wrong, control.ProblemError{
				Pointer: fmt.Sprintf("/kinds/%d", i),
				Detail: "expected a kind of finding, got " + redact.Quote(kind) +
					schema.DidYouMean(kind, known),
			})
		}
	}
	if len(wrong) > 0 {
		return nil, invalid(wrong...)
	}
	return response.JSON(http.StatusOK, control.AllowedFindings{
		Kinds: c.ns.AllowFindings(allowed.Kinds),
	})
}
