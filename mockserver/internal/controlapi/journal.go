package controlapi

import (
	"context"
	"net/http"
	"strconv"

	"example.com/patmock/mockserver/control"
	"example.com/patmock/mockserver/internal/journal"
	"example.com/patmock/mockserver/internal/response"
	"example.com/patmock/spec/rule"
)

func (s *Server) requests(c *call) (*response.Response, error) {
	limit, _ := strconv.Atoi(c.query.Get("limit")) // digits or empty
	return response.JSON(http.StatusOK, c.ns.Journal.List(c.match(), limit))
}

// match returns the match that the query describes.
func (c *call) match() control.Match {
	q := c.query
	m := control.Match{
		Operation: q.Get("operation"), Version: q.Get("version"), Method: q.Get("method"),
		Path:  q.Get("path"),
		Owner: q.Get("owner"), ClientID: q.Get("clientId"), Fault: q.Get("fault"),
		Finding: q.Get("finding"),
	}
	m.Status, _ = strconv.Atoi(q.Get("status")) // digits or empty
	if unmatched := q.Get("unmatched"); unmatched != "" {
		m.Unmatched = new(unmatched == "true")
	}
	return m
}

func (s *Server) request(c *call) (*response.Response, error) {
	r, ok := c.ns.Journal.Get(c.variable("id"))
	if !ok {
		return nil, notFound(rule.ControlUnknownRequest, "request", c.variable("id"))
	}
	return response.JSON(http.StatusOK, r)
}

func (s *Server) clearRequests(c *call) (*response.Response, error) {
	c.ns.Journal.Clear()
	return noContent()
}

func (s *Server) verify(c *call) (*response.Response, error) {
	v, err := decode[control.VerifyRequest](c)
	if err != nil {
		return nil, err
	}
	if found := journal.Validate(v); len(found) > 0 {
		return nil, invalid(found...)
	}
	ctx, cancel := context.WithCancel(c.Context())
	defer cancel()
	go func() { // a stopping mock ends the verification
		select {
		case <-s.config.Writer.Done:
			cancel()
		case <-ctx.Done():
		}
	}()
	return response.JSON(http.StatusOK, c.ns.Journal.Verify(ctx, v))
}
