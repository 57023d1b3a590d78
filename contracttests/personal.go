package contracttests

import (
	"encoding/json"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"example.com/patmock/spec/redact"
)

// personalData has the names and mail addresses of a tenant's identities in the responses of a
// scenario, in lower case. Reports leave them out.
type personalData struct {
	// isTenant reports whether the target is a real tenant. Others have no personal data.
	isTenant bool
	values   []string
}

// identityPath matches the paths of identities.
var identityPath = regexp.MustCompile(`/(public-)?identities(/|$)`)

// isIn reports whether an exchange may have personal data.
func (p *personalData) isIn(x *exchange) bool {
	if !p.isTenant || x == nil {
		return false
	}
	u, err := url.Parse(x.URL)
	return err == nil && identityPath.MatchString(u.Path)
}

// personalKeys are the properties of an identity that filters may have.
var personalKeys = []string{"name", "alias", "email", "emailAddress"}

// impersonalKeys are the properties of an identity that say nothing about a person.
var impersonalKeys = []string{
	"id", "type", "status", "identityState", "identityStatus", "processingState", "created",
	"modified", "lastRefresh",
}

// remember adds the values of the identities in a response.
func (p *personalData) remember(x *exchange) {
	var body any
	if !p.isIn(x) || x.Status != http.StatusOK ||
		json.Unmarshal([]byte(x.ResponseBody), &body) != nil {
		return
	}
	mapStrings(body, "", func(key, text string) string {
		text = strings.ToLower(text)
		if slices.Contains(personalKeys, key) && text != "" && !slices.Contains(p.values, text) {
			p.values = append(p.values, text)
		}
		return text
	})
}

// mapStrings returns a decoded value with other strings. Key is that of the enclosing property.
func mapStrings(value any, key string, change func(key, text string) string) any {
	switch v := value.(type) {
	case string:
		return change(key, v)
	case []any:
		out := make([]any, len(v))
		for i, element := range v {
			out[i] = mapStrings(element, key, change)
		}
		return out
	case map[string]any:
		out := map[string]any{}
		for name, element := range v {
			out[name] = mapStrings(element, name, change)
		}
		return out
	}
	return value
}

// redactExchange returns an exchange without personal data.
func (p *personalData) redactExchange(x *exchange) *exchange {
	if !p.isIn(x) {
		return x
	}
	out := *x
	var body any
	if json.Unmarshal([]byte(x.ResponseBody), &body) == nil {
		out.ResponseBody = encode(mapStrings(body, "", func(key, text string) string {
			switch {
			case x.Status != http.StatusOK: // an error may repeat the filter
				return p.redactFilter(text)
			case slices.Contains(impersonalKeys, key):
				return text
			}
			return redact.Mark
		}))
	}
	if u, err := url.Parse(x.URL); err == nil {
		if query := u.Query(); query.Has("filters") {
			query.Set("filters", p.redactFilter(query.Get("filters")))
			u.RawQuery = query.Encode()
			out.URL = u.String()
		}
	}
	return &out
}

// quotedText matches a string in a filter.
var quotedText = regexp.MustCompile(`"(?:[^"\\]|\\.)*"`)

// redactFilter replaces the strings in a filter that are the beginning of a value, or begin with
// one.
func (p *personalData) redactFilter(filter string) string {
	return quotedText.ReplaceAllStringFunc(filter, func(quoted string) string {
		text := strings.ToLower(strings.NewReplacer(`\\`, `\`, `\"`, `"`).Replace(
			quoted[1 : len(quoted)-1]))
		isPersonal := func(value string) bool {
			return text != "" && (strings.HasPrefix(value, text) || strings.HasPrefix(text, value))
		}
		if slices.ContainsFunc(p.values, isPersonal) {
			return `"` + redact.Mark + `"`
		}
		return quoted
	})
}

// redact replaces the values in a text, in any case. Shorter values may be a part of other words.
func (p *personalData) redact(text string) string {
	const minLength = 4
	for _, value := range p.values {
		if len(value) < minLength {
			continue
		}
		for _, form := range []string{value, strings.Trim(encode(value), `"`)} {
			pattern := regexp.MustCompile(`(?i)` + regexp.QuoteMeta(form))
			text = pattern.ReplaceAllLiteralString(text, redact.Mark)
		}
	}
	return text
}
