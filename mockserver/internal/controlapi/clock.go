package controlapi

import (
	"net/http"
	"time"

	"example.com/patmock/mockserver/control"
	"example.com/patmock/mockserver/internal/clock"
	"example.com/patmock/mockserver/internal/namespace"
	"example.com/patmock/mockserver/internal/response"
)

func (s *Server) clock(c *call) (*response.Response, error) {
	now := c.ns.Clock.State()
	state := control.Clock{Now: now.Now, Frozen: now.Frozen}
	if now.Adjusted {
		state.Offset = now.Offset.String()
		if now.Offset >= 0 {
			state.Offset = "+" + state.Offset
		}
	}
	return response.JSON(http.StatusOK, state)
}

// changeClock changes the clock and responds with it.
func (s *Server) changeClock(
	c *call, change func(namespace.Clock) error,
) (*response.Response, error) {
	if err := c.ns.MoveClock(change); err != nil {
		return nil, err
	}
	return s.clock(c)
}

func (s *Server) setClock(c *call) (*response.Response, error) {
	setting, err := decode[control.ClockSetting](c)
	if err != nil {
		return nil, err
	}
	var now time.Time
	if setting.Now != nil {
		if now = *setting.Now; !clock.Valid(now) {
			return nil,
				invalid(control.ProblemError{
					Pointer: "/now", Detail: "expected a time between the years 1970 and 9000",
				})
		}
	}
	return s.changeClock(c, func(clock namespace.Clock) error {
		clock.Set(now, setting.Frozen)
		return nil
	})
}

func (s *Server) advanceClock(c *call) (*response.Response, error) {
	advance, err := decode[struct {
		By string `json:"by"`
	}](c)
	if err != nil {
		return nil, err
	}
	by, err := clock.ParseDuration(advance.By)
	if err != nil {
		return nil, invalid(control.ProblemError{Pointer: "/by", Detail: err.Error()})
	}
	return s.changeClock(c, func(clock namespace.Clock) error {
		if err := clock.Advance(by); err != nil {
			return invalid(control.ProblemError{Pointer: "/by", Detail: err.Error()})
		}
		return nil
	})
}

func (s *Server) clearClock(c *call) (*response.Response, error) {
	return s.changeClock(c, func(clock namespace.Clock) error {
		clock.Clear()
		return nil
	})
}
