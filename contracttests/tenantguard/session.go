package tenantguard

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"io"
	"net/http"
	"strings"
)

// session is an access token of the run.
type session struct {
	client string // client id of the login, empty if unknown
	owner  *owner
}

// owner is an identity with tokens.
type owner struct {
	// id is the id of the identity if identified is set, or else of the client. It is empty if
	// unknown.
	id         string
	identified bool
	// listed has the normalized ids of the owner's latest list. It is nil if a new list is needed.
	listed map[string]bool
}

func (o *owner) String() string {
	if o.id == "" {
		return "an unknown identity"
	}
	return "the identity " + o.id
}

// bearer is the hash of an access token. The guard does not store the token itself.
type bearer [sha256.Size]byte

func bearerFrom(r *http.Request) (b bearer, ok bool) {
	scheme, token, _ := strings.Cut(strings.TrimSpace(r.Header.Get("Authorization")), " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return b, false
	}
	return hashToken(token)
}

func hashToken(token string) (b bearer, ok bool) {
	token = strings.TrimSpace(token)
	return sha256.Sum256([]byte(token)), token != ""
}

// clientIDFrom returns the client id of a login, empty without one.
func clientIDFrom(r *http.Request, body []byte) string {
	form := &http.Request{
		Method: http.MethodPost, URL: r.URL, Header: r.Header,
		Body: io.NopCloser(bytes.NewReader(body)),
	}
	if id := form.FormValue("client_id"); id != "" {
		return id
	}
	id, _, _ := r.BasicAuth()
	return id
}

// session returns the session of a bearer. It creates one if the login is unknown.
func (ts *tokens) session(b bearer) (s *session, client string) {
	ts.mu.Lock()
	defer ts.mu.Unlock()
	if s = ts.sessions[b]; s == nil {
		s = &session{owner: &owner{}}
		ts.sessions[b] = s
	}
	return s, s.client
}

// recordLogin records the response to a login. A client that the run did not create is foreign.
func (ts *tokens) recordLogin(client string, body []byte) {
	var response struct {
		AccessToken string `json:"access_token"`
		IdentityID  string `json:"identity_id"`
	}
	_ = json.Unmarshal(body, &response) // an invalid body has no access token
	b, ok := hashToken(response.AccessToken)
	if !ok {
		return
	}
	ts.mu.Lock()
	defer ts.mu.Unlock()
	t := ts.ensureLocked(token{ID: client})
	s := &session{client: client}
	switch {
	case response.IdentityID != "":
		s.owner = ts.ownerLocked(response.IdentityID, true)
	case t != nil && t.isOwn() && t.owner != nil:
		s.owner = t.owner
	default:
		s.owner = ts.ownerLocked(client, false)
	}
	ts.sessions[b] = s
}

func (ts *tokens) ownerLocked(id string, identified bool) *owner {
	o := ts.owners[id]
	if o == nil {
		o = &owner{id: id}
		ts.owners[id] = o
	}
	o.identified = o.identified || identified
	return o
}

// identifyLocked replaces an owner by its identity, once that is known.
func (ts *tokens) identifyLocked(old *owner, id string) {
	o := ts.ownerLocked(id, true)
	for _, t := range ts.records {
		if t.owner == old {
			t.owner = o
		}
	}
	for _, s := range ts.sessions {
		if s.owner == old {
			s.owner = o
		}
	}
}

// ownerOf returns a copy of the owner of a session.
func (ts *tokens) ownerOf(s *session) owner {
	ts.mu.Lock()
	defer ts.mu.Unlock()
	return *s.owner
}
