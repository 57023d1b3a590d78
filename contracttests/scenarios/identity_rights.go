package scenarios

import (
	"net/http"
	"slices"

	contract "example.com/patmock/contracttests"
	"example.com/patmock/spec/rule"
	"example.com/patmock/spec/version"
)

// The scopes of identities.
const (
	identityRead   = "idn:identity:read"
	identityManage = "idn:identity:manage"
)

// identityRights lists scenarios about the rights to identities.
var identityRights = []contract.Scenario{
	{
		ID:      "identity/public/scopes",
		Promise: "Public identities are listed with sp:scopes:default or sp:scopes:all.",
		Sources: []string{
			publicIdentities.operation + "/security", "#identity-scopes", "#scope-all",
		},
		Versions: publicVersions, Rules: []rule.ID{rule.OperationScopes},
		Run: func(t *contract.T) {
			skipForbidden(t, t.Owner().PublicIdentities("limit", "1"))
			for _, scope := range []string{defaultScope, scopeAll} {
				r := ownerWithScopes(t, scope).PublicIdentities("limit", "1")
				checkStatus(t, scope, r, http.StatusOK)
			}
		},
	},
	{
		ID: "identity/all/scopes",
		Promise: "Identities are listed and read with idn:identity:read, idn:identity:manage or " +
			"sp:scopes:all, and not with another scope.",
		Sources: []string{
			allIdentities.operation + "/security", getIdentity + "/security",
			"#identity-scopes", "#scope-all",
		},
		Versions: identityVersions, Rules: []rule.ID{rule.OperationScopes},
		Run: func(t *contract.T) {
			id := userID(t, t.Owner())
			skipForbidden(t, t.Owner().Identity(id))
			for _, test := range []struct {
				scope string
				want  int
			}{
				{identityRead, http.StatusOK},
				{identityManage, http.StatusOK},
				{scopeAll, http.StatusOK},
				{defaultScope, http.StatusForbidden},
				{myRead, http.StatusForbidden},
			} {
				token := t.Owner().MustCreate(withScopes(test.scope))
				c := t.Login(token.Credentials())
				checkStatus(t, "list with "+test.scope, c.Identities("limit", "1"), test.want)
				checkStatus(t, "read with "+test.scope, c.Identity(id), test.want)
				t.Owner().MustDelete(token.ID)
			}
		},
	},
	{
		ID:      "identity/method-not-allowed",
		Promise: "The lists and an identity have no PUT and no PATCH of their own.",
		Sources: []string{"errata method-not-allowed"},
		// a tenant may have them
		Features: reads(contract.Faults), Rules: []rule.ID{rule.MethodNotAllowed},
		Run: func(t *contract.T) {
			for _, path := range identityPaths(t) {
				expectMethodNotAllowed(t, t.Owner(), path, []string{
					http.MethodPut, http.MethodPatch,
				}, http.MethodGet, http.MethodHead)
			}
		},
	},
}

// identityPaths returns the paths of identities in the version of the case.
func identityPaths(t *contract.T) (paths []string) {
	if hasVersion(publicVersions, t) {
		paths = append(paths, t.PublicIdentitiesPath())
	}
	if hasVersion(identityVersions, t) {
		paths = append(paths, t.IdentitiesPath(), t.IdentitiesPath()+"/"+unknownID)
	}
	return paths
}

// identityOperations returns the operations on identities in the version of the case, by the names
// of their faults.
func identityOperations(t *contract.T) (all []operation) {
	if hasVersion(publicVersions, t) {
		list := func(c *contract.Client) *contract.Response {
			return c.PublicIdentities("limit", "1")
		}
		all = append(all, operation{"publicIdentities", list})
	}
	if hasVersion(identityVersions, t) {
		all = append(all, operation{"identities", func(c *contract.Client) *contract.Response {
			return c.Identities("limit", "1")
		}}, operation{"identity", func(c *contract.Client) *contract.Response {
			return c.Identity(unknownID)
		}})
	}
	return all
}

func hasVersion(versions []version.Version, t *contract.T) bool {
	return slices.Contains(versions, t.Version())
}
