// Package hostile makes a mock answer in every way that the documents allow, to find clients that
// count on one of them.
package hostile

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"example.com/patmock/mockserver/internal/response"
	"example.com/patmock/spec"
)

// The behaviours.
const (
	ListOrder       = "list-order"       // lists come in another order
	ExtraProperties = "extra-properties" // objects have a property that no document names
	// optional properties are absent, or null where they may be
	AbsentProperties = "absent-properties"
	MessageOrder     = "message-order"    // the messages of an error come in the other order
	RetryAfterDate   = "retry-after-date" // Retry-After is a date instead of seconds
	Outages          = "outages"          // 429 and 503 now and then
	EarlyExpiry      = "early-expiry"     // access tokens live shorter than their token says
)

// Behaviours lists them all.
func Behaviours() []string {
	return []string{
		ListOrder, ExtraProperties, AbsentProperties, MessageOrder, RetryAfterDate, Outages,
		EarlyExpiry,
	}
}

// minEarlyTTL and longest are how long an access token lives that expires early, in seconds: less
// than any other does.
const minEarlyTTL, maxEarlyTTL = 5, 14

// Config says how hostile a mock is.
type Config struct {
	// Behaviours that answers may show. None means that the mock is not hostile.
	Behaviours []string
	// Rate is the share of answers that show one.
	Rate float64
	// MaxConsecutive is after how many of them a client gets a plain one.
	MaxConsecutive int
	Random         interface{ Float(purpose string) float64 }
	// WallNow is wall time, which Retry-After dates follow.
	WallNow func() time.Time
}

// Hostile decides what happens to each request of a namespace. It is safe for concurrent use.
type Hostile struct {
	config Config

	mu      sync.Mutex
	clients map[string]*client // by client id; those who logged in at least once
}

type client struct{ consecutive int }

// New returns the decisions for a namespace, nil for one that is not hostile.
func New(c Config) *Hostile {
	if len(c.Behaviours) == 0 || c.Rate == 0 || c.MaxConsecutive == 0 {
		return nil
	}
	return &Hostile{config: c, clients: map[string]*client{}}
}

// Reset forgets every client.
func (h *Hostile) Reset() {
	if h == nil {
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	clear(h.clients)
}

// A Variation is what shall happen to one request. The zero value is nothing.
type Variation struct {
	// Status is answered instead: 429 or 503. Zero for none.
	Status int
	// RetryAfterAsDate tells to write Retry-After as a date.
	RetryAfterAsDate bool
	// TokenTTL is how long an access token lives, in seconds. Zero where it is not shortened.
	TokenTTL int
	// Vary changes the answer, and names the behaviour that it shows. Empty when there was nothing
	// to change.
	Vary func(a *response.Response) (varied *response.Response, behaviour string)
}

// maxClients bounds how many clients are remembered.
const maxClients = 10_000

// NoteLogin notes that a client has got its first access token: from now on it may be surprised.
func (h *Hostile) NoteLogin(clientID string) {
	if h == nil {
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.clients[clientID] != nil {
		return
	}
	if len(h.clients) >= maxClients {
		clear(h.clients)
	}
	h.clients[clientID] = &client{}
}

// Choose decides about a request. Each client has its own luck: what others do does not change it.
func (h *Hostile) Choose(clientID, operation string, op *spec.Operation) Variation {
	if h == nil || !h.shouldVary(clientID, operation) {
		return Variation{}
	}
	draw := func(n int) int {
		return int(h.config.Random.Float("hostile choice "+clientID) * float64(n))
	}
	behaviours := slices.DeleteFunc(slices.Clone(h.config.Behaviours), func(b string) bool {
		return b == EarlyExpiry && operation != "token"
	})
	if len(behaviours) == 0 {
		return Variation{}
	}
	switch behaviours[draw(len(behaviours))] {
	case Outages:
		status := []int{http.StatusTooManyRequests, http.StatusServiceUnavailable}[draw(2)]
		if op.HasStatus(status) {
			h.noteVaried(clientID)
			return Variation{
				Status:           status,
				RetryAfterAsDate: slices.Contains(behaviours, RetryAfterDate) && draw(2) == 0,
			}
		}
	case EarlyExpiry:
		h.noteVaried(clientID)
		return Variation{TokenTTL: minEarlyTTL + draw(maxEarlyTTL-minEarlyTTL+1)}
	}
	for i := len(behaviours) - 1; i > 0; i-- { // a shuffle
		j := draw(i + 1)
		behaviours[i], behaviours[j] = behaviours[j], behaviours[i]
	}
	return Variation{Vary: func(resp *response.Response) (*response.Response, string) {
		v := varier{resp: resp, operation: op, draw: draw, wallNow: h.config.WallNow}
		for _, b := range behaviours {
			if varied := v.apply(b); varied != nil {
				h.noteVaried(clientID)
				return varied, b
			}
		}
		return resp, ""
	}}
}

// shouldVary tells whether a request is to be surprised. After as many in a row as allowed none is.
func (h *Hostile) shouldVary(clientID, operation string) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	c := h.clients[clientID]
	if c == nil {
		return false
	}
	selected := h.config.Random.Float("hostile "+operation+" "+clientID) < h.config.Rate
	if !selected || c.consecutive >= h.config.MaxConsecutive {
		c.consecutive = 0
		return false
	}
	return true
}

func (h *Hostile) noteVaried(clientID string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if c := h.clients[clientID]; c != nil {
		c.consecutive++
	}
}

// Check tells what is wrong with the name of a behaviour.
func Check(name string) error {
	if !slices.Contains(Behaviours(), name) {
		return &UnknownBehaviourError{name}
	}
	return nil
}

// UnknownBehaviourError is the error of a name that no behaviour has.
type UnknownBehaviourError struct{ Name string }

func (e *UnknownBehaviourError) Error() string {
	return fmt.Sprintf("unknown behaviour %q: expected some of %s", e.Name,
		strings.Join(Behaviours(), ", "))
}

// decode reads JSON and keeps its numbers as they are written.
func decode(body []byte) (value any, ok bool) {
	d := json.NewDecoder(strings.NewReader(string(body)))
	d.UseNumber()
	return value, d.Decode(&value) == nil
}
