package contracttests

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

// maxTokensPerOwner is how many objects of one owner a scenario may have at a time: a tenant allows ten, and some are there already.
const maxTokensPerOwner = 5

// trackToken tracks what comes into being and goes, whichever way it was asked for.
func (t *T) trackToken(c *Client, operation string, x *exchange) {
	switch operation {
	case "createPersonalAccessToken":
		if id, owner, made := created(x.Status, []byte(x.Reply)); made {
			t.own(c, id, owner)
		}
	case "deletePersonalAccessToken":
		if x.Status == http.StatusNoContent {
			delete(t.alive, x.id())
		}
	}
}

// id is the last segment of the path that was asked for.
func (x *exchange) id() string {
	path, _, _ := strings.Cut(x.URL, "?")
	id, _ := url.PathUnescape(path[strings.LastIndex(path, "/")+1:]) // what cannot be read is no id
	return id
}

// own notes an object, which is removed when the scenario ends.
func (t *T) own(c *Client, id, owner string) {
	t.alive[id] = owner
	t.owners[id] = t.identity(c.who)
	t.Cleanup(func() {
		if _, left := t.alive[id]; left {
			t.cleanupClient(c, id).remove(id)
		}
	})
	n := 0
	for _, other := range t.alive {
		if other == owner {
			n++
		}
	}
	if n > t.maxTokensPerOwner {
		t.must(fmt.Errorf("the scenario has more than %d objects of an owner alive", t.maxTokensPerOwner))
	}
}

// identity is the one that a login belongs to: itself, or who made the token that logs in. It is none for others.
func (t *T) identity(who Credentials) Credentials {
	for _, identity := range []Credentials{t.session.owner, t.session.second, t.session.admin} {
		if who == identity {
			return who
		}
	}
	return t.owners[who.ClientID]
}

// cleanupClient returns who removes an object: its owner, whose own login has every right, or else who made it.
func (t *T) cleanupClient(maker *Client, id string) *Client {
	if owner := t.owners[id]; owner.given() && t.run.target.Live() {
		return t.client(owner)
	}
	return maker.ExpectInvalid() // the delete is right
}

// remove deletes what a scenario left, in any version that the target serves.
func (c *Client) remove(id string) {
	gone := Request{Method: http.MethodDelete, Path: c.t.path() + "/" + url.PathEscape(id)}
	r := c.Send(gone)
	if r.status == http.StatusUnauthorized && c.who.given() { // its access token has expired meanwhile
		r = c.t.again(c).Send(gone)
	}
	if r.status != http.StatusNoContent && r.status != http.StatusNotFound {
		c.t.Errorf("the token %s that the scenario made is left: delete answers %d", id, r.status)
	}
	delete(c.t.alive, id)
}

// path of the version, or of the newest one where the scenario belongs to none.
func (t *T) path() string {
	if t.version == "" {
		return t.run.newest().CollectionPath()
	}
	return t.version.CollectionPath()
}
