package control

import (
	"net/http"

	"example.com/patmock/mockserver/control"
	"example.com/patmock/mockserver/internal/answer"
	"example.com/patmock/mockserver/internal/fault"
)

func (s *Server) faults(*call) (*answer.Answer, error) {
	return answer.JSON(http.StatusOK, map[string][]control.Fault{"faults": s.config.Faults.List()})
}

func (s *Server) addFault(c *call) (*answer.Answer, error) {
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
	return answer.JSON(http.StatusCreated, f)
}

func (s *Server) deleteFault(c *call) (*answer.Answer, error) {
	if err := s.config.Faults.Remove(c.variable("id")); err != nil {
		return nil, err
	}
	return none()
}

func (s *Server) deleteFaults(*call) (*answer.Answer, error) {
	s.config.Faults.Clear()
	return none()
}
