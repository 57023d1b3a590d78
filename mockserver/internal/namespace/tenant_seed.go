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
func (n *Namespace) AddIdentity(req control.NewIdentity) (control.User, error) {
	levels := req.UserLevels
	if levels == nil {
		levels = []string{"USER"}
	}
	id := cmp.Or(req.ID, n.newIdentityID())
	login := fixtures.Token{
		ID: n.newID(), Secret: n.Random.Hex("token secret", 32), Owner: req.Name, Name: "login",
		Scope:                      []string{pat.ScopeAll},
		Created:                    fixtures.AbsoluteTime(n.now()),
		AccessTokenValiditySeconds: fixtures.MaxValiditySeconds,
		UserAwareTokenNeverExpires: true,
	}
	fixture, err := validate(fixtures.Identity{
		ID: id, Name: req.Name, DisplayName: req.DisplayName, Email: req.Email, Status: req.Status,
		UserLevels: levels,
	}, login)
	if err != nil {
		return control.User{}, err
	}
	added := toTenant(fixture, n.Clock.Now())
	if err := n.Service.AddIdentity(context.TODO(), added.Identities[0],
		added.Tokens[0]); err != nil {
		return control.User{}, err
	}
	return userOf(pat.UserLogin{Identity: added.Identities[0], Token: added.Tokens[0]}), nil
}

// newID returns an unused token id. A seed repeats ids after a restart, so existing ones are
// skipped.
func (n *Namespace) newID() string {
	for {
		id := n.Random.Hex("token id", 16)
		if _, exists := n.Service.ClientOwner(context.TODO(), id); !exists {
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

// now returns the time of the namespace with the precision of dates.
func (n *Namespace) now() time.Time { return n.Clock.Now().Truncate(time.Millisecond) }

// AddToken adds a token of a user.
func (n *Namespace) AddToken(req control.NewToken) (control.User, error) {
	token := fixtures.Token{
		ID:     cmp.Or(req.ID, n.newID()),
		Secret: cmp.Or(req.Secret, n.Random.Hex("token secret", 32)), Owner: req.Owner,
		Name:  req.Name,
		Scope: req.Scope, Managed: req.Managed,
		AccessTokenValiditySeconds: cmp.Or(req.AccessTokenValiditySeconds,
			fixtures.MaxValiditySeconds),
		UserAwareTokenNeverExpires: req.ExpirationDate == "",
		Created:                    fixtures.AbsoluteTime(n.now()),
	}
	if req.Scope == nil {
		token.Scope = []string{pat.ScopeAll}
	}
	if req.UserAwareTokenNeverExpires != nil {
		token.UserAwareTokenNeverExpires = *req.UserAwareTokenNeverExpires
	}
	var errs fixtures.Errors
	for _, date := range []struct {
		field, text string
		target      *fixtures.Time
	}{
		{"created", req.Created, &token.Created},
		{"lastUsed", req.LastUsed, &token.LastUsed},
		{"expirationDate", req.ExpirationDate, &token.ExpirationDate},
	} {
		if date.text == "" {
			continue
		}
		parsed, err := fixtures.ParseTime(date.text)
		if err != nil {
			errs = append(errs, fixtures.Error{
				Field: "/" + date.field, Rule: rule.FixtureDate, Message: err.Error(),
			})
		}
		*date.target = parsed
	}
	if len(errs) > 0 {
		return control.User{}, errs
	}
	fixture, err := validate(fixtures.Identity{ID: strings.Repeat("0", 32), Name: req.Owner}, token)
	if err != nil {
		return control.User{}, err
	}
	added, err := n.Service.AddToken(context.TODO(), req.Owner,
		tokenData(fixture.Tokens[0], n.Clock.Now()))
	if err != nil {
		return control.User{}, err
	}
	// it exists: it was just found
	identity, _ := n.Service.Identity(context.TODO(), added.Owner.ID)
	return userOf(pat.UserLogin{Identity: identity, Token: added}), nil
}

// validate returns a fixture with a user and a token, and the errors of the fixture.
func validate(identity fixtures.Identity, token fixtures.Token) (*fixtures.Tenant, error) {
	tenant := emptyTenant()
	tenant.Identities, tenant.Tokens = []fixtures.Identity{identity}, []fixtures.Token{token}
	return tenant, inRequest(tenant.Validate(), "identities[0].", "tokens[0].")
}

// inRequest converts the fields of errors to pointers into a request that contains only one entry.
// The entries are the fields of this entry in a fixture.
func inRequest(err error, entries ...string) error {
	if errs, ok := errors.AsType[fixtures.Errors](err); ok {
		for i := range errs {
			field := errs[i].Field
			for _, entry := range entries {
				field = strings.TrimPrefix(field, entry)
			}
			errs[i].Field = "/" + field
		}
	}
	return err
}
