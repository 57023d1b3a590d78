package recording

import (
	"cmp"
	"encoding/base64"
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// kindsByKey has the properties and parameters whose values differ from run to run. Keys are in
// lower case without underscores. The properties of an owner are in ownerKindsByKey.
var kindsByKey = map[string]kind{
	"accesstoken": accessToken, "token": accessToken, "refreshtoken": accessToken,
	"clientid": loginID, "clientsecret": secret, "secret": secret,
	"id": id, "identityid": identity, "userid": identity, "ownerid": identity, "username": user,
	"jti": jti, "trackingid": requestID, "tenantid": tenant, "tenantname": org, "org": org,
	"pod": pod,
}

var ownerKindsByKey = map[string]kind{"id": identity, "name": user}

// kindOf returns the kind of a property's values, empty if they are the same in every run.
func kindOf(parent, key string) kind {
	key = strings.ToLower(strings.ReplaceAll(key, "_", ""))
	if strings.EqualFold(parent, "owner") {
		return ownerKindsByKey[key]
	}
	return kindsByKey[key]
}

// values has the values of a case that differ from run to run. All values are classified before any
// is replaced, since the kind of an id may be known only later.
type values struct {
	kindByValue map[string]kind
	// tokenNames are the names that the case chose for tokens.
	tokenNames map[string]bool
	// createdOrder has the number in the first name of each token, by id.
	createdOrder map[string]int
	secrets      map[string]bool
	// callers has the ids of the identities that logged in or own tokens.
	callers map[string]bool
	// personal are values of identities, in lower case.
	personal []string
}

// kindPriority decides between two kinds of a value. A created token may log in, and an id may be
// sent as a wrong secret.
var kindPriority = []kind{
	accessToken, identity, user, id, loginID, secret, tenant, org, pod, jti, requestID,
}

func (v *values) classify(value string, k kind) {
	if value == "" || value == "me" {
		return
	}
	if k == secret || k == accessToken {
		v.secrets[value] = true
	}
	previous, known := v.kindByValue[value]
	if !known || slices.Index(kindPriority, k) < slices.Index(kindPriority, previous) {
		v.kindByValue[value] = k
	}
}

// collectValues classifies the values of all exchanges. Base is the path of the target's address.
func collectValues(exchanges []Exchange, base string) *values {
	v := &values{
		kindByValue: map[string]kind{}, tokenNames: map[string]bool{},
		createdOrder: map[string]int{}, secrets: map[string]bool{}, callers: map[string]bool{},
	}
	for _, x := range exchanges {
		if bearer, ok := strings.CutPrefix(x.Header.Get("Authorization"), "Bearer "); ok {
			v.classify(bearer, accessToken)
			_, claims, _ := jws(bearer)
			if client, ok := claims["client_id"].(string); ok {
				v.classify(client, loginID)
			}
		}
		if user, password, ok := basic(x.Header); ok {
			v.classify(user, loginID)
			v.classify(password, secret)
		}
		v.classify(x.ResponseHeader.Get("Slpt-Request-Id"), requestID)
		if u, err := url.Parse(x.URL); err == nil {
			v.parameters(u.Query())
		}
		sent := bodyOf(x.Header.Get("Content-Type"), x.Body)
		if form, ok := sent.parameters(); ok {
			v.parameters(form)
		}
		v.request(sent)
		received := bodyOf(x.ResponseHeader.Get("Content-Type"), x.ResponseBody)
		if x.isAboutIdentities(base) && x.Status == http.StatusOK {
			v.personalValues(received)
		} else {
			v.response(received)
		}
	}
	return v
}

func basic(header http.Header) (user, password string, ok bool) {
	return (&http.Request{Header: header}).BasicAuth()
}

func (v *values) parameters(form url.Values) {
	for key, all := range form {
		for _, value := range all {
			if k := kindOf("", key); k != "" && k != id {
				v.classify(value, k)
			}
		}
	}
}

// request collects the names of tokens in a request, and secrets in JSON.
func (v *values) request(b body) {
	walk(b.json(), "", "", func(parent, key, text string) {
		switch k := kindOf(parent, key); {
		case k == secret, k == accessToken, k == loginID:
			v.classify(text, k)
		case key == "name" && parent == "":
			v.tokenNames[text] = true
		}
	})
	steps, _ := b.json().([]any) // of a patch
	for _, step := range steps {
		if op, ok := step.(map[string]any); ok && op["path"] == "/name" {
			if text, ok := op["value"].(string); ok {
				v.tokenNames[text] = true
			}
		}
	}
}

// response classifies the values of a response. The id of an object with a secret belongs to a
// created token.
func (v *values) response(b body) {
	if object, _ := b.json().(map[string]any); object["secret"] != nil {
		v.classify(textProperty(object, "id"), id)
	}
	walk(b.json(), "", "", func(parent, key, text string) {
		k := kindOf(parent, key)
		if k != "" && k != id {
			v.classify(text, k)
		}
		if k == identity {
			v.callers[text] = true
		}
	})
	tokens, _ := b.json().([]any)
	for _, token := range append(tokens, b.json()) {
		if tokenID := textProperty(token, "id"); v.createdOrder[tokenID] == 0 {
			v.createdOrder[tokenID] = nameNumber(textProperty(token, "name"))
		}
	}
}

// walk calls visit for every string in a decoded value, with its property and the property of the
// enclosing object.
func walk(value any, parent, key string, visit func(parent, key, text string)) {
	switch v := value.(type) {
	case string:
		visit(parent, key, v)
	case []any:
		for _, element := range v {
			walk(element, parent, key, visit)
		}
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(v)) {
			walk(v[name], key, name, visit)
		}
	}
}

// isOwnToken reports whether the case created a token or logged in with it.
func (v *values) isOwnToken(tokenID string) bool {
	k := v.kindByValue[tokenID]
	return k == id || k == loginID
}

var (
	// isWord matches a value that starts and ends with a word character.
	isWord  = regexp.MustCompile(`^\w(.*\w)?$`)
	isHexID = regexp.MustCompile(`^(` + hexIDPattern + `)$`)
)

// literals returns the values to search for in texts, the longest first. Short values may be words,
// and other values match by pattern.
func (v *values) literals() []string {
	var all []string
	for value, k := range v.kindByValue {
		const shortest = 4
		switch {
		case len(value) < shortest:
		case v.secrets[value]:
			all = append(all, value)
		case k == org, k == pod, k == requestID, k == jti:
		case isWord.MatchString(value) && !isHexID.MatchString(value):
			all = append(all, value)
		}
	}
	slices.SortFunc(all, func(a, b string) int {
		return cmp.Or(len(b)-len(a), strings.Compare(a, b))
	})
	return all
}

// pattern returns the pattern of a literal. A secret matches anywhere, another value only as entire
// words.
func (v *values) pattern(value string) string {
	pattern := regexp.QuoteMeta(escaper.Replace(value))
	if v.secrets[value] {
		return pattern
	}
	return `\b` + pattern + `\b`
}

// jws decodes the header and the claims of an access token.
func jws(token string) (header, claims map[string]any, ok bool) {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return nil, nil, false
	}
	for i, into := range []*map[string]any{&header, &claims} {
		text, err := base64.RawURLEncoding.DecodeString(parts[i])
		if err != nil || json.Unmarshal(text, into) != nil {
			return nil, nil, false
		}
	}
	return header, claims, true
}
