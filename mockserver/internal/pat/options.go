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

// Options are the behaviors that may differ between tenants. The zero value is the default.
//
// assumed
type Options struct {
	// RejectUnknownScopes rejects scopes that begin with neither sp: nor idn:. No list of scopes is
	// published.
	RejectUnknownScopes bool
	// RejectUnknownOwner rejects a list request for an unknown owner. By default, the list is
	// empty.
	RejectUnknownOwner bool
	// RejectEmptyPatch rejects a patch without operations. By default, the patch changes nothing.
	RejectEmptyPatch bool
	// RejectQuotedTimestamps rejects a quoted timestamp in a filter.
	RejectQuotedTimestamps bool
	// HelpdeskReadsAll lets users of the level HELPDESK list all tokens, unless the tenant defines
	// the rights of that level.
	HelpdeskReadsAll bool
	// ReadMyByOwnID lets callers list their own tokens by their id as well as by "me".
	ReadMyByOwnID bool
	// ListNeverUsed treats a token that was never used as used before any time.
	ListNeverUsed bool
	// IgnoreNameCase, TrimNames and NormalizeNames make names equal that differ only in case,
	// surrounding white space, or Unicode normalization form.
	IgnoreNameCase, TrimNames, NormalizeNames bool
	// MaxNameLength and MaxScopeLength are in characters. MaxScopes is the maximum number of scopes
	// of a token. Zero means no maximum.
	MaxNameLength, MaxScopeLength, MaxScopes int
	// AcceptEmptyDates treats an empty expiration date as null.
	AcceptEmptyDates bool
	// EvaluateTests evaluates test operations on read-only fields. By default, they are rejected.
	EvaluateTests bool
	// ClearAckOnDate clears the acknowledgment when a patch sets only a date.
	ClearAckOnDate bool
}

// NameKey returns a function that maps equal names to the same key. A nil function means that names
// are compared exactly.
func (o Options) NameKey() func(name string) string {
	if !o.IgnoreNameCase && !o.TrimNames && !o.NormalizeNames {
		return nil
	}
	return func(name string) string {
		if o.TrimNames {
			name = strings.TrimSpace(name)
		}
		if o.IgnoreNameCase {
			name = strings.ToLower(name)
		}
		if o.NormalizeNames {
			name = norm.NFC.String(name)
		}
		return name
	}
}

// helpdesk is the user level affected by HelpdeskReadsAll.
const helpdesk = "HELPDESK"

// levels returns the rights of the user levels that a tenant does not define.
func (o Options) levels() Levels {
	levels := DefaultLevels()
	if o.HelpdeskReadsAll {
		levels[helpdesk] |= ReadAll
	}
	return levels
}

// checkName rejects a blank or overlong name.
func (o Options) checkName(name, field string) error {
	if strings.TrimSpace(name) == "" {
		return &Error{
			Kind: Missing, Field: field, Want: "a name that is not blank", Got: quote(name),
			Rule: rule.NameNotBlank,
		}
	}
	if n := utf8.RuneCountInString(name); o.MaxNameLength > 0 && n > o.MaxNameLength {
		return &Error{
			Kind: Invalid, Field: field, Want: atMost(o.MaxNameLength, "characters"),
			Got: strconv.Itoa(n), Rule: rule.MaxNameLength,
		}
	}
	return nil
}

// checkScope rejects too many, overlong or unknown scopes.
func (o Options) checkScope(scope []string, field string) error {
	if o.MaxScopes > 0 && len(scope) > o.MaxScopes {
		return &Error{
			Kind: Invalid, Field: field, Want: atMost(o.MaxScopes, "scopes"),
			Got: strconv.Itoa(len(scope)), Rule: rule.MaxScopes,
		}
	}
	for _, s := range scope {
		if n := utf8.RuneCountInString(s); o.MaxScopeLength > 0 && n > o.MaxScopeLength {
			return &Error{
				Kind: Invalid, Field: field,
				Want: "scopes of " + atMost(o.MaxScopeLength, "characters"),
				Got:  strconv.Itoa(n), Rule: rule.MaxScopeLength,
			}
		}
		if o.RejectUnknownScopes && !strings.HasPrefix(s, "sp:") && !strings.HasPrefix(s, "idn:") {
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

// checkOwner rejects the id of an unknown owner if the options require it.
func (s *Service) checkOwner(ctx context.Context, id string) error {
	if !s.config.Options.RejectUnknownOwner || id == "" || id == "me" {
		return nil
	}
	if _, err := s.Identity(ctx, id); !errors.Is(err, ErrNoIdentity) {
		return err
	}
	return &Error{
		Kind: Invalid, Field: ownerField, Want: "the id of an identity",
		Got: "unknown id " + quote(id), Advice: IDAdvice(id), Rule: rule.UnknownOwner,
	}
}

// listForbiddenError returns the error of a caller who may not list the tokens of an owner.
func (s *Service) listForbiddenError(caller Caller, ownerID string, required,
	rights Rights,
) *Error {
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
