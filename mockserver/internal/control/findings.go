package control

import (
	"fmt"
	"net/http"
	"slices"

	"example.com/patmock/mockserver/control"
	"example.com/patmock/mockserver/internal/answer"
	"example.com/patmock/spec/redact"
	"example.com/patmock/spec/schema"
)

// findings returns those of the namespace that the path names. It may have been removed.
func (s *Server) findings(c *call) (*answer.Answer, error) {
	return s.respondWithFindings(c, s.config.Findings.All, s.config.Findings.Of)
}

func (s *Server) deleteFindings(c *call) (*answer.Answer, error) {
	return s.respondWithFindings(c, s.config.Findings.ClearAll, s.config.Findings.Clear)
}

func (s *Server) respondWithFindings(c *call, all func() control.Findings, of func(namespace string) control.Findings) (*answer.Answer, error) {
	if everyNamespace(c) {
		return answer.JSON(http.StatusOK, all())
	}
	name := answer.TraceOf(c.Request).Namespace
	found := of(name)
	if name == s.config.Tenant.Describe().Name { // and not one that was removed
		found.AllowedKinds = s.config.Tenant.AllowedFindings()
	}
	return answer.JSON(http.StatusOK, found)
}

func everyNamespace(c *call) bool { return c.query.Get("all") == "true" }

func (s *Server) allowFindings(c *call) (*answer.Answer, error) {
	wanted, err := decode[control.AllowedFindings](c)
	if err != nil {
		return nil, err
	}
	known := control.FindingKinds()
	var wrong []control.ProblemError
	for i, kind := range wanted.Kinds {
		if !slices.Contains(known, kind) {
			wrong = append(wrong, control.ProblemError{
				Pointer: fmt.Sprintf("/kinds/%d", i), Detail: "expected a kind of finding, got " + redact.Quote(kind) + schema.DidYouMean(kind, known),
			})
		}
	}
	if len(wrong) > 0 {
		return nil, invalid(wrong...)
	}
	return answer.JSON(http.StatusOK, control.AllowedFindings{Kinds: s.config.Tenant.AllowFindings(wanted.Kinds)})
}
