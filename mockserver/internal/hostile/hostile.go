// Package hostile varies responses in ways that the documents allow. The variations reveal clients
// that rely on more than the documents promise.
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
	ListOrder       = "list-order"       // lists are in a different order
	ExtraProperties = "extra-properties" // objects contain a property that no document names
	// Optional properties are absent, or null if they are nullable.
	AbsentProperties = "absent-properties"
	MessageOrder     = "message-order"    // the messages of an error are in reverse order
	RetryAfterDate   = "retry-after-date" // Retry-After is a date instead of seconds
	Outages          = "outages"          // some responses are 429 or 503
	EarlyExpiry      = "early-expiry"     // access tokens expire earlier than configured
)

// Behaviours returns all behaviours.
func Behaviours() []string {
	return []string{
		ListOrder, ExtraProperties, AbsentProperties, MessageOrder, RetryAfterDate, Outages,
		EarlyExpiry,
	}
}

// minEarlyTTL and maxEarlyTTL are the lifetimes, in seconds, of an access token that expires early.
// Other access tokens live longer.
const minEarlyTTL, maxEarlyTTL = 5, 14

// Config configures a hostile profile.
type Config struct {
	// Behaviours are the enabled behaviours. If it is empty, the profile is disabled.
	Behaviours []string
	// Rate is the share of varied responses.
	Rate float64
	// MaxConsecutive is the maximum number of consecutive varied responses of a client.
	MaxConsecutive int
	Random         interface{ Float(purpose string) float64 }
	// WallNow returns wall time. Retry-After dates are based on it.
	WallNow func() time.Time
}

// Hostile chooses the variation of the response to each request to a namespace. It is safe for
// concurrent use. A nil Hostile is a disabled profile.
type Hostile struct {
	config Config

	mu      sync.Mutex
	clients map[string]*client // by client id, after the first login
}

type client struct{ consecutive int }

// New returns the profile of a namespace, or nil if the profile is disabled.
func New(c Config) *Hostile {
	if len(c.Behaviours) == 0 || c.Rate == 0 || c.MaxConsecutive == 0 {
		return nil
	}
	return &Hostile{config: c, clients: map[string]*client{}}
}

// Reset forgets all clients.
func (h *Hostile) Reset() {
	if h == nil {
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	clear(h.clients)
}

// A Variation changes the response to a request. The zero value changes nothing.
type Variation struct {
	// Status is 429 or 503 to send an error instead of the response, or 0 to keep the response.
	Status int
	// RetryAfterAsDate selects the date format of Retry-After.
	RetryAfterAsDate bool
	// TokenTTL is the lifetime of an access token, in seconds. Zero means the default.
	TokenTTL int
	// Vary returns a variation of a response and the behaviour. The behaviour is empty if none
	// applies.
	Vary func(a *response.Response) (varied *response.Response, behaviour string)
}

// maxClients is the maximum number of clients in memory.
const maxClients = 10_000

// NoteLogin notes the first access token of a client. Only later requests of the client are varied.
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

// Choose returns the variation of the response to a request. It does not depend on the requests of
// other clients.
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
	for i := len(behaviours) - 1; i > 0; i-- { // shuffle
		j := draw(i + 1)
		behaviours[i], behaviours[j] = behaviours[j], behaviours[i]
	}
	return Variation{Vary: func(resp *response.Response) (*response.Response, string) {
		v := generator{resp: resp, operation: op, draw: draw, wallNow: h.config.WallNow}
		for _, b := range behaviours {
			if varied := v.apply(b); varied != nil {
				h.noteVaried(clientID)
				return varied, b
			}
		}
		return resp, ""
	}}
}

// shouldVary reports whether to vary the response to a request. It returns false after
// MaxConsecutive varied responses.
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

// Check returns an error if there is no behaviour with the given name.
func Check(name string) error {
	if !slices.Contains(Behaviours(), name) {
		return &UnknownBehaviourError{name}
	}
	return nil
}

// UnknownBehaviourError is the error of an unknown behaviour.
type UnknownBehaviourError struct{ Name string }

func (e *UnknownBehaviourError) Error() string {
	return fmt.Sprintf("unknown behaviour %q: expected some of %s", e.Name,
		strings.Join(Behaviours(), ", "))
}

// decode decodes JSON and preserves the digits of numbers.
func decode(body []byte) (value any, ok bool) {
	d := json.NewDecoder(strings.NewReader(string(body)))
	d.UseNumber()
	return value, d.Decode(&value) == nil
}
