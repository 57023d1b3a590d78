// Package control is what the mock itself offers under /_mock/.
package control

import (
	"log/slog"
	"net/http"

	"example.com/patmock/mockserver/internal/answer"
	"example.com/patmock/spec"
)

// Product is how a mock names itself, so that it can be told from a tenant.
const Product = "patmock"

// Config is what a Server needs.
type Config struct {
	// Version of the mock.
	Version string
	// PublicURL is how clients reach the mock. Empty means the request's own host.
	PublicURL string
	// Users are those who can log in.
	Users []User
	Log   *slog.Logger
}

// User is how somebody logs in.
type User struct {
	Name         string   `json:"user"`
	UserLevels   []string `json:"userLevels"`
	ClientID     string   `json:"clientId"`
	ClientSecret string   `json:"clientSecret"`
}

// Server serves /_mock/.
type Server struct {
	config Config
	writer answer.Writer
}

// New returns a server.
func New(c Config) *Server { return &Server{config: c, writer: answer.Writer{Log: c.Log}} }

// handlers of the operations, by spec.Operation.Name.
var handlers = map[string]func(*Server, *http.Request) (*answer.Answer, error){
	"getHealth":       (*Server).health,
	"listCredentials": (*Server).credentials,
}

// Handler returns the handler of an operation, nil for one that the server does not know.
func (s *Server) Handler(op *spec.Operation) http.Handler {
	handle := handlers[op.Name]
	if handle == nil {
		return nil
	}
	return s.writer.Handler(op.CheckResponse, func(r *http.Request, _ *answer.Trace) (*answer.Answer, error) { return handle(s, r) }, nil)
}

type health struct {
	Product string `json:"product"`
	Version string `json:"version"`
	Status  string `json:"status"`
}

// health answers as soon as the mock serves requests.
func (s *Server) health(*http.Request) (*answer.Answer, error) {
	return answer.JSON(http.StatusOK, health{Product, s.config.Version, "ok"})
}

type credentials struct {
	BaseURL string `json:"baseUrl"`
	Users   []User `json:"users"`
}

// credentials tells how the seeded users log in, so that a free port or a tenant of one's own
// needs nothing to be copied by hand.
func (s *Server) credentials(r *http.Request) (*answer.Answer, error) {
	return answer.JSON(http.StatusOK, credentials{answer.BaseURL(r, s.config.PublicURL), s.config.Users})
}
