package pat

import (
	"fmt"
	"slices"
	"strings"
	"sync"
)

// directory is the users and API clients of a tenant. Users are added, never removed. It is safe for
// concurrent use.
type directory struct {
	tenant  Tenant // without its identities, tokens and scope sets
	levels  Levels
	clients map[string]APIClient // by id

	mu           sync.RWMutex
	identities   []Identity     // in the order of the tenant
	byID, byName map[string]int // their places
	names        []string       // the first maxNames in alphabetical order
}

// maxNames bounds how many users a message names.
const maxNames = 10

// newDirectory fails for a right that does not exist. Levels are those that the tenant does not set itself.
func newDirectory(t Tenant, levels Levels) (*directory, error) {
	for level, names := range t.UserLevels {
		rights, err := ParseRights(names)
		if err != nil {
			return nil, fmt.Errorf("userLevels.%s: %w", level, err)
		}
		levels[level] = rights
	}
	identities := t.Identities
	t.Identities, t.Tokens, t.ScopeSets = nil, nil, nil
	d := &directory{
		tenant: t, levels: levels, clients: map[string]APIClient{},
		byID: make(map[string]int, len(identities)), byName: make(map[string]int, len(identities)),
	}
	for _, c := range t.APIClients {
		d.clients[c.ID] = c
	}
	for _, i := range identities {
		d.put(i)
	}
	return d, nil
}

// put adds a user, or replaces the one of the same id, whose name stays.
func (d *directory) put(i Identity) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if at, known := d.byID[i.ID]; known {
		d.identities[at] = i
		return
	}
	d.byID[i.ID] = len(d.identities)
	if _, taken := d.byName[i.Name]; !taken {
		d.byName[i.Name] = len(d.identities)
	}
	d.identities = append(d.identities, i)
	at, _ := slices.BinarySearch(d.names, i.Name)
	if at < maxNames {
		d.names = slices.Insert(d.names, at, i.Name)
		d.names = d.names[:min(len(d.names), maxNames)]
	}
}

// identity returns the user of that id.
func (d *directory) identity(id string) (Identity, bool) { return d.find(d.byID, id) }

// named returns the user of that name.
func (d *directory) named(name string) (Identity, bool) { return d.find(d.byName, name) }

func (d *directory) find(places map[string]int, key string) (Identity, bool) {
	d.mu.RLock()
	defer d.mu.RUnlock()
	if at, known := places[key]; known {
		return d.identities[at], true
	}
	return Identity{}, false
}

// all returns the users in the order of the tenant.
func (d *directory) all() []Identity {
	d.mu.RLock()
	defer d.mu.RUnlock()
	return slices.Clone(d.identities)
}

// users names the users, as far as one line holds them.
func (d *directory) users() string {
	d.mu.RLock()
	defer d.mu.RUnlock()
	named := strings.Join(d.names, ", ")
	if more := len(d.identities) - len(d.names); more > 0 {
		return fmt.Sprintf("%s and %d more", named, more)
	}
	return named
}
