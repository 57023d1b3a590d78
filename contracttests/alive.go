package contracttests

import (
	"fmt"
	"net/http"
	"net/url"
)

// maxAlive is how many objects of one owner a scenario may have at a time: a tenant allows ten, and some are there already.
const maxAlive = 5

// own notes an object, which is removed when the scenario ends.
func (t *T) own(c *Client, id, owner string) {
	t.alive[id] = owner
	t.Cleanup(func() {
		if _, left := t.alive[id]; left {
			c.remove(id)
		}
	})
	n := 0
	for _, other := range t.alive {
		if other == owner {
			n++
		}
	}
	if n > maxAlive {
		t.must(fmt.Errorf("the scenario has more than %d objects of an owner alive", maxAlive))
	}
}

// remove deletes what a scenario left, in any version that the target serves.
func (c *Client) remove(id string) {
	gone := Request{Method: http.MethodDelete, Path: c.t.path() + "/" + url.PathEscape(id)}
	r := c.Send(gone)
	if r.status == http.StatusUnauthorized && c.who.given() { // its access token has expired meanwhile
		r = c.t.LogIn(c.who).Send(gone)
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
