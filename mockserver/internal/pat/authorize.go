package pat

import (
	"fmt"
	"slices"
	"strings"

	"example.com/patmock/spec/rule"
)

// Rights is a set of rights on tokens. Their names are published in the documents as idn:...
// strings.
type Rights uint16

// The rights on personal access tokens.
const (
	ReadMy Rights = 1 << iota
	CreateMy
	UpdateMy
	DeleteMy
	ReadAll
	UpdateAll
	DeleteAll
	ReadManaged // also allows changing and deleting managed tokens (assumed)

	myRights  = ReadMy | CreateMy | UpdateMy | DeleteMy
	allRights = myRights | ReadAll | UpdateAll | DeleteAll
)

type rightName struct {
	right Rights
	name  string
}

var rightNames = []rightName{
	{ReadMy, "idn:my-personal-access-tokens:read"},
	{CreateMy, "idn:my-personal-access-tokens:create"},
	{UpdateMy, "idn:my-personal-access-tokens:update"},
	{DeleteMy, "idn:my-personal-access-tokens:delete"},
	{ReadAll, "idn:all-personal-access-tokens:read"},
	{UpdateAll, "idn:all-personal-access-tokens:update"},
	{DeleteAll, "idn:all-personal-access-tokens:delete"},
	{ReadManaged, "idn:managed-personal-access-tokens:read"},
}

// Has reports whether the set contains all of rights.
func (r Rights) Has(rights Rights) bool { return r&rights == rights }

// String returns the names of the rights separated by commas, or "none".
func (r Rights) String() string {
	var names []string
	for _, n := range rightNames {
		if r.Has(n.right) {
			names = append(names, n.name)
		}
	}
	if names == nil {
		return "none"
	}
	return strings.Join(names, ", ")
}

// UnknownRightError reports the name of a right that does not exist.
type UnknownRightError struct{ Name string }

// Error returns a message that lists the existing rights.
func (e *UnknownRightError) Error() string {
	return fmt.Sprintf("unknown right %q: expected one of %s", e.Name, ReadManaged|allRights)
}

// ParseRights returns the set of the named rights. A right on all tokens includes the same right on
// the caller's own tokens. If a name is unknown, the error is an [*UnknownRightError].
//
// assumed
func ParseRights(names []string) (Rights, error) {
	var rights Rights
	for _, name := range names {
		i := slices.IndexFunc(rightNames, func(n rightName) bool { return n.name == name })
		if i < 0 {
			return 0, &UnknownRightError{name}
		}
		rights |= rightNames[i].right
	}
	for _, pair := range [][2]Rights{
		{ReadAll, ReadMy}, {UpdateAll, UpdateMy}, {DeleteAll, DeleteMy},
	} {
		if rights.Has(pair[0]) {
			rights |= pair[1]
		}
	}
	return rights, nil
}

// ScopeAll is the scope that grants every right of the user's level.
const ScopeAll = "sp:scopes:all"

// rightsByScope maps a scope to its rights. The scope names are published; the rights are inferred
// from the descriptions of the operations. All other scopes, including sp:scopes:default, grant
// nothing.
//
// assumed
var rightsByScope = map[string]Rights{
	ScopeAll:                               allRights | ReadManaged,
	"sp:my-personal-access-tokens:read":    ReadMy,
	"sp:my-personal-access-tokens:manage":  myRights,
	"sp:all-personal-access-tokens:read":   ReadMy | ReadAll,
	"sp:all-personal-access-tokens:manage": allRights,
}

// Levels maps a user level to its rights.
type Levels map[string]Rights

// DefaultLevels returns every right for administrators, and the rights on their own tokens for all
// other levels. It is not published which other levels have rights on all tokens.
//
// assumed
func DefaultLevels() Levels {
	levels := Levels{"ORG_ADMIN": allRights | ReadManaged}
	for _, level := range []string{
		"USER", "CERT_ADMIN", "HELPDESK", "REPORT_ADMIN", "ROLE_ADMIN", "ROLE_SUBADMIN",
		"SOURCE_ADMIN",
		"SOURCE_SUBADMIN", "SOURCE_CONFIG_ASSIGNEE", "CLOUD_GOV_ADMIN", "CLOUD_GOV_USER",
	} {
		levels[level] = myRights
	}
	return levels
}

// A Caller is the owner of the access token that authenticates a request.
type Caller struct {
	ClientID string // id of the personal access token or API client used to log in
	// ID and Name identify the user. Both are empty for an API client.
	ID, Name   string
	UserLevels []string
	Scopes     []string
}

// scopeRights returns the union of the rights of the caller's scopes.
func (c Caller) scopeRights() (rights Rights) {
	for _, scope := range c.Scopes {
		rights |= rightsByScope[scope]
	}
	return rights
}

// CheckScopes returns an error unless the access token contains ScopeAll or one of scopes, the
// scopes of an operation's document. It also rejects a caller without a user. An operation without
// scopes accepts every caller.
func (c Caller) CheckScopes(scopes []string) error {
	if len(scopes) == 0 {
		return nil
	}
	if c.ID == "" {
		return &Error{
			Kind: Forbidden, Field: callerField, Want: "the access token of a user",
			Got:    "the access token of API client " + c.ClientID,
			Advice: "log in with a personal access token", Rule: rule.NoApplicationAuth,
		}
	}
	return c.CheckAnyScope(scopes)
}

// CheckAnyScope returns an error unless the access token contains ScopeAll or one of scopes. If
// there are none, it accepts every caller.
func (c Caller) CheckAnyScope(scopes []string) error {
	if len(scopes) == 0 {
		return nil
	}
	for _, scope := range c.Scopes {
		if scope == ScopeAll || slices.Contains(scopes, scope) {
			return nil
		}
	}
	got := "none"
	if len(c.Scopes) > 0 {
		got = strings.Join(c.Scopes, ", ")
	}
	return &Error{
		Kind: Forbidden, Field: callerField,
		Want: "an access token with a scope of " +
			strings.Join(append([]string{ScopeAll}, scopes...), ", "),
		Got: got, Rule: rule.OperationScopes,
	}
}

// The fields of a request that name its caller, and the owner of tokens to list.
const (
	callerField = "header Authorization"
	ownerField  = "query parameter owner-id"
)

// missingRightError returns the error of a caller who lacks a required right.
func missingRightError(field string, required, rights Rights, ruleID rule.ID) *Error {
	return &Error{
		Kind: Forbidden, Field: field, Want: "a caller with the right " + required.String(),
		Got:    rights.String(),
		Advice: "a right needs both a scope and a user level that grant it", Rule: ruleID,
	}
}
