// Package bare is a server that patmock is measured beside: net/http, encoding/json, a map, and
// nothing else. It authenticates nobody, validates nothing and remembers no request. What it
// answers has the shape of what patmock answers: a list of tokens to a GET, the token that was made
// to anything else, whatever the path.
package bare

import (
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"sync"
	"time"
)

// Token is what the server answers, one or a list of them.
type Token struct {
	ID                         string     `json:"id"`
	Secret                     string     `json:"secret,omitempty"`
	Name                       string     `json:"name"`
	Scope                      []string   `json:"scope"`
	Owner                      Owner      `json:"owner"`
	Created                    time.Time  `json:"created"`
	LastUsed                   *time.Time `json:"lastUsed"`
	Managed                    bool       `json:"managed"`
	AccessTokenValiditySeconds int        `json:"accessTokenValiditySeconds"`
	ExpirationDate             *time.Time `json:"expirationDate"`
	UserAwareTokenNeverExpires bool       `json:"userAwareTokenNeverExpires"`
}

// Owner is whose a token is.
type Owner struct {
	Type string `json:"type"`
	ID   string `json:"id"`
	Name string `json:"name"`
}

// server is the handler that New returns.
type server struct {
	mu     sync.RWMutex
	tokens map[string]Token
}

// New returns a server that holds ten tokens.
func New() http.Handler {
	s := &server{tokens: map[string]Token{}}
	for i := range 10 {
		s.add(Token{Name: fmt.Sprintf("token %d", i), Scope: []string{"sp:scopes:all"}})
	}
	return s
}

func (s *server) add(t Token) Token {
	t.ID, t.Owner, t.Created, t.AccessTokenValiditySeconds = random(16), Owner{
		"IDENTITY", random(16), "jane.doe",
	}, time.Now(), 43200
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tokens[t.ID] = t
	return t
}

func random(n int) string {
	raw := make([]byte, n)
	_, _ = rand.Read(raw) // never fails
	return hex.EncodeToString(raw)
}

// ServeHTTP implements http.Handler.
func (s *server) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	rw.Header().Set("Content-Type", "application/json")
	if r.Method == http.MethodGet {
		s.mu.RLock()
		tokens := make([]Token, 0, len(s.tokens))
		for _, t := range s.tokens {
			tokens = append(tokens, t)
		}
		s.mu.RUnlock()
		_ = json.NewEncoder(rw).Encode(tokens) //nolint:gosec // no secrets but its own, and who asked is gone or sees the error
		return
	}
	var t Token
	if err := json.NewDecoder(r.Body).Decode(&t); err != nil {
		http.Error(rw, err.Error(), http.StatusBadRequest)
		return
	}
	t.Secret = random(32)
	_ = json.NewEncoder(rw).Encode(s.add(t)) //nolint:gosec // as above
}
