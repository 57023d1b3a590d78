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

// answer is what came over the wire.
type answer struct {
	status int
	header http.Header
	body   []byte
}

// shape is which keys an answer has.
type shape struct {
	required []string // what the Go SDK demands
	// what the documents name beyond that: the models of PowerShell refuse any other
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

// forms are how the text of a property looks, wherever it is: dates as the Go SDK reads them, ids
// and secrets as long as sailpoint-cli takes them.
var forms = map[string]*regexp.Regexp{
	"id":             regexp.MustCompile(`^[0-9a-f]{32}$`),
	"secret":         regexp.MustCompile(`^[0-9a-f]{64}$`),
	"created":        milliseconds,
	"lastUsed":       milliseconds,
	"expirationDate": milliseconds,
	"trackingId":     regexp.MustCompile(`^[0-9a-f]{32}$`),
}

var milliseconds = regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$`)

// differences are where an answer is not what the client needs.
func (w wire) differences(answered answer, v version.Version) []string {
	if answered.status != w.Status {
		return []string{fmt.Sprintf("status %d, want %d", answered.status, w.Status)}
	}
	found := w.headerDifferences(answered.header)
	if w.Status == http.StatusNoContent {
		if len(answered.body) > 0 || answered.header.Get("Content-Length") != "" ||
			answered.header.Get("Content-Type") != "" {
			found = append(found, "there is a body, or a type of one")
		}
		return found
	}
	if got := answered.header.Get("Content-Type"); got != "application/json" {
		found = append(found, fmt.Sprintf("Content-Type %q", got))
	}
	var got any
	if err := decode(answered.body, &got); err != nil {
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
	if id := property(answered.body, "trackingId"); id != "" &&
		id != answered.header.Get("SLPT-Request-ID") {
		found = append(found, "trackingId is not SLPT-Request-ID")
	}
	if w.JWS != nil {
		found = append(found, w.jwsDifferences(property(answered.body, "access_token"))...)
	}
	return found
}

// headerDifferences looks at the headers that are named, and at those without which sailpoint-cli
// panics.
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

// jwsDifferences parses an access token as sailpoint-cli does: a compact JWS whose header names an
// algorithm.
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

// differences are where got, which is JSON, lacks something of want. Objects may have more keys,
// lists have as many elements, numbers are written the same way, and a text that begins with ~ is a
// regular expression.
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

// canonical turns a value from YAML into what JSON decodes to.
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

// decode reads JSON and keeps numbers as they are written.
func decode(text []byte, into any) error {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	if err := decoder.Decode(into); err != nil {
		return fmt.Errorf("the body is no JSON: %w", err)
	}
	return nil
}

// property is one of an object that is a text, empty where there is none.
func property(body []byte, name string) string {
	var object map[string]any
	if decode(body, &object) != nil {
		return ""
	}
	text, _ := object[name].(string)
	return text
}
