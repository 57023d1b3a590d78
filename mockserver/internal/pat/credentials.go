package pat

import (
	"context"
	"net/url"
	"slices"
	"strings"

	"example.com/patmock/spec/rule"
)

// An alteration is an accidental change of credentials, with the remedy and its inverse.
type alteration struct {
	name, remedy string
	undo         func(string) string // returns its argument if there is nothing to undo
}

// alterations are made by files, shells and forms. They are undone in this order.
var alterations = []alteration{
	{"percent-escapes", "escape them once, as a form does", func(s string) string {
		unescaped, err := url.QueryUnescape(s)
		if err != nil {
			return s
		}
		return unescaped
	}},
	{"white space around it", "trim them when reading them", strings.TrimSpace},
	{"quotes around it", "remove the quotes", func(s string) string {
		return strings.Trim(s, "'\"`\u2018\u2019\u201c\u201d")
	}},
	{"dashes", "remove the dashes", func(s string) string {
		return strings.ReplaceAll(s, "-", "")
	}},
	{"capital letters", "keep their lower case", strings.ToLower},
}

// A guess is a text with the alterations that were undone to get it.
type guess struct {
	text        string
	alterations []alteration
}

// guesses returns text, and text with more and more alterations undone.
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

// nearMissError returns an error that describes the alterations if undoing them makes the
// credentials valid, and other if not. The error does not contain the secret.
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
				return malformedError("client id and secret are swapped", swapRemedy)
			case s.hasCredentials(ctx, secretGuess.text, idGuess.text):
				return malformedError("client id and secret are swapped and malformed",
					swapRemedy+", both as they were created: "+
						remedies(slices.Concat(idGuess.alterations, secretGuess.alterations)))
			}
		}
	}
	return other
}

// describeAlterations returns one sentence about the alterations of a part of the credentials, or
// nil if there are none.
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

// swapRemedy is the remedy for a swapped id and secret.
const swapRemedy = "send the id as client_id and the secret as client_secret"

// remedies returns the remedies of alterations, without duplicates.
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

// malformedError returns the error of altered credentials.
func malformedError(reason, remedy string) *Error {
	err := badCredentialsError(rule.TokenBadCredentials, "%s", reason)
	err.Advice = remedy
	return err
}

// newCredentials returns a secret and an id that is not in use. After a restart, a seeded source
// repeats the ids of existing tokens.
func (s *Service) newCredentials(ctx context.Context) (id, secret string) {
	for {
		id, secret = s.config.NewID(), s.config.NewSecret()
		if _, err := s.config.Store.Token(ctx, id); err != nil {
			return id, secret
		}
	}
}
