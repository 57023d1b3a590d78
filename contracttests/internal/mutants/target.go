package mutants

import (
	"net/http"
	"slices"
	"strings"
)

// operation is an operation of the API or the token endpoint.
type operation string

const (
	list   operation = "list"
	create operation = "create"
	patch  operation = "patch"
	remove operation = "delete"
	bulk   operation = "bulk"
	login  operation = "token"
	check  operation = "check"
	info   operation = "info"
	// The lists of identities, and one identity.
	publicPeople   operation = "publicIdentities"
	people         operation = "identities"
	onePerson      operation = "identity"
	otherOperation operation = "another"
)

// target describes the operation that a request is for.
type target struct {
	// prefix is that of the namespace, such as /t/NAME. It is empty for the default namespace.
	prefix string
	op     operation
	// version of the API, empty for the token endpoint.
	version string
	// id of the token, for patch and delete, or of the identity.
	id string
}

// control is any operation of the control API. Mutants never change these.
const control operation = "control"

// targetOf parses the path and method of a request.
func targetOf(r *http.Request) target {
	segments := strings.FieldsFunc(r.URL.Path, func(c rune) bool { return c == '/' })
	t := target{op: otherOperation}
	if len(segments) > 1 && segments[0] == "t" {
		t.prefix, segments = "/t/"+segments[1], segments[2:]
	}
	if len(segments) > 0 && segments[0] == "_mock" {
		t.op = control
	}
	if len(segments) < 2 {
		return t
	}
	rest := segments[2:]
	switch {
	case segments[0] == "personal-access-tokens" && segments[1] == "v1":
		t.version = "v1"
	case segments[1] == "personal-access-tokens" && slices.Contains(pathVersions, segments[0]):
		t.version = segments[0]
	case segments[0] == "oauth" && len(rest) == 0:
		t.op = oauthOperation(r.Method, segments[1])
		return t
	default:
		return t.ofIdentities(r.Method, segments)
	}
	switch {
	case len(rest) == 0 && r.Method == http.MethodGet:
		t.op = list
	case len(rest) == 0 && r.Method == http.MethodPost:
		t.op = create
	case len(rest) == 1 && rest[0] == "bulk-update" && t.version == "v1" &&
		(r.Method == http.MethodPatch || r.Method == http.MethodPost):
		t.op = bulk
	case len(rest) == 1 && r.Method == http.MethodPatch:
		t.op, t.id = patch, rest[0]
	case len(rest) == 1 && r.Method == http.MethodDelete:
		t.op, t.id = remove, rest[0]
	}
	return t
}

// ofIdentities returns the target with the operation on identities of a path, if it has one.
func (t target) ofIdentities(method string, segments []string) target {
	version, resource, rest := segments[0], segments[1], segments[2:]
	if resource == "v1" {
		version, resource = resource, version
	}
	if method != http.MethodGet || version != "v1" && !slices.Contains(pathVersions, version) {
		return t
	}
	switch {
	case resource == "public-identities" && len(rest) == 0:
		t.op, t.version = publicPeople, version
	case resource == "identities" && len(rest) == 0:
		t.op, t.version = people, version
	case resource == "identities" && len(rest) == 1:
		t.op, t.version, t.id = onePerson, version, rest[0]
	}
	return t
}

// pathVersions are the versions that precede the resource in a path.
var pathVersions = []string{"beta", "v3", "v2024", "v2025", "v2026"}

func oauthOperation(method, name string) operation {
	switch {
	case method == http.MethodPost && name == "token":
		return login
	case method == http.MethodPost && name == "check_token":
		return check
	case method == http.MethodGet && name == "info":
		return info
	}
	return otherOperation
}

// collectionPath returns the path of the tokens in a version, with the namespace prefix.
func (t target) collectionPath(version string) string {
	if version == "v1" {
		return t.prefix + "/personal-access-tokens/v1"
	}
	return t.prefix + "/" + version + "/personal-access-tokens"
}

// isLegacy reports whether every token expires in the version.
func (t target) isLegacy() bool {
	return slices.Contains([]string{"beta", "v3", "v2024"}, t.version)
}

// matcher selects requests.
type matcher func(target) bool

// on returns a matcher for some operations.
func on(ops ...operation) matcher {
	return func(t target) bool { return slices.Contains(ops, t.op) }
}

// onLegacy returns a matcher for operations of the legacy versions.
func onLegacy(ops ...operation) matcher {
	return func(t target) bool { return on(ops...)(t) && t.isLegacy() }
}

// onCurrent returns a matcher for operations of the current versions.
func onCurrent(ops ...operation) matcher {
	return func(t target) bool { return on(ops...)(t) && !t.isLegacy() }
}

// api matches the operations on tokens.
func api(t target) bool { return on(list, create, patch, remove, bulk)(t) }

// anyRequest matches every request.
func anyRequest(target) bool { return true }
