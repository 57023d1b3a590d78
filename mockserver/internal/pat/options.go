package pat

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"example.com/patmock/spec/rule"
)

// Options are what tenants may do differently. The zero value is the default. // assumed
type Options struct {
	// RejectUnknownScopes rejects scopes with names that no scope has. No list of scopes is
	// published.
	RejectUnknownScopes bool
	// RejectUnknownOwner rejects a list for an owner that does not exist. It is empty otherwise.
	RejectUnknownOwner bool
	// RejectEmptyPatch rejects a patch without operations. It changes nothing otherwise.
	RejectEmptyPatch bool
	// RejectQuotedTimestamps rejects a timestamp in quotes in a filter.
	RejectQuotedTimestamps bool
	// HelpdeskReadsAll lets users of the level HELPDESK list all tokens, unless the tenant sets its
	// rights.
	HelpdeskReadsAll bool
	// ReadMyByOwnID lets callers list their own tokens by their real id, too.
	ReadMyByOwnID bool
	// ListNeverUsed counts a token that was never used as used before any moment.
	ListNeverUsed bool
	// IgnoreNameCase, TrimNames and NormalizeNames make names the same that differ in
	// case, in the blanks around them, or in their Unicode normalization form.
	IgnoreNameCase, TrimNames, NormalizeNames bool
	// MaxNameLength and MaxScopeLength bound characters, MaxScopes bounds the scopes of a token.
	// Zero means no bound.
	MaxNameLength, MaxScopeLength, MaxScopes int
	// AcceptEmptyDates takes an expiration date that is an empty string for none.
	AcceptEmptyDates bool
	// EvaluateTests evaluates tests of fields that cannot be patched, which are rejected otherwise.
	EvaluateTests bool
	// ClearAckOnDate clears the acknowledgment when a patch sets a date without it.
	ClearAckOnDate bool
}

// NameKey returns a function that maps equal names to one text. Nil means that names are compared
// to the letter.
func (c Options) NameKey() func(name string) string {
	if !c.IgnoreNameCase && !c.TrimNames && !c.NormalizeNames {
		return nil
	}
	return func(name string) string {
		if c.TrimNames {
			name = strings.TrimSpace(name)
		}
		if c.IgnoreNameCase {
			name = strings.ToLower(name)
		}
		if c.NormalizeNames {
			name = norm.NFC.String(name)
		}
		return name
	}
}

// helpdesk is a user level that may list all tokens or not.
const helpdesk = "HELPDESK"

// levels returns the rights of the user levels of a tenant that sets none.
func (c Options) levels() Levels {
	levels := DefaultLevels()
	if c.HelpdeskReadsAll {
		levels[helpdesk] |= ReadAll
	}
	return levels
}

// checkName rejects a name that is blank or too long.
func (c Options) checkName(name, field string) error {
	if strings.TrimSpace(name) == "" {
		return &Error{
			Kind: Missing, Field: field, Want: "a name that is not blank", Got: quote(name),
			Rule: rule.NameNotBlank,
		}
	}
	if n := utf8.RuneCountInString(name); c.MaxNameLength > 0 && n > c.MaxNameLength {
		return &Error{
			Kind: Invalid, Field: field, Want: atMost(c.MaxNameLength, "characters"),
			Got: strconv.Itoa(n), Rule: rule.MaxNameLength,
		}
	}
	return nil
}

// checkScope rejects scopes that are too many or too long, or that do not exist.
func (c Options) checkScope(scope []string, field string) error {
	if c.MaxScopes > 0 && len(scope) > c.MaxScopes {
		return &Error{
			Kind: Invalid, Field: field, Want: atMost(c.MaxScopes, "scopes"),
			Got: strconv.Itoa(len(scope)), Rule: rule.MaxScopes,
		}
	}
	for _, s := range scope {
		if n := utf8.RuneCountInString(s); c.MaxScopeLength > 0 && n > c.MaxScopeLength {
			return &Error{
				Kind: Invalid, Field: field,
				Want: "scopes of " + atMost(c.MaxScopeLength, "characters"),
				Got:  strconv.Itoa(n), Rule: rule.MaxScopeLength,
			}
		}
		if c.RejectUnknownScopes && !strings.HasPrefix(s, "sp:") && !strings.HasPrefix(s, "idn:") {
			return &Error{
				Kind: Invalid, Field: field, Want: "scopes that begin with sp: or idn:",
				Got:  quote(s),
				Rule: rule.UnknownScope,
			}
		}
	}
	return nil
}

func atMost(n int, unit string) string { return "at most " + strconv.Itoa(n) + " " + unit }

// checkOwner rejects the id of an owner that does not exist.
func (s *Service) checkOwner(ctx context.Context, id string) error {
	if !s.config.Options.RejectUnknownOwner || id == "" || id == "me" {
		return nil
	}
	if _, err := s.Identity(ctx, id); !errors.Is(err, ErrNoIdentity) {
		return err
	}
	return &Error{
		Kind: Invalid, Field: ownerField, Want: "the id of an identity",
		Got: quote(id) + ", which none has", Advice: IDAdvice(id), Rule: rule.UnknownOwner,
	}
}

// listForbidden returns the error of a caller who may not list the tokens of an owner.
func (s *Service) listForbidden(caller Caller, ownerID string, required, rights Rights) *Error {
	err := missingRightError(ownerField, required, rights, rule.ListRights)
	if required == ReadAll {
		err.Advice = "log in as an administrator, or send owner-id=me"
		if advice := IDAdvice(ownerID); advice != "" {
			err.Advice += "; " + advice
		}
	}
	switch {
	case required != ReadAll:
	case ownerID == caller.ID && rights.Has(ReadMy):
		err.Entry = "own-id-with-my-read"
	case slices.Contains(caller.UserLevels, helpdesk) && caller.scopeRights().Has(ReadAll):
		err.Entry = "helpdesk-list-all"
	}
	return err
}
