package pat

import (
	"fmt"
	"slices"
	"strings"
	"sync"
)

// Directory indexes the users and API clients of a tenant. Users can be added but not removed. A
// Directory is safe for concurrent use.
type Directory struct {
	tenant  Tenant               // without identities, tokens and scope sets
	clients map[string]APIClient // by id

	mu           sync.RWMutex
	identities   []Identity     // in the order of the tenant
	byID, byName map[string]int // index into identities
	names        []string       // the first maxNames in alphabetical order
}

// maxNames is the maximum number of users that a message lists.
const maxNames = 10

// NewDirectory returns the directory of a tenant.
func NewDirectory(t Tenant) *Directory {
	identities := t.Identities
	t.Identities, t.Tokens, t.ScopeSets = nil, nil, nil
	d := &Directory{
		tenant: t, clients: make(map[string]APIClient, len(t.APIClients)),
		byID: make(map[string]int, len(identities)), byName: make(map[string]int, len(identities)),
	}
	for _, c := range t.APIClients {
		d.clients[c.ID] = c
	}
	for _, i := range identities {
		d.Put(i)
	}
	return d
}

// Put adds a user, or replaces the user with the same id. A replaced user must keep its name.
func (d *Directory) Put(i Identity) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if index, ok := d.byID[i.ID]; ok {
		d.identities[index] = i
		return
	}
	index := len(d.identities)
	d.byID[i.ID] = index
	if _, ok := d.byName[i.Name]; !ok {
		d.byName[i.Name] = index
	}
	d.identities = append(d.identities, i)
	if rank, _ := slices.BinarySearch(d.names, i.Name); rank < maxNames {
		d.names = slices.Insert(d.names, rank, i.Name)
		d.names = d.names[:min(len(d.names), maxNames)]
	}
}

// Tenant returns the tenant without its identities, tokens and scope sets.
func (d *Directory) Tenant() Tenant { return d.tenant }

// Client returns the API client with the given id.
func (d *Directory) Client(id string) (APIClient, bool) {
	c, ok := d.clients[id]
	return c, ok
}

// Identity returns the user with the given id.
func (d *Directory) Identity(id string) (Identity, bool) { return d.find(d.byID, id) }

// IdentityByName returns the user with the given name.
func (d *Directory) IdentityByName(name string) (Identity, bool) { return d.find(d.byName, name) }

func (d *Directory) find(index map[string]int, key string) (Identity, bool) {
	d.mu.RLock()
	defer d.mu.RUnlock()
	if i, ok := index[key]; ok {
		return d.identities[i], true
	}
	return Identity{}, false
}

// Len returns the number of users.
func (d *Directory) Len() int {
	d.mu.RLock()
	defer d.mu.RUnlock()
	return len(d.identities)
}

// Index returns the index of a user in Identities.
func (d *Directory) Index(id string) int {
	d.mu.RLock()
	defer d.mu.RUnlock()
	return d.byID[id]
}

// CheckNew returns ErrIdentityTaken or ErrIDTaken if another user has the name or the id.
func (d *Directory) CheckNew(i Identity) error {
	if _, ok := d.IdentityByName(i.Name); ok {
		return fmt.Errorf("%w: %s", ErrIdentityTaken, quote(i.Name))
	}
	if _, ok := d.Identity(i.ID); ok {
		return fmt.Errorf("%w: %s", ErrIDTaken, quote(i.ID))
	}
	return nil
}

// Identities returns the users in the order of the tenant, or nil if there are none.
func (d *Directory) Identities() []Identity {
	d.mu.RLock()
	defer d.mu.RUnlock()
	return slices.Clone(d.identities)
}

// Names returns the first names in alphabetical order, separated by commas, and the number of the
// remaining ones.
func (d *Directory) Names() string {
	d.mu.RLock()
	defer d.mu.RUnlock()
	names := strings.Join(d.names, ", ")
	if rest := len(d.identities) - len(d.names); rest > 0 {
		return fmt.Sprintf("%s and %d more", names, rest)
	}
	return names
}
