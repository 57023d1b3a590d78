package pat

import (
	"context"
	"net/url"
	"slices"
	"strings"

	"example.com/patmock/spec/rule"
)

// damage is a change of credentials on their way, with its remedy and what undoes it.
type damage struct {
	name, remedy string
	mend         func(string) string
}

// damages happen to credentials in files, shells and forms. They are undone in this order.
var damages = []damage{
	{"percent-escapes", "escape them once, as a form does", func(s string) string {
		unescaped, err := url.QueryUnescape(s)
		if err != nil {
			return s
		}
		return unescaped
	}},
	{"a line break or blanks around it", "trim them where they are read", strings.TrimSpace},
	{"quotes around it", "remove the quotes", func(s string) string {
		return strings.Trim(s, "'\"`\u2018\u2019\u201c\u201d")
	}},
	{"dashes", "remove the dashes", func(s string) string {
		return strings.ReplaceAll(s, "-", "")
	}},
	{"capital letters", "keep their lower case", strings.ToLower},
}

// mended is a text without some of its damages.
type mended struct {
	text  string
	found []damage
}

// mend returns a text as it is, and with one damage after the other undone.
func mend(text string) []mended {
	all := []mended{{text: text}}
	for _, d := range damages {
		last := all[len(all)-1]
		if next := d.mend(last.text); next != last.text {
			all = append(all, mended{next, append(slices.Clone(last.found), d)})
		}
	}
	return all
}

// nearMiss returns the error of credentials that are nearly right, and other if they are not. It
// repeats no secret.
func (s *Service) nearMiss(ctx context.Context, id, secret string, other error) error {
	ids, secrets := mend(id), mend(secret)
	for _, i := range ids {
		for _, x := range secrets {
			switch {
			case s.known(ctx, i.text, x.text):
				what := strings.Join(append(has("client id", i), has("secret", x)...), ", ")
				return malformed(what+"; send both as they were created",
					"send both as they were created: "+remedies(slices.Concat(i.found, x.found)))
			case s.known(ctx, x.text, i.text) && i.found == nil && x.found == nil:
				return malformed("client id and secret are exchanged", exchange)
			case s.known(ctx, x.text, i.text):
				return malformed("client id and secret are exchanged, and malformed",
					exchange+", both as they were created: "+
						remedies(slices.Concat(i.found, x.found)))
			}
		}
	}
	return other
}

// has lists the damages of a part of the credentials.
func has(part string, m mended) []string {
	if m.found == nil {
		return nil
	}
	names := make([]string, len(m.found))
	for i, d := range m.found {
		names[i] = d.name
	}
	return []string{"the " + part + " has " + strings.Join(names, " and ")}
}

// exchange is the remedy of an id and a secret in each other's place.
const exchange = "send the id as client_id and the secret as client_secret"

// remedies lists the remedies of damages, each once.
func remedies(of []damage) string {
	var all []string
	for _, d := range of {
		if !slices.Contains(all, d.remedy) {
			all = append(all, d.remedy)
		}
	}
	return strings.Join(all, ", ")
}

// known reports whether id and secret belong to a token or an API client.
func (s *Service) known(ctx context.Context, id, secret string) bool {
	if d, err := s.config.Store.Directory(ctx); err == nil {
		if client, ok := d.Client(id); ok {
			return equal(client.Secret, secret)
		}
	}
	t, err := s.config.Store.Token(ctx, id)
	return err == nil && equal(t.Secret, secret)
}

// malformed returns the error of credentials that were damaged on their way.
func malformed(reason, remedy string) *Error {
	err := badCredentials(rule.TokenBadCredentials, "%s", reason)
	err.Advice = remedy
	return err
}

// newCredentials returns an id that no token has, and a secret. A seed repeats both after a
// restart.
func (s *Service) newCredentials(ctx context.Context) (id, secret string) {
	for {
		id, secret = s.config.NewID(), s.config.NewSecret()
		if _, err := s.config.Store.Token(ctx, id); err != nil {
			return id, secret
		}
	}
}
