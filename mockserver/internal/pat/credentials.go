package pat

import (
	"context"
	"net/url"
	"slices"
	"strings"

	"example.com/patmock/spec/rule"
)

// alteration is a change of credentials on their way, with its remedy and what undoes it.
type alteration struct {
	name, remedy string
	undo         func(string) string
}

// alterations happen to credentials in files, shells and forms. They are undone in this order.
var alterations = []alteration{
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

// guess is a text without some of its damages.
type guess struct {
	text        string
	alterations []alteration
}

// guesses returns a text as it is, and with one damage after the other undone.
func guesses(text string) []guess {
	all := []guess{{text: text}}
	for _, a := range alterations {
		last := all[len(all)-1]
		if next := a.undo(last.text); next != last.text {
			all = append(all, guess{next, append(slices.Clone(last.alterations), a)})
		}
	}
	return all
}

// nearMissError returns the error of credentials that are nearly right, and other if they are not.
// It repeats no secret.
func (s *Service) nearMissError(ctx context.Context, id, secret string, other error) error {
	ids, secrets := guesses(id), guesses(secret)
	for _, idGuess := range ids {
		for _, secretGuess := range secrets {
			switch {
			case s.hasCredentials(ctx, idGuess.text, secretGuess.text):
				problem := strings.Join(append(describeAlterations("client id", idGuess),
					describeAlterations("secret", secretGuess)...), ", ")
				return malformedError(problem+"; send both as they were created",
					"send both as they were created: "+
						remedies(slices.Concat(idGuess.alterations, secretGuess.alterations)))
			case s.hasCredentials(ctx, secretGuess.text, idGuess.text) &&
				idGuess.alterations == nil && secretGuess.alterations == nil:
				return malformedError("client id and secret are exchanged", swapRemedy)
			case s.hasCredentials(ctx, secretGuess.text, idGuess.text):
				return malformedError("client id and secret are exchanged, and malformed",
					swapRemedy+", both as they were created: "+
						remedies(slices.Concat(idGuess.alterations, secretGuess.alterations)))
			}
		}
	}
	return other
}

// describeAlterations lists the damages of a part of the credentials.
func describeAlterations(part string, g guess) []string {
	if g.alterations == nil {
		return nil
	}
	names := make([]string, len(g.alterations))
	for i, a := range g.alterations {
		names[i] = a.name
	}
	return []string{"the " + part + " has " + strings.Join(names, " and ")}
}

// swapRemedy is the remedy of an id and a secret in each other's place.
const swapRemedy = "send the id as client_id and the secret as client_secret"

// remedies lists the remedies of damages, each once.
func remedies(alterations []alteration) string {
	var all []string
	for _, a := range alterations {
		if !slices.Contains(all, a.remedy) {
			all = append(all, a.remedy)
		}
	}
	return strings.Join(all, ", ")
}

// hasCredentials reports whether id and secret belong to a token or an API client.
func (s *Service) hasCredentials(ctx context.Context, id, secret string) bool {
	if d, err := s.config.Store.Directory(ctx); err == nil {
		if client, ok := d.Client(id); ok {
			return constantTimeEqual(client.Secret, secret)
		}
	}
	t, err := s.config.Store.Token(ctx, id)
	return err == nil && constantTimeEqual(t.Secret, secret)
}

// malformedError returns the error of credentials that were damaged on their way.
func malformedError(reason, remedy string) *Error {
	err := badCredentialsError(rule.TokenBadCredentials, "%s", reason)
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
