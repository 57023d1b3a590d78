package contracttests_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"example.com/patmock/contracttests"
	"example.com/patmock/mockserver/control"
	"example.com/patmock/spec/version"
)

// world is a namespace with the model of it.
type world struct {
	model
	*rapid.T
	http             *http.Client
	control          *control.Client
	base             string
	bearers, secrets map[string]string // by name, by id
	ids              []string
	users            map[string]control.User
}

var worlds atomic.Int64

var identities = map[string]string{"admin": strings.Repeat("cafedada", 4), "john.roe": strings.Repeat("beaddada", 4)}

// play compares a sequence with the model: each answer, and after each step the list of all tokens.
func play(t *rapid.T, target contracttests.Target) {
	name, ctx := fmt.Sprintf("model-%d", worlds.Add(1)), context.Background()
	w := &world{
		model: model{now: time.Date(2027, 8, 31, 12, 0, 0, 0, time.UTC)}, T: t, http: target.HTTP, control: target.Control.In(name), base: "http://127.0.0.1/t/" + name,
		bearers: map[string]string{}, secrets: map[string]string{}, users: map[string]control.User{},
	}
	w.observe()
	_, made := w.control.PutNamespace(ctx, control.NewNamespace{})
	_, set := w.control.SetClock(ctx, control.ClockSetting{Now: &w.now, Frozen: true})
	who, known := w.control.Credentials(ctx)
	defer func() { w.must(w.control.DeleteNamespace(ctx)) }()
	w.must(errors.Join(made, set, known))
	for _, user := range who.Users {
		if w.users[user.Name] = user; identities[user.Name] != "" {
			w.token(user.Name, user.ClientID, user.ClientSecret)
		}
	}
	start, _ := w.listed("admin", version.V2026.CollectionPath())
	for _, k := range start {
		w.tokens = append(w.tokens, &k)
		if !k.Managed && k.Name != "login" {
			w.ids = append(w.ids, k.ID)
		}
	}
	last := step{Version: version.V2026}
	t.Repeat(map[string]func(*rapid.T){
		"step": func(t *rapid.T) { last = steps.Draw(t, "step"); w.step(last) },
		"":     func(*rapid.T) { w.list(step{User: "admin", Version: last.Version}) },
	})
}

func (w *world) must(err error) {
	if err != nil {
		w.Fatal(err)
	}
}

// logIn gives both users access tokens.
func (w *world) logIn() {
	for _, name := range []string{"admin", "john.roe"} {
		user := w.users[name]
		w.expect("the login of "+name, w.login(user.ClientID), w.token(name, user.ClientID, user.ClientSecret))
	}
}

// expect compares. What differs is logged before: rapid shrinks by failures of the same text.
func (w *world) expect(what string, want, got any) {
	if diff := cmp.Diff(want, got); diff != "" {
		w.Logf("-model +answer:\n%s", diff)
		w.Fatalf("the model says otherwise of %s", what)
	}
}

func (w *world) token(user, id, secret string) int {
	form := url.Values{"grant_type": {"client_credentials"}, "client_id": {id}, "client_secret": {secret}}
	var answered struct {
		Token string `json:"access_token"`
	}
	status := w.do(user, http.MethodPost, "/oauth/token", "application/x-www-form-urlencoded", form.Encode(), &answered)
	if user != "" {
		w.bearers[user] = answered.Token
	}
	return status
}

// curl is a line that repeats a request, where TOKEN is an access token of the user and SECRET that of the token.
func curl(user, method, path, contentType, body string) string {
	line := "curl -i -X " + method
	if path != "/oauth/token" {
		line += ` -H "Authorization: Bearer $TOKEN"`
	}
	if contentType != "" {
		line += fmt.Sprintf(` -H 'Content-Type: %s' --data "%s"`, contentType, strings.ReplaceAll(secretForm.ReplaceAllString(body, "$$SECRET"), `"`, `\"`))
	}
	return fmt.Sprintf(`%s "$URL%s" # %s`, line, path, user)
}

// do makes a request, prints it as a curl line, and reads what is answered unless it is refused.
func (w *world) do(user, method, path, contentType, body string, into any) int {
	w.Logf("%s", curl(user, method, path, contentType, body))
	r, err := http.NewRequest(method, w.base+path, strings.NewReader(body))
	w.must(err)
	r.Header.Set("Authorization", "Bearer "+w.bearers[user])
	if contentType != "" {
		r.Header.Set("Content-Type", contentType)
	}
	if path == "/oauth/token" {
		r.Header.Del("Authorization")
	}
	answered, err := w.http.Do(r)
	w.must(err)
	content, err := io.ReadAll(answered.Body)
	w.must(errors.Join(err, answered.Body.Close()))
	if into != nil && answered.StatusCode == http.StatusOK {
		w.must(json.NewDecoder(bytes.NewReader(content)).Decode(into))
	}
	return answered.StatusCode
}

