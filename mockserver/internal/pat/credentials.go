package pat

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
)

// ErrMalformed is the reason of bad credentials that would be right if they were not damaged on their
// way: with a line break behind them, quotes around them, and the like.
var ErrMalformed = errors.New("the credentials are malformed")

// damages are what happens to credentials in files, shells and forms, in the order in which it is undone.
var damages = []struct {
	name string
	mend func(string) string
}{
	{"percent-escapes", func(s string) string {
		unescaped, err := url.QueryUnescape(s)
		if err != nil {
			return s
		}
		return unescaped
	}},
	{"a line break or blanks around it", strings.TrimSpace},
	{"quotes around it", func(s string) string { return strings.Trim(s, "'\"`\u2018\u2019\u201c\u201d") }},
	{"dashes", func(s string) string { return strings.ReplaceAll(s, "-", "") }},
	{"capital letters", strings.ToLower},
}

// mended is a text with some of its damages undone.
type mended struct {
	text  string
	found []string // the names of what was undone
}

// mend returns a text as it is, and after each damage that is undone.
func mend(text string) []mended {
	all := []mended{{text: text}}
	for _, d := range damages {
		last := all[len(all)-1]
		if next := d.mend(last.text); next != last.text {
			all = append(all, mended{next, append(slices.Clone(last.found), d.name)})
		}
	}
	return all
}

// nearMiss returns an error that names what is wrong with credentials which are nearly right, nil if they
// are not. It never repeats a secret.
func (s *Service) nearMiss(id, secret string) error {
	ids, secrets := mend(id), mend(secret)
	for _, i := range ids {
		for _, x := range secrets {
			switch {
			case s.known(i.text, x.text):
				return malformed("%s; send both as they were created", strings.Join(append(has("client id", i), has("secret", x)...), ", "))
			case s.known(x.text, i.text) && i.found == nil && x.found == nil:
				return malformed("client id and secret are exchanged")
			case s.known(x.text, i.text):
				return malformed("client id and secret are exchanged, and malformed")
			}
		}
	}
	return nil
}

// has says what a part of the credentials has that it should not have.
func has(part string, m mended) []string {
	if m.found == nil {
		return nil
	}
	return []string{"the " + part + " has " + strings.Join(m.found, " and ")}
}

// known reports whether id and secret belong to a token or an API client.
func (s *Service) known(id, secret string) bool {
	if client, ok := s.who.Load().clients[id]; ok {
		return equal(client.Secret, secret)
	}
	t, err := s.config.Store.Token(id)
	return err == nil && equal(t.Secret, secret)
}

func malformed(format string, args ...any) error {
	return &credentialsError{ErrMalformed, fmt.Sprintf(format, args...)}
}

// newCredentials returns an id that no token has, and a secret. With a seed, both come again after a restart.
func (s *Service) newCredentials() (id, secret string) {
	for {
		id, secret = s.config.NewID(), s.config.NewSecret()
		if _, err := s.config.Store.Token(id); err != nil {
			return id, secret
		}
	}
}
