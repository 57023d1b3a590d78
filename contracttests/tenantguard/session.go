package tenantguard

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"io"
	"net/http"
	"strings"
)

// session is a bearer that was seen.
type session struct {
	// client id that it was given to, empty where nobody saw that.
	client string
	owner  *owner
}

// owner is an identity that has tokens.
type owner struct {
	// id is empty if it is unknown. It is that of the client unless identified says so.
	id         string
	identified bool
	// alive are the tokens it has, as far as known: all of them where counted says so.
	alive   map[string]bool
	counted bool
	// pending are the tokens that are asked for right now.
	pending int
	// most is how many there were at once.
	most int
}

func (o *owner) String() string {
	if o.id == "" {
		return "an unknown identity"
	}
	return "the identity " + o.id
}

// grow adds a token.
func (o *owner) grow(id string) {
	if o.alive == nil {
		o.alive = map[string]bool{}
	}
	o.alive[id] = true
	o.most = max(o.most, len(o.alive))
}

// bearer is the hash of an access token, which is not kept itself.
type bearer [sha256.Size]byte

func bearerOf(r *http.Request) (b bearer, ok bool) {
	scheme, token, _ := strings.Cut(strings.TrimSpace(r.Header.Get("Authorization")), " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return b, false
	}
	return bearerOfToken(token)
}

func bearerOfToken(token string) (b bearer, ok bool) {
	token = strings.TrimSpace(token)
	return sha256.Sum256([]byte(token)), token != ""
}

// clientOf is who logs in, in whichever way, empty where nobody can be seen.
func clientOf(r *http.Request, body []byte) string {
	form := &http.Request{Method: http.MethodPost, URL: r.URL, Header: r.Header, Body: io.NopCloser(bytes.NewReader(body))}
	if id := form.FormValue("client_id"); id != "" {
		return id
	}
	id, _, _ := r.BasicAuth()
	return id
}

// session of a bearer, which may be one that nobody has seen yet, with the client id that it counts for.
func (k *tokens) session(b bearer) (s *session, client string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if s = k.sessions[b]; s == nil {
		s = &session{owner: &owner{}}
		k.sessions[b] = s
	}
	return s, s.client
}

// logIn takes the answer to a login. What logs in, and was not made by the run, is a stranger's.
func (k *tokens) logIn(client string, body []byte) {
	var answered struct {
		AccessToken string `json:"access_token"`
		IdentityID  string `json:"identity_id"`
	}
	_ = json.Unmarshal(body, &answered) // what is left out is not there
	b, ok := bearerOfToken(answered.AccessToken)
	if !ok {
		return
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.showLocked(shown{id: client})
	s := &session{client: client}
	t := k.own[fold(client)]
	switch {
	case answered.IdentityID != "":
		s.owner = k.identityLocked(answered.IdentityID)
	case t != nil && t.by != nil:
		s.owner = t.by
	default:
		s.owner = k.ownerLocked(client)
	}
	k.sessions[b] = s
}

// identityLocked returns the owner that is an identity.
func (k *tokens) identityLocked(id string) *owner {
	o := k.ownerLocked(id)
	o.identified = true
	return o
}

func (k *tokens) ownerLocked(id string) *owner {
	o := k.owners[id]
	if o == nil {
		o = &owner{id: id}
		k.owners[id] = o
	}
	return o
}

func (k *tokens) counted(s *session) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return s.owner.counted
}

// ownerOf returns the identity of a session, for messages, and its id.
func (k *tokens) ownerOf(s *session) (name, id string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	return s.owner.String(), s.owner.id
}

// most is how many tokens the owners had at once.
func (k *tokens) most() map[string]int {
	k.mu.Lock()
	defer k.mu.Unlock()
	most := map[string]int{}
	for id, o := range k.owners {
		most[id] = o.most
	}
	return most
}
