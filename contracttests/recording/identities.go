package recording

import (
	"net/http"
	"regexp"
	"slices"
	"strings"
)

// identityPath matches the paths of identities, in any namespace.
var identityPath = regexp.MustCompile(`^/*(?:t/[^/]+/+)?(?:[^/]+/+)?(?:public-)?identities(?:/|$)`)

// isAboutIdentities reports whether an exchange is about identities. Their names and mail addresses
// are personal data, which no recording has.
func (x Exchange) isAboutIdentities(base string) bool {
	return identityPath.MatchString(strings.TrimPrefix(x.path(), base))
}

// personalKeys are the properties of an identity that filters may have.
var personalKeys = []string{"name", "alias", "email", "emailAddress"}

// personalValues adds the values of identities in a response. Each counts as the name of a user.
func (v *values) personalValues(b body) {
	identities, isList := b.json().([]any)
	if !isList {
		identities = []any{b.json()}
	}
	for _, each := range identities {
		v.classify(textProperty(each, "id"), identity)
	}
	walk(b.json(), "", "", func(_, key, text string) {
		if slices.Contains(personalKeys, key) {
			v.classify(text, user)
			v.personal = append(v.personal, strings.ToLower(text))
		}
	})
}

// identityResponse adds the body of a response about identities to the response.
func (n *normalizer) identityResponse(x Exchange, r Response, got body) Response {
	switch {
	case x.Status == http.StatusOK && got.format == JSON:
		r.Body = &Body{got.format, n.identityBody(x, got.value)}
		return r
	case x.ResponseHeader.Get(ruleHeader) != "":
		got.value = removeAdvice(got.value)
	}
	r.Body = &Body{got.format, n.maskPersonalIn(n.responseValue(got.value, position{}))}
	return r
}

// identityBody returns the normal form of a response with identities. Of a list it has the known
// identities that a filter found, since any others differ from tenant to tenant.
func (n *normalizer) identityBody(x Exchange, value any) any {
	list, isList := value.([]any)
	if !isList {
		return n.identity(value)
	}
	filtered := strings.Contains(x.URL, "filters=")
	list = slices.DeleteFunc(slices.Clone(list), func(each any) bool {
		return !filtered || !n.values.callers[textProperty(each, "id")]
	})
	return mapElements(list, n.identity)
}

// identity returns an identity without its values, except its id and states.
func (n *normalizer) identity(value any) any {
	object, ok := value.(map[string]any)
	if !ok {
		return value
	}
	out := map[string]any{}
	for key, value := range object {
		name := n.responseText(key)
		text, isText := value.(string)
		switch value.(type) {
		case nil, bool:
			out[name] = value
			continue
		}
		switch folded := strings.ToLower(key); {
		case isText && key == "id":
			out[name] = n.reference(identity, text)
		case isText && strings.HasSuffix(folded, "state"), isText && folded == "identitystatus":
			out[name] = n.responseText(text)
		default:
			out[name] = placeholder("any")
		}
	}
	return out
}

// quotedText matches a string in a filter.
var quotedText = regexp.MustCompile(`"(?:[^"\\]|\\.)*"`)

// maskPersonal replaces the strings in a normalized text that are the beginning of a value of an
// identity, or begin with one.
func (n *normalizer) maskPersonal(text string) string {
	return quotedText.ReplaceAllStringFunc(text, func(quoted string) string {
		value := strings.ToLower(strings.NewReplacer(`\\`, `\`, `\"`, `"`).Replace(
			unescaper.Replace(quoted[1 : len(quoted)-1])))
		const shortest = 2
		if len(value) >= shortest && slices.ContainsFunc(n.values.personal,
			func(personal string) bool {
				return strings.HasPrefix(personal, value) ||
					len(personal) >= shortest && strings.HasPrefix(value, personal)
			}) {
			return `"` + placeholder("any") + `"`
		}
		return quoted
	})
}

// maskPersonalIn is maskPersonal for the strings of a decoded value.
func (n *normalizer) maskPersonalIn(value any) any {
	switch v := value.(type) {
	case string:
		return n.maskPersonal(v)
	case []any:
		return mapElements(v, n.maskPersonalIn)
	case map[string]any:
		out := map[string]any{}
		for key, each := range v {
			out[key] = n.maskPersonalIn(each)
		}
		return out
	}
	return value
}
