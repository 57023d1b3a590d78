package pat

import (
	"fmt"
	"slices"
	"strings"

	"example.com/patmock/spec/rule"
)

// Rights is a set of rights, the idn:... names of the published texts.
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
	ReadManaged // and with it, to change and delete them (assumed)

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

// Has reports whether all of the rights are in the set.
func (r Rights) Has(rights Rights) bool { return r&rights == rights }

// String lists the names of the rights, or returns "none".
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

// An UnknownRightError is the error of a right that does not exist.
type UnknownRightError struct{ Name string }

// Error lists the rights that exist.
func (e *UnknownRightError) Error() string {
	return fmt.Sprintf("unknown right %q: expected some of %s", e.Name, ReadManaged|allRights)
}

// ParseRights returns the rights of some names. Those on all tokens include one's own. // assumed
// The error of an unknown name is an [*UnknownRightError].
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

// ScopeAll is the scope with every right of the user's level.
const ScopeAll = "sp:scopes:all"

// rightsByScope are the rights of each scope. The names are published, their rights inferred from
// the texts of the operations. All other scopes, sp:scopes:default among them, grant nothing. //
// assumed
var rightsByScope = map[string]Rights{
	ScopeAll:                               allRights | ReadManaged,
	"sp:my-personal-access-tokens:read":    ReadMy,
	"sp:my-personal-access-tokens:manage":  myRights,
	"sp:all-personal-access-tokens:read":   ReadMy | ReadAll,
	"sp:all-personal-access-tokens:manage": allRights,
}

// Levels are the rights of the user levels.
type Levels map[string]Rights

// DefaultLevels returns every right for administrators, and those on their own tokens for others.
// Which other levels have the rights on all tokens is not published. // assumed
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

// A Caller is the owner of an access token.
type Caller struct {
	ClientID string // the personal access token or API client of the login
	// ID and Name of the identity. An API client has none.
	ID, Name   string
	UserLevels []string
	Scopes     []string
}

// scopeRights returns what any of the scopes grants.
func (c Caller) scopeRights() (rights Rights) {
	for _, scope := range c.Scopes {
		rights |= rightsByScope[scope]
	}
	return rights
}

// CheckScopes rejects a caller without a user, and an access token without ScopeAll and all of the
// scopes of an operation's document.
func (c Caller) CheckScopes(scopes []string) error {
	if len(scopes) == 0 {
		return nil
	}
	if c.ID == "" {
		return &Error{
			Kind: Forbidden, Field: callerField, Want: "the access token of a user",
			Got:    "that of API client " + c.ClientID + ", which has none",
			Advice: "log in with a personal access token", Rule: rule.NoApplicationAuth,
		}
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

// missingRightError returns the error of a caller without a right.
func missingRightError(field string, required, rights Rights, ruleID rule.ID) *Error {
	return &Error{
		Kind: Forbidden, Field: field, Want: "a caller with the right " + required.String(),
		Got:    rights.String(),
		Advice: "rights are those of the scopes within those of the user level", Rule: ruleID,
	}
}
