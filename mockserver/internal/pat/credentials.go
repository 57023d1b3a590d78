package pat

import (
	"errors"
	"fmt"
	"net/url"
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

// mend undoes damages and names those that there were.
func mend(text string) (mended string, found []string) {
	for _, d := range damages {
		if next := d.mend(text); next != text {
			text, found = next, append(found, d.name)
		}
	}
	return text, found
}

// nearMiss returns an error that names what is wrong with credentials which are nearly right, nil if they
// are not. It never repeats a secret.
func (s *Service) nearMiss(id, secret string) error {
	if s.known(secret, id) {
		return malformed("client id and secret are exchanged")
	}
	mendedID, ofID := mend(id)
	mendedSecret, ofSecret := mend(secret)
	var wrong []string
	switch {
	case s.known(mendedID, secret): // the secret is right, though it may look odd
		ofSecret = nil
	case s.known(id, mendedSecret):
		ofID = nil
	case !s.known(mendedID, mendedSecret):
		if s.known(mendedSecret, mendedID) {
			return malformed("client id and secret are exchanged, and malformed")
		}
		return nil
	}
	if ofID != nil {
		wrong = append(wrong, "the client id has "+strings.Join(ofID, " and "))
	}
	if ofSecret != nil {
		wrong = append(wrong, "the secret has "+strings.Join(ofSecret, " and "))
	}
	if wrong == nil {
		return nil
	}
	return malformed("%s; send both as they were created", strings.Join(wrong, ", "))
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
