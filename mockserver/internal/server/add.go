package server

import (
	"cmp"
	"context"
	"errors"
	"strings"
	"time"

	"example.com/patmock/fixtures"
	"example.com/patmock/mockserver/control"
	"example.com/patmock/mockserver/internal/pat"
	"example.com/patmock/spec/rule"
)

// AddIdentity implements control.Tenant. The user logs in with a token that never expires.
func (t *tenant) AddIdentity(n control.NewIdentity) (control.User, error) {
	levels := n.UserLevels
	if levels == nil {
		levels = []string{"USER"}
	}
	id := cmp.Or(n.ID, t.newIdentityID())
	login := fixtures.Token{
		ID: t.newID(), Secret: t.random.Hex("token secret", 32), Owner: n.Name, Name: "login", Scope: []string{pat.ScopeAll},
		Created: fixtures.At(t.now()), AccessTokenValiditySeconds: fixtures.MaxValiditySeconds, UserAwareTokenNeverExpires: true,
	}
	checked, err := check(fixtures.Identity{ID: id, Name: n.Name, UserLevels: levels}, login)
	if err != nil {
		return control.User{}, err
	}
	added := domain(checked, t.clock.Now())
	if err := t.service.AddIdentity(context.TODO(), added.Identities[0], added.Tokens[0]); err != nil {
		return control.User{}, err
	}
	return userOf(pat.UserLogin{Identity: added.Identities[0], Token: added.Tokens[0]}), nil
}

// newID makes the id of a token. With a seed ids come again after a restart, so those in use are passed over.
func (t *tenant) newID() string {
	for {
		id := t.random.Hex("token id", 16)
		if _, taken := t.service.ClientOwner(context.TODO(), id); !taken {
			return id
		}
	}
}

func (t *tenant) newIdentityID() string {
	for {
		id := t.random.Hex("identity id", 16)
		if _, err := t.service.Identity(context.TODO(), id); err != nil {
			return id
		}
	}
}

// now is the time in the namespace as dates are written.
func (t *tenant) now() time.Time { return t.clock.Now().Truncate(time.Millisecond) }

// AddToken implements control.Tenant.
func (t *tenant) AddToken(n control.NewToken) (control.User, error) {
	token := fixtures.Token{
		ID: cmp.Or(n.ID, t.newID()), Secret: cmp.Or(n.Secret, t.random.Hex("token secret", 32)), Owner: n.Owner, Name: n.Name,
		Scope: n.Scope, Managed: n.Managed, AccessTokenValiditySeconds: cmp.Or(n.AccessTokenValiditySeconds, fixtures.MaxValiditySeconds),
		UserAwareTokenNeverExpires: n.ExpirationDate == "", Created: fixtures.At(t.now()),
	}
	if n.Scope == nil {
		token.Scope = []string{pat.ScopeAll}
	}
	if n.UserAwareTokenNeverExpires != nil {
		token.UserAwareTokenNeverExpires = *n.UserAwareTokenNeverExpires
	}
	var wrong fixtures.Mistakes
	for _, moment := range []struct {
		field, text string
		into        *fixtures.Time
	}{{"created", n.Created, &token.Created}, {"lastUsed", n.LastUsed, &token.LastUsed}, {"expirationDate", n.ExpirationDate, &token.ExpirationDate}} {
		if moment.text == "" {
			continue
		}
		at, err := fixtures.ParseTime(moment.text)
		if err != nil {
			wrong = append(wrong, fixtures.Mistake{Field: "/" + moment.field, Rule: rule.FixtureDate, Message: err.Error()})
		}
		*moment.into = at
	}
	if len(wrong) > 0 {
		return control.User{}, wrong
	}
	checked, err := check(fixtures.Identity{ID: strings.Repeat("0", 32), Name: n.Owner}, token)
	if err != nil {
		return control.User{}, err
	}
	added, err := t.service.AddToken(context.TODO(), n.Owner, fields(checked.Tokens[0], t.clock.Now()))
	if err != nil {
		return control.User{}, err
	}
	identity, _ := t.service.Identity(context.TODO(), added.Owner.ID) // it was just there
	return userOf(pat.UserLogin{Identity: identity, Token: added}), nil
}

// check returns a tenant of a user and a token if a fixture may have them.
func check(identity fixtures.Identity, token fixtures.Token) (*fixtures.Tenant, error) {
	added := &fixtures.Tenant{
		ID: fixtures.DefaultTenantID, Name: fixtures.DefaultName, Pod: fixtures.DefaultPod,
		Identities: []fixtures.Identity{identity}, Tokens: []fixtures.Token{token},
	}
	err := added.Check()
	if wrong, ok := errors.AsType[fixtures.Mistakes](err); ok {
		for i := range wrong { // the request has the fields of one of them
			wrong[i].Field = "/" + strings.NewReplacer("identities[0].", "", "tokens[0].", "").Replace(wrong[i].Field)
		}
	}
	return added, err
}
