package controlapi

import (
	"net/http"

	"example.com/patmock/mockserver/control"
	"example.com/patmock/mockserver/internal/fault"
	"example.com/patmock/mockserver/internal/response"
)

func (s *Server) faults(c *call) (*response.Response, error) {
	return response.JSON(http.StatusOK, map[string][]control.Fault{"faults": c.ns.Faults.List()})
}

func (s *Server) addFault(c *call) (*response.Response, error) {
	f, err := decode[control.Fault](c)
	if err != nil {
		return nil, err
	}
	if found := fault.Check(f, s.config.Statuses); len(found) > 0 {
		return nil, invalid(found...)
	}
	if f, err = c.ns.Faults.Add(f); err != nil {
		return nil, err
	}
	return response.JSON(http.StatusCreated, f)
}

func (s *Server) deleteFault(c *call) (*response.Response, error) {
	if err := c.ns.Faults.Remove(c.variable("id")); err != nil {
		return nil, err
	}
	return noContent()
}

func (s *Server) deleteFaults(c *call) (*response.Response, error) {
	c.ns.Faults.Clear()
	return noContent()
}
