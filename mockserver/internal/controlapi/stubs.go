package controlapi

import (
	"errors"
	"net/http"
	"slices"

	"example.com/patmock/fixtures"
	"example.com/patmock/mockserver/control"
	"example.com/patmock/mockserver/internal/response"
)

func (s *Server) stubs(c *call) (*response.Response, error) {
	all := c.ns.Stubs.List()
	slices.Reverse(all) // the latest one takes precedence
	return response.JSON(http.StatusOK, map[string][]control.Stub{"stubs": all})
}

func (s *Server) addStub(c *call) (*response.Response, error) {
	stub, err := decode[control.Stub](c)
	if err != nil {
		return nil, err
	}
	if stub, err = c.ns.AddStub(stub); err != nil {
		return nil, stubError(err)
	}
	return response.JSON(http.StatusCreated, stub)
}

// stubError returns the error for an invalid stub.
func stubError(err error) error {
	found, ok := errors.AsType[fixtures.Errors](err)
	if !ok {
		return err
	}
	problems := make([]control.ProblemError, len(found))
	for i, e := range found {
		problems[i] = control.ProblemError{
			Pointer: e.Field, Detail: e.Message, Rule: string(e.Rule), More: e.More,
		}
	}
	return invalid(problems...)
}

func (s *Server) deleteStub(c *call) (*response.Response, error) {
	if err := c.ns.RemoveStub(c.variable("id")); err != nil {
		return nil, err
	}
	return noContent()
}

func (s *Server) deleteStubs(c *call) (*response.Response, error) {
	if err := c.ns.ClearStubs(); err != nil {
		return nil, err
	}
	return noContent()
}
