package controlapi

import (
	"net/http"
	"strings"

	"example.com/patmock/mockserver/control"
	"example.com/patmock/mockserver/internal/response"
)

// credentials tells how the users log in, so that a free port or a tenant of one's own needs
// nothing to be copied by hand.
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
	// The document is not asked: decoding all of it would take many times its memory, and the YAML
	// of that decoder lacks some escapes. Tests of fixtures read back what is written.
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

// addUser answers how to log in with what was added.
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
