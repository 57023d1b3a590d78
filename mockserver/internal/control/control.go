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
	Log     *slog.Logger
}

// Server serves /_mock/.
type Server struct {
	config Config
	writer answer.Writer
}

// New returns a server.
func New(c Config) *Server { return &Server{config: c, writer: answer.Writer{Log: c.Log}} }

// handlers of the operations, by spec.Operation.Name.
var handlers = map[string]func(*Server) (*answer.Answer, error){
	"getHealth": (*Server).health,
}

// Handler returns the handler of an operation, nil for one that the server does not know.
func (s *Server) Handler(op *spec.Operation) http.Handler {
	handle := handlers[op.Name]
	if handle == nil {
		return nil
	}
	return s.writer.Handler(op.CheckResponse, func(*http.Request) (*answer.Answer, error) { return handle(s) }, nil)
}

type health struct {
	Product string `json:"product"`
	Version string `json:"version"`
	Status  string `json:"status"`
}

// health answers as soon as the mock serves requests.
func (s *Server) health() (*answer.Answer, error) {
	return answer.JSON(http.StatusOK, health{Product, s.config.Version, "ok"})
}
