// Package bare is the baseline of the benchmarks: a server of net/http, encoding/json and a map. It
// has no authentication, no validation and no journal. A GET of any path returns a list of tokens,
// and any other method returns a new token, in the format of patmock.
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

// Token is a personal access token in a response.
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

// Owner is the owner of a token.
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

// New returns a server with ten tokens.
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
		_ = json.NewEncoder(rw).Encode(tokens) //nolint:gosec // its own secrets
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
