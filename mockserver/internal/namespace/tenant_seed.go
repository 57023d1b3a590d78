package namespace

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

// AddIdentity adds a user. The user logs in with a token that never expires.
func (n *Namespace) AddIdentity(wanted control.NewIdentity) (control.User, error) {
	levels := wanted.UserLevels
	if levels == nil {
		levels = []string{"USER"}
	}
	id := cmp.Or(wanted.ID, n.newIdentityID())
	login := fixtures.Token{
		ID: n.newID(), Secret: n.Random.Hex("token secret", 32), Owner: wanted.Name, Name: "login",
		Scope:   []string{pat.ScopeAll},
		Created: fixtures.At(n.now()), AccessTokenValiditySeconds: fixtures.MaxValiditySeconds,
		UserAwareTokenNeverExpires: true,
	}
	checked, err := check(fixtures.Identity{ID: id, Name: wanted.Name, UserLevels: levels}, login)
	if err != nil {
		return control.User{}, err
	}
	added := domain(checked, n.Clock.Now())
	if err := n.Service.AddIdentity(context.TODO(), added.Identities[0],
		added.Tokens[0]); err != nil {
		return control.User{}, err
	}
	return userOf(pat.UserLogin{Identity: added.Identities[0], Token: added.Tokens[0]}), nil
}

// newID makes the id of a token. With a seed ids come again after a restart, so those in use are
// passed over.
func (n *Namespace) newID() string {
	for {
		id := n.Random.Hex("token id", 16)
		if _, taken := n.Service.ClientOwner(context.TODO(), id); !taken {
			return id
		}
	}
}

func (n *Namespace) newIdentityID() string {
	for {
		id := n.Random.Hex("identity id", 16)
		if _, err := n.Service.Identity(context.TODO(), id); err != nil {
			return id
		}
	}
}

// now is the time in the namespace as dates are written.
func (n *Namespace) now() time.Time { return n.Clock.Now().Truncate(time.Millisecond) }

// AddToken adds a token of a user.
func (n *Namespace) AddToken(wanted control.NewToken) (control.User, error) {
	token := fixtures.Token{
		ID:     cmp.Or(wanted.ID, n.newID()),
		Secret: cmp.Or(wanted.Secret, n.Random.Hex("token secret", 32)), Owner: wanted.Owner,
		Name:  wanted.Name,
		Scope: wanted.Scope, Managed: wanted.Managed,
		AccessTokenValiditySeconds: cmp.Or(wanted.AccessTokenValiditySeconds,
			fixtures.MaxValiditySeconds),
		UserAwareTokenNeverExpires: wanted.ExpirationDate == "", Created: fixtures.At(n.now()),
	}
	if wanted.Scope == nil {
		token.Scope = []string{pat.ScopeAll}
	}
	if wanted.UserAwareTokenNeverExpires != nil {
		token.UserAwareTokenNeverExpires = *wanted.UserAwareTokenNeverExpires
	}
	var wrong fixtures.Errors
	for _, moment := range []struct {
		field, text string
		into        *fixtures.Time
	}{
		{"created", wanted.Created, &token.Created},
		{"lastUsed", wanted.LastUsed, &token.LastUsed},
		{"expirationDate", wanted.ExpirationDate, &token.ExpirationDate},
	} {
		if moment.text == "" {
			continue
		}
		at, err := fixtures.ParseTime(moment.text)
		if err != nil {
			wrong = append(wrong, fixtures.Error{
				Field: "/" + moment.field, Rule: rule.FixtureDate, Message: err.Error(),
			})
		}
		*moment.into = at
	}
	if len(wrong) > 0 {
		return control.User{}, wrong
	}
	checked, err := check(fixtures.Identity{ID: strings.Repeat("0", 32), Name: wanted.Owner}, token)
	if err != nil {
		return control.User{}, err
	}
	added, err := n.Service.AddToken(context.TODO(), wanted.Owner,
		fields(checked.Tokens[0], n.Clock.Now()))
	if err != nil {
		return control.User{}, err
	}
	identity, _ := n.Service.Identity(context.TODO(), added.Owner.ID) // it was just there
	return userOf(pat.UserLogin{Identity: identity, Token: added}), nil
}

// check returns a tenant of a user and a token if a fixture may have them.
func check(identity fixtures.Identity, token fixtures.Token) (*fixtures.Tenant, error) {
	added := &fixtures.Tenant{
		ID: fixtures.DefaultTenantID, Name: fixtures.DefaultName, Pod: fixtures.DefaultPod,
		Identities: []fixtures.Identity{identity}, Tokens: []fixtures.Token{token},
	}
	err := added.Check()
	if wrong, ok := errors.AsType[fixtures.Errors](err); ok {
		for i := range wrong { // the request has the fields of one of them
			wrong[i].Field = "/" +
				strings.NewReplacer("identities[0].", "", "tokens[0].", "").Replace(wrong[i].Field)
		}
	}
	return added, err
}
