package recording

import (
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"example.com/patmock/spec/jsondiff"
)

// position is the location of a value in a response.
type position struct {
	parent, key string
	token       string    // id of the enclosing token
	created     time.Time // of that token
}

func (n *normalizer) response(x Exchange) Response {
	n.shortenableValues, n.requestValues = n.requestValues, nil
	defer func() { n.shortenableValues = nil }()
	r := Response{Status: x.Status, Header: n.responseHeader(x.ResponseHeader)}
	got := bodyOf(x.ResponseHeader.Get("Content-Type"), x.ResponseBody)
	if form, ok := got.parameters(); ok { // responses are never forms
		got = body{Text, form.Encode()}
	}
	if got.format == "" {
		return r
	}
	if x.isAboutIdentities(n.base) {
		return n.identityResponse(x, r, got)
	}
	tokens, ok := got.json().([]any)
	switch {
	case !ok:
	case x.Method == http.MethodGet:
		got.value = n.sortTies(slices.DeleteFunc(slices.Clone(tokens), n.isForeign))
	case strings.HasSuffix(strings.TrimRight(x.path(), "/"), "/bulk-update"):
		got.value, r.SortedByID = n.undoIDOrder(tokens)
	}
	if x.ResponseHeader.Get(ruleHeader) != "" {
		got.value = removeAdvice(got.value)
	}
	r.Body = &Body{got.format, n.responseValue(got.value, position{})}
	return r
}

// ruleHeader names the rules by which a patmock rejects a request. The causes of such a response
// are advice of the patmock and may change at any time.
const ruleHeader = "X-Patmock-Rule"

// removeAdvice empties the causes of an error.
func removeAdvice(value any) any {
	object, ok := value.(map[string]any)
	if _, list := object["causes"].([]any); !ok || !list {
		return value
	}
	object = maps.Clone(object)
	object["causes"] = []any{}
	return object
}

func (x Exchange) path() string {
	if u, err := url.Parse(x.URL); err == nil {
		return u.Path
	}
	return ""
}

// headers are the recorded response headers, in addition to X-SailPoint-*.
var headers = []string{
	"Allow", "Content-Type", "Location", "Www-Authenticate", "X-Mock-Fault", ruleHeader,
}

func (n *normalizer) responseHeader(header http.Header) map[string]string {
	out := map[string]string{}
	// the order determines the numbers of references
	for _, key := range slices.Sorted(maps.Keys(header)) {
		switch value := strings.Join(header[key], ", "); {
		case key == "Slpt-Request-Id":
			out[key] = n.reference(requestID, value)
		case key == "Retry-After", key == "Date":
			out[key] = describeHeader(value)
		case slices.Contains(headers, key), strings.HasPrefix(key, "X-Sailpoint-"):
			out[key] = n.responseText(value)
		}
	}
	return out
}

// responseText normalizes a text of a response.
func (n *normalizer) responseText(text string) string {
	return n.text(text, func(text string) string {
		return n.calendar.receivedDate(text, "", "", time.Time{})
	})
}

func (n *normalizer) responseValue(value any, pos position) any {
	switch v := value.(type) {
	case string:
		return n.responseProperty(v, pos)
	case json.Number:
		if slices.Contains([]string{"exp", "iat", "nbf", "auth_time"}, pos.key) {
			return placeholder("seconds since 1970")
		}
	case []any:
		return mapElements(v, func(element any) any { return n.responseValue(element, pos) })
	case map[string]any:
		return n.object(v, pos)
	}
	return value
}

func (n *normalizer) object(object map[string]any, pos position) map[string]any {
	if n.isExistingLogin(object) {
		return n.outline(object)
	}
	inner := position{parent: pos.key}
	if tokenID, ok := object["id"].(string); ok && pos.key != "owner" {
		inner.token = tokenID
		inner.created, _ = parseInstant(textProperty(object, "created"))
	}
	out := map[string]any{}
	for _, key := range slices.Sorted(maps.Keys(object)) {
		inner.key = key
		out[n.responseText(key)] = n.responseValue(object[key], inner)
	}
	return out
}

// isExistingLogin reports whether the case logged in with a token that it did not create.
func (n *normalizer) isExistingLogin(token map[string]any) bool {
	tokenName, hasName := token["name"].(string)
	return hasName && n.values.kindByValue[textProperty(token, "id")] == loginID &&
		!n.isRunName(tokenName)
}

// isRunName reports whether the contract or the case chose a name.
func (n *normalizer) isRunName(tokenName string) bool {
	return runNameRegexp.MatchString(tokenName) || n.values.tokenNames[tokenName]
}

// outline returns the reference of a token and the names of its properties. Their values differ
// from tenant to tenant.
func (n *normalizer) outline(token map[string]any) map[string]any {
	out := map[string]any{}
	for key := range token {
		out[n.responseText(key)] = placeholder("any")
	}
	out["id"] = n.reference(loginID, textProperty(token, "id"))
	return out
}

func (n *normalizer) responseProperty(text string, pos position) string {
	k := kindOf(pos.parent, pos.key)
	switch {
	case k == accessToken:
		n.accessToken(n.references.reference(accessToken, text), text)
		return n.references.placeholder(accessToken, text)
	case k != "":
		return n.reference(k, text)
	case pos.key == "name" && text != "" && !n.isRunName(text):
		return n.reference(name, text)
	case isDate.MatchString(text):
		return n.calendar.receivedDate(text, pos.token, pos.key, pos.created)
	}
	return n.responseText(text)
}

// accessToken records the format of an access token.
func (n *normalizer) accessToken(ref, text string) {
	header, claims, ok := jws(text)
	if !ok {
		n.tokens[ref] = AccessToken{}
		return
	}
	token := AccessToken{Header: typesOf(header), Claims: typesOf(claims)}
	for _, key := range []string{"alg", "typ"} {
		if text, ok := header[key].(string); ok {
			token.Header[key] = n.responseText(text)
		}
	}
	n.tokens[ref] = token
}

func typesOf(object map[string]any) map[string]string {
	out := map[string]string{}
	for key, value := range object {
		out[maskSecrets(escaper.Replace(key))] = typeOf(value)
	}
	return out
}

// typeOf returns the type of a decoded value, including the element type of a list.
func typeOf(value any) string {
	if list, _ := value.([]any); len(list) > 0 {
		return "array of " + typeOf(list[0])
	}
	return jsondiff.TypeOf(value)
}

// isForeign reports whether the case neither created a token nor logged in with it. Tokens with a
// generated name are not foreign on a patmock, since the control API may have added them.
func (n *normalizer) isForeign(element any) bool {
	token, ok := element.(map[string]any)
	tokenName := textProperty(element, "name")
	return ok && !n.values.isOwnToken(textProperty(token, "id")) &&
		!n.values.tokenNames[tokenName] &&
		(n.realTenant || !runNameRegexp.MatchString(tokenName))
}
