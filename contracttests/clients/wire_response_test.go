package clients_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"example.com/patmock/spec/version"
)

// wireResponse is a response on the wire.
type wireResponse struct {
	status int
	header http.Header
	body   []byte
}

// shape lists the keys of a response.
type shape struct {
	required []string // what the Go SDK demands
	// optional keys of the documents: the models of PowerShell reject any other
	optional []string
	current  []string // the same, from v2025 on
}

var shapes = map[string]shape{
	"created": {
		required: []string{
			"id", "secret", "scope", "name", "owner", "created", "accessTokenValiditySeconds",
			"expirationDate",
		},
	},
	"listed": {
		required: []string{"id", "name", "scope", "owner", "created"},
		optional: []string{"lastUsed", "managed", "accessTokenValiditySeconds", "expirationDate"},
		current:  []string{"userAwareTokenNeverExpires"},
	},
	"refusal": {required: []string{"detailCode", "trackingId", "messages", "causes"}},
}

// forms has the formats of properties by name: dates as parsed by the Go SDK, and ids and secrets
// with the lengths that sailpoint-cli accepts.
var forms = map[string]*regexp.Regexp{
	"id":             regexp.MustCompile(`^[0-9a-f]{32}$`),
	"secret":         regexp.MustCompile(`^[0-9a-f]{64}$`),
	"created":        milliseconds,
	"lastUsed":       milliseconds,
	"expirationDate": milliseconds,
	"trackingId":     regexp.MustCompile(`^[0-9a-f]{32}$`),
}

var milliseconds = regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$`)

// differences returns the differences between a response and the needs of the client.
func (w wire) differences(resp wireResponse, v version.Version) []string {
	if resp.status != w.Status {
		return []string{fmt.Sprintf("status %d, want %d", resp.status, w.Status)}
	}
	found := w.headerDifferences(resp.header)
	if w.Status == http.StatusNoContent {
		if len(resp.body) > 0 || resp.header.Get("Content-Length") != "" ||
			resp.header.Get("Content-Type") != "" {
			found = append(found, "there is a body, or a type of one")
		}
		return found
	}
	if got := resp.header.Get("Content-Type"); got != "application/json" {
		found = append(found, fmt.Sprintf("Content-Type %q", got))
	}
	var got any
	if err := decode(resp.body, &got); err != nil {
		return append(found, err.Error())
	}
	if w.Body != nil {
		found = append(found, differences("", canonical(w.Body), got)...)
	}
	if s, ok := shapes[w.Shape]; ok {
		found = append(found, s.differences(got, v)...)
	} else if w.Shape != "" {
		found = append(found, "there is no shape "+w.Shape)
	}
	if id := property(resp.body, "trackingId"); id != "" &&
		id != resp.header.Get("SLPT-Request-ID") {
		found = append(found, "trackingId is not SLPT-Request-ID")
	}
	if w.JWS != nil {
		found = append(found, w.jwsDifferences(property(resp.body, "access_token"))...)
	}
	return found
}

// headerDifferences checks the listed headers, and those without which sailpoint-cli panics.
func (w wire) headerDifferences(got http.Header) (found []string) {
	for name, value := range w.Header {
		if got.Get(name) != value {
			found = append(found, fmt.Sprintf("%s %q, want %q", name, got.Get(name), value))
		}
	}
	for _, name := range []string{"Date", "SLPT-Request-ID"} {
		if got.Get(name) == "" {
			found = append(found, name+" is absent")
		}
	}
	return found
}

// differences of a shape from an object, or from each of a list.
func (s shape) differences(got any, v version.Version) (found []string) {
	if list, ok := got.([]any); ok {
		for _, element := range list {
			found = append(found, s.differences(element, v)...)
		}
		return found
	}
	object, ok := got.(map[string]any)
	if !ok {
		return []string{fmt.Sprintf("%v is no object", got)}
	}
	for _, name := range s.required {
		if _, present := object[name]; !present {
			found = append(found, name+" is absent")
		}
	}
	named := slices.Concat(s.required, s.optional)
	if slices.Index(version.All(), v) >= slices.Index(version.All(), version.V2025) {
		named = append(named, s.current...)
	}
	for name, value := range object {
		if !slices.Contains(named, name) {
			found = append(found, name+" is a key that the models do not know")
		}
		if text, isText := value.(string); isText && forms[name] != nil &&
			!forms[name].MatchString(text) {
			found = append(found, fmt.Sprintf("%s %q", name, text))
		}
	}
	return found
}

// jwsDifferences parses an access token like sailpoint-cli: a compact JWS with an algorithm in its
// header.
func (w wire) jwsDifferences(token string) []string {
	segments := strings.Split(token, ".")
	if len(segments) != 3 {
		return []string{fmt.Sprintf("access token: %d segments, want 3", len(segments))}
	}
	var decoded [3][]byte
	for i, segment := range segments {
		var err error
		if decoded[i], err = base64.RawURLEncoding.DecodeString(segment); err != nil ||
			len(decoded[i]) == 0 {
			return []string{fmt.Sprintf("access token, segment %d: %q, error %v", i, segment, err)}
		}
	}
	var header, claims any
	if err := errors.Join(decode(decoded[0], &header), decode(decoded[1], &claims)); err != nil {
		return []string{err.Error()}
	}
	algorithm := map[string]any{"alg": "~^(ES|RS|PS|HS)(256|384|512)$"}
	return slices.Concat(differences("header", algorithm, header),
		differences("claims", canonical(w.JWS), claims))
}

// differences returns the parts of want that are missing in the JSON value got. Objects may have
// more keys, lists have the same length, and numbers have the same form. A text that begins with ~
// is a regular expression.
func differences(at string, want, got any) (found []string) {
	switch want := want.(type) {
	case map[string]any:
		object, ok := got.(map[string]any)
		if !ok {
			break
		}
		for _, name := range slices.Sorted(maps.Keys(want)) {
			value, present := object[name]
			if !present {
				found = append(found, fmt.Sprintf("%s/%s is absent", at, name))
				continue
			}
			found = append(found, differences(at+"/"+name, want[name], value)...)
		}
		return found
	case []any:
		list, ok := got.([]any)
		if !ok || len(list) != len(want) {
			break
		}
		for i := range want {
			found = append(found, differences(fmt.Sprintf("%s/%d", at, i), want[i], list[i])...)
		}
		return found
	case string:
		text, ok := got.(string)
		if expression, is := strings.CutPrefix(want, "~"); ok && is &&
			regexp.MustCompile(expression).MatchString(text) {
			return nil
		}
		if ok && want == text {
			return nil
		}
	default:
		if want == got {
			return nil
		}
	}
	return []string{fmt.Sprintf("%s is %v, want %v", at, got, want)}
}

// canonical converts a YAML value to the types of decoded JSON.
func canonical(value any) (same any) {
	encoded, err := json.Marshal(value)
	if err == nil {
		err = decode(encoded, &same)
	}
	if err != nil {
		panic(err) // such YAML is not in testdata
	}
	return same
}

// decode decodes JSON, with unmodified numbers.
func decode(text []byte, into any) error {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	if err := decoder.Decode(into); err != nil {
		return fmt.Errorf("the body is no JSON: %w", err)
	}
	return nil
}

// property returns a string property of an object, empty if missing.
func property(body []byte, name string) string {
	var object map[string]any
	if decode(body, &object) != nil {
		return ""
	}
	text, _ := object[name].(string)
	return text
}
