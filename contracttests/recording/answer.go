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

// place is where a value stands in an answer.
type place struct {
	parent, key string
	token       string    // id of the token around it
	created     time.Time // of that token
}

func (n *normalizer) response(x Exchange) Response {
	n.shortenable, n.values = n.values, nil
	defer func() { n.shortenable = nil }()
	r := Response{Status: x.Status, Header: n.headers(x.Answered)}
	answered := bodyOf(x.Answered.Get("Content-Type"), x.Reply)
	if form, ok := answered.parameters(); ok { // no answer is a form
		answered = body{Text, form.Encode()}
	}
	if answered.form == "" {
		return r
	}
	tokens, ok := answered.json().([]any)
	switch path := strings.TrimRight(x.path(), "/"); {
	case !ok:
	case x.Method == http.MethodGet:
		answered.value = n.untied(slices.DeleteFunc(slices.Clone(tokens), n.foreign))
	case strings.HasSuffix(path, "/bulk-update"):
		answered.value, r.SortedByID = n.unsorted(tokens)
	}
	if x.Answered.Get(ruleHeader) != "" {
		answered.value = withoutAdvice(answered.value)
	}
	r.Body = &Body{answered.form, n.answered(answered.value, place{})}
	return r
}

// ruleHeader names the rules by which a patmock rejects a request. The causes of such a response
// are its advice, in words that no tenant has and that may change at any time.
const ruleHeader = "X-Patmock-Rule"

// withoutAdvice empties the causes of an error.
func withoutAdvice(value any) any {
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

// shown are the headers of an answer that the contract cares about, besides those that begin with X-SailPoint-.
var shown = []string{
	"Allow", "Content-Type", "Location", "Www-Authenticate", "X-Mock-Fault", ruleHeader,
}

func (n *normalizer) headers(header http.Header) map[string]string {
	out := map[string]string{}
	for _, key := range slices.Sorted(maps.Keys(header)) {
		value := strings.Join(header[key], ", ")
		switch {
		case key == "Slpt-Request-Id":
			out[key] = n.reference(requestID, value)
		case key == "Retry-After", key == "Date":
			out[key] = formOfHeader(value)
		case slices.Contains(shown, key), strings.HasPrefix(key, "X-Sailpoint-"):
			out[key] = n.text(value, n.made)
		}
	}
	return out
}

// made is a date in a text of an answer.
func (n *normalizer) made(text string) string {
	return n.calendar.answered(text, "", "", time.Time{})
}

// answered is a value of an answer.
func (n *normalizer) answered(value any, at place) any {
	switch v := value.(type) {
	case string:
		return n.answeredText(v, at)
	case json.Number:
		if slices.Contains(seconds, at.key) {
			return placeholder("seconds since 1970")
		}
	case []any:
		return each(v, func(element any) any { return n.answered(element, at) })
	case map[string]any:
		return n.object(v, at)
	}
	return value
}

// seconds are claims that are moments.
var seconds = []string{"exp", "iat", "nbf", "auth_time"}

func (n *normalizer) object(object map[string]any, at place) map[string]any {
	if n.ofStranger(object) {
		return n.outline(object)
	}
	inner := place{parent: at.key}
	if tokenID, ok := object["id"].(string); ok && at.key != "owner" {
		inner.token = tokenID
		if text, ok := object["created"].(string); ok {
			inner.created, _ = moment(text)
		}
	}
	out := map[string]any{}
	for _, key := range slices.Sorted(maps.Keys(object)) {
		inner.key = key
		out[n.text(key, n.made)] = n.answered(object[key], inner)
	}
	return out
}

// ofStranger tells a token that was there before the case, which only logged in with it.
func (n *normalizer) ofStranger(token map[string]any) bool {
	called, named := token["name"].(string)
	return named && n.roles.kinds[textOf(token, "id")] == loginID && !isRunName.MatchString(called) && !n.roles.sent[called]
}

// outline is what can be compared of a token that another tenant has otherwise: which it is, and what properties it has.
func (n *normalizer) outline(token map[string]any) map[string]any {
	out := map[string]any{}
	for key := range token {
		out[n.text(key, n.made)] = placeholder("any")
	}
	out["id"] = n.reference(loginID, textOf(token, "id"))
	return out
}

func (n *normalizer) answeredText(text string, at place) string {
	k := kindOf(at.parent, at.key)
	switch {
	case k == accessToken:
		n.accessToken(n.references.of(accessToken, text), text)
		return n.references.told(accessToken, text)
	case k != "":
		return n.reference(k, text)
	case at.key == "name" && text != "" && !isRunName.MatchString(text) && !n.roles.sent[text]:
		return n.reference(name, text) // whoever gave it
	case isDate.MatchString(text):
		return n.calendar.answered(text, at.token, at.key, at.created)
	}
	return n.text(text, n.made)
}

// accessToken keeps the form of an access token.
func (n *normalizer) accessToken(ref, text string) {
	header, claims, ok := jws(text)
	if !ok {
		n.tokens[ref] = AccessToken{}
		return
	}
	form := AccessToken{Header: typesOf(header), Claims: typesOf(claims)}
	for _, key := range []string{"alg", "typ"} {
		if text, ok := header[key].(string); ok {
			form.Header[key] = n.text(text, n.made)
		}
	}
	n.tokens[ref] = form
}

func typesOf(object map[string]any) map[string]string {
	out := map[string]string{}
	for key, value := range object {
		out[maskSecrets(escaper.Replace(key))] = typeOf(value)
	}
	return out
}

// typeOf returns the type of a decoded value, and of the elements of a list.
func typeOf(value any) string {
	if list, _ := value.([]any); len(list) > 0 {
		return "array of " + typeOf(list[0])
	}
	return jsondiff.TypeOf(value)
}

// foreign tells a token of a list that the case neither made nor logged in with. On a patmock a token may also have been
// added behind the back of the API: it has a name of the run.
func (n *normalizer) foreign(element any) bool {
	token, ok := element.(map[string]any)
	if !ok {
		return false
	}
	tokenID, _ := token["id"].(string)
	called, _ := token["name"].(string)
	return !n.roles.made(tokenID) && !n.roles.sent[called] && (n.live || !isRunName.MatchString(called))
}
