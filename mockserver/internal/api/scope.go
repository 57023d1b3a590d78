package api

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"example.com/patmock/mockserver/control"
	"example.com/patmock/mockserver/internal/response"
	"example.com/patmock/spec/redact"
)

// documentedScopes are the scopes that the documents of the API name. A real tenant has hundreds
// of other scopes.
var documentedScopes = []string{
	// published: v2026
	// #/components/schemas/CreatePersonalAccessTokenRequest/properties/scope/description
	"sp:scopes:all",
	"sp:scopes:default", // published: v2026 #/components/securitySchemes
	// published: v2026 #/paths/~1personal-access-tokens/get/security
	"sp:my-personal-access-tokens:read",
	// published: v2026 #/paths/~1personal-access-tokens/post/security
	"sp:my-personal-access-tokens:manage",
	// published: v2026 #/paths/~1personal-access-tokens/get/security
	"sp:all-personal-access-tokens:read",
	// published: v2026 #/paths/~1personal-access-tokens/post/security
	"sp:all-personal-access-tokens:manage",
	"idn:identity:read",   // published: v2026 #/paths/~1identities/get/security
	"idn:identity:manage", // published: v2026 #/paths/~1identities/get/security
}

// A scopeRef is a scope in a request, with the pointer to it and the likely intended scope.
type scopeRef struct{ pointer, scope, suggestion string }

// oddScopes are the scopes of a request that are probably mistakes, by the kind of mistake.
type oddScopes struct{ empty, malformed, misspellings []scopeRef }

// noteOddScopes adds findings for scopes of a request that are probably mistakes.
func (req *request) noteOddScopes() {
	var odd oddScopes
	switch req.operation.Name {
	case "createPersonalAccessToken":
		odd.addValue("/scope", req.body.(map[string]any)["scope"])
	case "patchPersonalAccessToken":
		for _, operation := range req.body.([]any) {
			odd.addOperation(operation)
		}
	}
	req.info.AddFindings(control.EmptyScope, len(odd.empty), func(i int) (detail, remedy string) {
		return response.Truncate(odd.empty[i].pointer) +
			" is an empty array: the token has no rights", ""
	})
	req.info.AddFindings(control.ScopeSyntax, len(odd.malformed),
		func(i int) (detail, remedy string) {
			return odd.malformed[i].describeSyntax()
		})
	req.info.AddFindings(control.MisspeltScope, len(odd.misspellings),
		func(i int) (detail, remedy string) {
			s := odd.misspellings[i]
			return fmt.Sprintf("%s: the scope %s gives no rights: did you mean %s?",
					response.Truncate(s.pointer), redact.Quote(s.scope), s.suggestion),
				"send " + s.suggestion
		})
}

// addOperation adds the odd scopes in the value of a JSON Patch operation.
func (o *oddScopes) addOperation(operation any) {
	path, op := optional[string](operation, "path"), optional[string](operation, "op")
	if path == nil || op == nil || *op != "add" && *op != "replace" {
		return
	}
	if *path == "/scope" || strings.HasPrefix(*path, "/scope/") {
		o.addValue(*path, operation.(map[string]any)["value"])
	}
}

// addValue adds a scope, or the elements of an array of scopes, if they are odd.
func (o *oddScopes) addValue(pointer string, value any) {
	switch value := value.(type) {
	case string:
		o.add(pointer, value)
	case []any:
		if len(value) == 0 {
			o.empty = append(o.empty, scopeRef{pointer: pointer})
		}
		for _, element := range value {
			if scope, ok := element.(string); ok {
				o.add(pointer, scope)
			}
		}
	}
}

func (o *oddScopes) add(pointer, scope string) {
	if scope == "" || hasSeparator(scope) {
		o.malformed = append(o.malformed, scopeRef{pointer: pointer, scope: scope})
	} else if suggestion := nearestScope(scope); suggestion != "" {
		o.misspellings = append(o.misspellings, scopeRef{pointer, scope, suggestion})
	}
}

// hasSeparator reports whether a scope contains a comma or white space. Other formats use these to
// separate scopes.
func hasSeparator(scope string) bool {
	return strings.ContainsFunc(scope, func(r rune) bool { return r == ',' || unicode.IsSpace(r) })
}

// describeSyntax describes the mistake in a scope that is empty or has separators.
func (s scopeRef) describeSyntax() (detail, remedy string) {
	pointer := response.Truncate(s.pointer)
	switch {
	case s.scope == "":
		return pointer + ": a scope is empty", "remove the empty scope"
	case hasSeparator(strings.TrimSpace(s.scope)):
		return pointer + ": the scope " + redact.Quote(s.scope) + " has spaces or commas",
			"send each scope as an element of its own"
	}
	return pointer + ": the scope " + redact.Quote(s.scope) + " has surrounding spaces",
		"send the scope without the spaces"
}

// nearestScope returns the documented scope that differs from scope only in case or in one or two
// letters. It returns "" for a documented scope and for a clearly different scope.
func nearestScope(scope string) string {
	if slices.Contains(documentedScopes, scope) {
		return ""
	}
	lower := strings.ToLower(scope)
	for _, candidate := range documentedScopes {
		if lower == candidate ||
			withinEdits(lower, candidate, maxEdits) && !hasOtherWord(lower, candidate) {
			return candidate
		}
	}
	return ""
}

// maxEdits is the maximum number of letters in which a misspelled scope differs from a documented
// one.
const maxEdits = 2

// hasOtherWord reports whether a short part of a scope differs from its counterpart in more than
// one letter. For example, sp:scopes:api is a different scope than sp:scopes:all.
func hasOtherWord(scope, candidate string) bool {
	const shortWord = 4 // letters
	parts, candidateParts := strings.Split(scope, ":"), strings.Split(candidate, ":")
	if len(parts) != len(candidateParts) {
		return false
	}
	for i, part := range parts {
		if len(candidateParts[i]) <= shortWord && !withinEdits(part, candidateParts[i], 1) {
			return true
		}
	}
	return false
}

// withinEdits reports whether a can be changed to b by adding, removing, replacing or transposing
// at most n letters. Its cost is linear in the length of the texts.
func withinEdits(a, b string, n int) bool {
	for a != "" && b != "" && a[0] == b[0] {
		a, b = a[1:], b[1:]
	}
	switch {
	case a == "" || b == "":
		return len(a)+len(b) <= n
	case n == 0:
		return false
	case len(a) > 1 && len(b) > 1 && a[0] == b[1] && a[1] == b[0] && withinEdits(a[2:], b[2:], n-1):
		return true
	}
	return withinEdits(a[1:], b[1:], n-1) || withinEdits(a[1:], b, n-1) ||
		withinEdits(a, b[1:], n-1)
}
