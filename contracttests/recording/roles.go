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

// keys are the properties and parameters whose values differ from run to run, in small letters and without underscores.
// Those of an owner are in another table.
var keys = map[string]kind{
	"accesstoken": accessToken, "token": accessToken, "refreshtoken": accessToken,
	"clientid": loginID, "clientsecret": secret, "secret": secret,
	"id": id, "identityid": identity, "userid": identity, "ownerid": identity, "username": user,
	"jti": jti, "trackingid": requestID, "tenantid": tenant, "tenantname": org, "org": org, "pod": pod,
}

var ownerKeys = map[string]kind{"id": identity, "name": user}

// kindOf is that of the value of a property, empty for what is the same in every run.
func kindOf(parent, key string) kind {
	key = strings.ToLower(strings.ReplaceAll(key, "_", ""))
	if strings.EqualFold(parent, "owner") {
		return ownerKeys[key]
	}
	return keys[key]
}

// roles are what the values are that differ from run to run. They are found before anything is replaced: an id is one of
// a token that the case made, of one that it only logged in with, or of an identity, wherever it appears first.
type roles struct {
	kinds map[string]kind // by value
	sent  map[string]bool // names that the case asked for
	born  map[string]int  // numbers in the names that the tokens had first, by id
	// secrets are all of which nothing but a reference may be left.
	secrets map[string]bool
}

// rank decides where a value has two roles: a token that was made may log in, too, and an id be sent as a wrong secret.
var rank = []kind{accessToken, identity, user, id, loginID, secret, tenant, org, pod, jti, requestID}

func (r *roles) learn(value string, k kind) {
	if value == "" || value == "me" {
		return
	}
	if k == secret || k == accessToken {
		r.secrets[value] = true
	}
	former, known := r.kinds[value]
	if known && slices.Index(rank, former) <= slices.Index(rank, k) {
		return
	}
	r.kinds[value] = k
}

// rolesIn goes through all exchanges.
func rolesIn(exchanges []Exchange) *roles {
	r := &roles{kinds: map[string]kind{}, sent: map[string]bool{}, born: map[string]int{}, secrets: map[string]bool{}}
	for _, x := range exchanges {
		if bearer, ok := strings.CutPrefix(x.Header.Get("Authorization"), "Bearer "); ok {
			r.learn(bearer, accessToken)
			_, claims, _ := jws(bearer)
			if who, ok := claims["client_id"].(string); ok {
				r.learn(who, loginID)
			}
		}
		if who, password, ok := basic(x.Header); ok {
			r.learn(who, loginID)
			r.learn(password, secret)
		}
		r.learn(x.Answered.Get("Slpt-Request-Id"), requestID)
		if u, err := url.Parse(x.URL); err == nil {
			r.parameters(u.Query())
		}
		sent := bodyOf(x.Header.Get("Content-Type"), x.Body)
		if form, ok := sent.parameters(); ok {
			r.parameters(form)
		}
		r.asked(sent)
		r.answered(bodyOf(x.Answered.Get("Content-Type"), x.Reply))
	}
	return r
}

func basic(header http.Header) (who, password string, ok bool) {
	return (&http.Request{Header: header}).BasicAuth()
}

func (r *roles) parameters(values url.Values) {
	for key, all := range values {
		for _, value := range all {
			if k := kindOf("", key); k != "" && k != id {
				r.learn(value, k)
			}
		}
	}
}

// asked learns the names that a request gives, and secrets in JSON, where the token endpoint does not look for them.
func (r *roles) asked(b body) {
	walk(b.json(), "", "", func(parent, key, text string) {
		switch k := kindOf(parent, key); {
		case k == secret, k == accessToken, k == loginID:
			r.learn(text, k)
		case key == "name" && parent == "":
			r.sent[text] = true
		}
	})
	steps, _ := b.json().([]any) // of a patch
	for _, step := range steps {
		if op, ok := step.(map[string]any); ok && op["path"] == "/name" {
			if text, ok := op["value"].(string); ok {
				r.sent[text] = true
			}
		}
	}
}

// answered learns what an answer names. An id of an object that shows a secret is that of a token which was made.
func (r *roles) answered(b body) {
	made, _ := b.json().(map[string]any)
	if made["secret"] != nil {
		if text, ok := made["id"].(string); ok {
			r.learn(text, id)
		}
	}
	walk(b.json(), "", "", func(parent, key, text string) {
		if k := kindOf(parent, key); k != "" && k != id {
			r.learn(text, k)
		}
	})
	tokens, _ := b.json().([]any)
	for _, token := range append(tokens, b.json()) {
		if tokenID := textOf(token, "id"); r.born[tokenID] == 0 {
			r.born[tokenID] = numbered(textOf(token, "name"))
		}
	}
}

// walk sees every text in a decoded value, with the property it is the value of and the object that this is in.
func walk(value any, parent, key string, see func(parent, key, text string)) {
	switch v := value.(type) {
	case string:
		see(parent, key, v)
	case []any:
		for _, element := range v {
			walk(element, parent, key, see)
		}
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(v)) {
			walk(v[name], key, name, see)
		}
	}
}

// made tells a token that the case made or logged in with.
func (r *roles) made(tokenID string) bool {
	k := r.kinds[tokenID]
	return k == id || k == loginID
}

// isWord is a value that begins and ends where a word does.
var isWord = regexp.MustCompile(`^\w(.*\w)?$`)

// isRandom is a value that is found by its form.
var isRandom = regexp.MustCompile(`^(` + random + `)$`)

// literals are the learned values that are looked for in texts, too, the longest first. Short ones may be words.
func (r *roles) literals() []string {
	var all []string
	for value, k := range r.kinds {
		const shortest = 4
		switch {
		case len(value) < shortest:
		case r.secrets[value]:
			all = append(all, value)
		case k == org, k == pod, k == requestID, k == jti, !isWord.MatchString(value), isRandom.MatchString(value):
		default:
			all = append(all, value)
		}
	}
	slices.SortFunc(all, func(a, b string) int { return cmp.Or(len(b)-len(a), strings.Compare(a, b)) })
	return all
}

// pattern finds a literal: a secret anywhere, anything else as a word.
func (r *roles) pattern(value string) string {
	form := regexp.QuoteMeta(escaper.Replace(value))
	if r.secrets[value] {
		return form
	}
	return `\b` + form + `\b`
}

// jws are the parts of an access token, decoded.
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