var secretForm = regexp.MustCompile(`[0-9a-f]{64}`)

// target is the token that a step is about: one of the user's own, one of anybody's that is there or was, or none.
func (w *world) target(s step) string {
	ids := w.ids
	if s.Own {
		ids = slices.DeleteFunc(slices.Clone(ids), func(id string) bool { k := w.model.token(id); return k == nil || k.Owner != s.User })
	}
	if s.Target < len(ids) {
		return ids[s.Target]
	}
	return "0123456789abcdef0123456789abcdef"
}

// step does one, and compares.
func (w *world) step(s step) {
	id := w.target(s)
	path := s.Version.CollectionPath()
	switch s.Op {
	case "create":
		w.create(s)
	case "fill":
		for n := 0; w.count(s.User) < 10; n++ {
			w.create(step{User: s.User, Version: s.Version, Name: fmt.Sprint("fill ", len(w.ids)), Forever: "true"})
		}
	case "list":
		w.list(s)
	case "patch":
		w.expect("the status of patch", w.patch(s, id), w.do(s.User, http.MethodPatch, path+"/"+id, "application/json-patch+json", encoded(s.operations(w.now)), nil))
	case "delete":
		w.expect("the status of delete", w.remove(s, id), w.do(s.User, http.MethodDelete, path+"/"+id, "", "", nil))
	case "login":
		if secret, known := w.secrets[id]; known {
			w.expect("the status of login", w.login(id), w.token("", id, secret))
		} else {
			w.expect("the status of login with another secret", http.StatusUnauthorized, w.token("", id, strings.Repeat("0", 64)))
		}
	case "advance":
		w.Logf("patmock control clock advance %s", s.Passes)
		_, err := w.control.Advance(context.Background(), s.Passes)
		w.must(err)
		w.now = w.now.Add(s.Passes)
		w.logIn()
	}
}

func encoded(value any) string {
	text, _ := json.Marshal(value)
	return string(text)
}

func (w *world) create(s step) {
	body := contracttests.Body{"name": s.Name, "scope": s.Scope, "expirationDate": s.date(w.now)}
	if s.Forever != "" {
		body["userAwareTokenNeverExpires"] = s.Forever == "true"
	}
	var answered contracttests.Token
	want, status := w.model.create(s)
	w.expect("the status of create", status, w.do(s.User, http.MethodPost, s.Version.CollectionPath(), "application/json", encoded(body), &answered))
	if want != nil {
		want.ID = answered.ID
		w.expect("what was created", *want, w.modelled(answered))
		w.tokens, w.ids = append(w.tokens, want), append(w.ids, want.ID)
		w.secrets[want.ID] = answered.Secret.Value
	}
}

func (w *world) list(s step) {
	query, path := url.Values{}, s.Version.CollectionPath()
	if s.Filter != nil {
		query.Set("filters", s.Filter.text(w.now))
	}
	if s.Owner == "me" {
		query.Set("owner-id", "me")
	} else if s.Owner != "" {
		query.Set("owner-id", identities[s.Owner])
	}
	if len(query) > 0 {
		path += "?" + query.Encode()
	}
	want, status := w.model.list(s)
	got, answered := w.listed(s.User, path)
	w.expect("the status of list", status, answered)
	w.expect("what is listed", want, got)
}

// modelled returns what the model has of a token in a response.
func (w *world) modelled(k contracttests.Token) tokenModel {
	return tokenModel{
		k.ID, k.Name, k.Owner.Name.Value, k.Scope.Value, w.moment(k.ExpirationDate), w.moment(k.LastUsed), k.Managed.Value,
	}
}

// moment returns the zero time for a date that is absent or null.
func (w *world) moment(date contracttests.Field[string]) (moment time.Time) {
	if date.HasValue() {
		w.must(moment.UnmarshalText([]byte(date.Value)))
	}
	return moment
}

// listed are the tokens of a list by id, nil where it is refused.
func (w *world) listed(user, path string) (tokens []tokenModel, status int) {
	var answered []contracttests.Token
	status = w.do(user, http.MethodGet, path, "", "", &answered)
	for _, k := range answered {
		tokens = append(tokens, w.modelled(k))
	}
	slices.SortFunc(tokens, func(a, b tokenModel) int { return strings.Compare(a.ID, b.ID) })
	return tokens, status
}

// What the mock answers to any sequence of operations is what the model says.
func TestModel(t *testing.T) {
	setFlags(t, map[string]string{"rapid.nofailfile": "true"})
	target := inProcess(t)
	rapid.Check(t, func(t *rapid.T) { play(t, target) })
}

// setFlags sets flags of rapid for the time of a test.
func setFlags(t *testing.T, values map[string]string) {
	t.Helper()
	for name, value := range values {
		former := flag.Lookup(name).Value.String()
		if err := flag.Set(name, value); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = flag.Set(name, former) }) // which it was
	}
}
