package controlapi

import (
	"net/http"
	"strings"

	"example.com/patmock/mockserver/control"
	"example.com/patmock/mockserver/internal/response"
)

// credentials responds with the credentials of the users and the base URL, so that clients can be
// configured without copying them.
func (s *Server) credentials(c *call) (*response.Response, error) {
	users, err := c.ns.Users()
	if err != nil {
		return nil, err
	}
	return response.JSON(http.StatusOK, control.Credentials{
		BaseURL: response.BaseURL(c.Request, s.config.PublicURL()), Users: users,
	})
}

func (s *Server) reset(c *call) (*response.Response, error) {
	if err := c.ns.Reset(); err != nil {
		return nil, err
	}
	return noContent()
}

func (s *Server) state(c *call) (*response.Response, error) {
	snapshot, err := c.ns.Snapshot(c.query.Get("secrets") == "true")
	if err != nil {
		return nil, err
	}
	// Skip validation: decoding the complete state takes many times its memory, and the YAML
	// decoder of the validator lacks some escapes. Tests of fixtures decode the output.
	a := &response.Response{Status: http.StatusOK, ContentType: "application/json", Validated: true}
	if strings.Contains(c.Header.Get("Accept"), "yaml") {
		a.ContentType = "application/yaml"
		a.Body, err = snapshot.YAML()
	} else {
		a.Body, err = snapshot.JSON()
	}
	return a, err
}

func (s *Server) putState(c *call) (*response.Response, error) {
	if err := c.ns.Restore(c.Context(), c.body); err != nil {
		return nil, err
	}
	return noContent()
}

func (s *Server) addIdentity(c *call) (*response.Response, error) {
	return addUser(c, c.ns.AddIdentity)
}

func (s *Server) addToken(c *call) (*response.Response, error) {
	return addUser(c, c.ns.AddToken)
}

// addUser responds with the credentials of the added user.
func addUser[T any](c *call, add func(T) (control.User, error)) (*response.Response, error) {
	value, err := decode[T](c)
	if err != nil {
		return nil, err
	}
	user, err := add(value)
	if err != nil {
		return nil, err
	}
	return response.JSON(http.StatusCreated, user)
}
