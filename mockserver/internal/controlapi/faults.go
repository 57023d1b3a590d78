package controlapi

import (
	"net/http"

	"example.com/patmock/mockserver/control"
	"example.com/patmock/mockserver/internal/fault"
	"example.com/patmock/mockserver/internal/response"
)

func (s *Server) faults(*call) (*response.Response, error) {
	return response.JSON(http.StatusOK, map[string][]control.Fault{"faults": s.config.Faults.List()})
}

func (s *Server) addFault(c *call) (*response.Response, error) {
	f, err := decode[control.Fault](c)
	if err != nil {
		return nil, err
	}
	if found := fault.Check(f, s.config.Statuses); len(found) > 0 {
		return nil, invalid(found...)
	}
	if f, err = s.config.Faults.Add(f); err != nil {
		return nil, err
	}
	return response.JSON(http.StatusCreated, f)
}

func (s *Server) deleteFault(c *call) (*response.Response, error) {
	if err := s.config.Faults.Remove(c.variable("id")); err != nil {
		return nil, err
	}
	return none()
}

func (s *Server) deleteFaults(*call) (*response.Response, error) {
	s.config.Faults.Clear()
	return none()
}
