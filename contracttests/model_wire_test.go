package contracttests_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"example.com/patmock/contracttests"
	"example.com/patmock/spec/version"
)

// wireToken is a token in a response.
type wireToken = contracttests.Token

// listedToken is a token of a response in the form of the model, with the id of its owner.
type listedToken struct {
	tokenModel
	identity string
}

// token logs in with a form of request, and stores the access token of a user, if one is named.
func (w *world) token(user, form, id, secret string) int {
	values := url.Values{
		"grant_type": {"client_credentials"}, "client_id": {id}, "client_secret": {secret},
	}
	grant := url.Values{"grant_type": {"client_credentials"}}
	path, contentType, body, authorization := "/oauth/token", "application/x-www-form-urlencoded",
		values.Encode(), ""
	switch form {
	case "basic":
		body, authorization = grant.Encode(),
			"Basic "+base64.StdEncoding.EncodeToString([]byte(id+":"+secret))
	case "query":
		path, contentType, body = path+"?"+values.Encode(), "", ""
	case "split":
		values.Del("grant_type")
		path, body = path+"?"+grant.Encode(), values.Encode()
	case "multipart":
		var parts bytes.Buffer
		writer := multipart.NewWriter(&parts)
		w.must(writer.SetBoundary("model"))
		for _, name := range []string{"grant_type", "client_id", "client_secret"} {
			w.must(writer.WriteField(name, values.Get(name)))
		}
		w.must(writer.Close())
		contentType, body = writer.FormDataContentType(), parts.String()
	}
	var response contracttests.Login
	status := w.send(user, authorization, http.MethodPost, path, contentType, body, &response)
	if user != "" {
		w.bearers[user] = response.AccessToken.Value
	}
	return status
}

// curl returns a command that repeats a request. TOKEN is the access token of the user, SECRET the
// secret of the token.
func curl(user, authorization, method, path, contentType, body string) string {
	line := "curl -i -X " + method
	switch {
	case authorization != "":
		line += ` -H "Authorization: Basic $SECRET"`
	case !strings.HasPrefix(path, "/oauth/token"):
		line += ` -H "Authorization: Bearer $TOKEN"`
	}
	if contentType != "" {
		line += fmt.Sprintf(` -H 'Content-Type: %s' --data "%s"`, contentType,
			strings.ReplaceAll(body, `"`, `\"`))
	}
	return secretForm.ReplaceAllString(fmt.Sprintf(`%s "$URL%s" # %s`, line, path, user),
		"$$SECRET")
}

var secretForm = regexp.MustCompile(`[0-9a-f]{64}`)

// do makes a request as a user, and decodes a response with status 200.
func (w *world) do(user, method, path, contentType, body string, into any) int {
	return w.send(user, "Bearer "+w.bearers[user], method, path, contentType, body, into)
}

// send makes a request, logs it as a curl command with its status, and decodes a response with
// status 200.
func (w *world) send(user, authorization, method, path, contentType, body string, into any) int {
	r, err := http.NewRequest(method, w.base+path, strings.NewReader(body))
	w.must(err)
	if authorization != "" {
		r.Header.Set("Authorization", authorization)
	}
	if contentType != "" {
		r.Header.Set("Content-Type", contentType)
	}
	auth := ""
	if strings.HasPrefix(authorization, "Basic ") {
		auth = authorization
	}
	w.lastExchange = curl(user, auth, method, path, contentType, body)
	response, err := w.http.Do(r)
	w.must(err)
	content, err := io.ReadAll(response.Body)
	w.must(errors.Join(err, response.Body.Close()))
	w.lastExchange = fmt.Sprintf("%s: %d", w.lastExchange, response.StatusCode)
	if !w.quiet {
		w.Logf("%s", w.lastExchange)
	}
	if into != nil && response.StatusCode == http.StatusOK {
		w.must(json.Unmarshal(content, into))
	}
	return response.StatusCode
}

func encodeJSON(value any) string {
	text, _ := json.Marshal(value) // values of steps always encode
	return string(text)
}

func (w *world) list(s step) {
	query, path := url.Values{}, s.Version.CollectionPath()
	if s.Filter != nil {
		query.Set("filters", s.Filter.text(w.now))
	}
	if s.Owner == "me" {
		query.Set("owner-id", "me")
	} else if s.Owner != "" {
		query.Set("owner-id", w.identities[s.Owner])
	}
	if len(query) > 0 {
		path += "?" + query.Encode()
	}
	want, status := w.model.list(s)
	seen, response := w.listTokens(s.User, s.Version, path)
	var got []tokenModel
	for _, k := range seen {
		got = append(got, k.tokenModel)
	}
	w.expect("the status of list", status, response)
	w.expect("the list", want, got)
}

// toModel converts a token of a response in a version to the model.
func (w *world) toModel(k wireToken, v version.Version) listedToken {
	if isLegacy(v) == k.UserAwareTokenNeverExpires.Present {
		w.Fatalf("%s: userAwareTokenNeverExpires is %v", v, k.UserAwareTokenNeverExpires)
	}
	return listedToken{tokenModel{
		ID: k.ID, Name: k.Name, Owner: k.Owner.Name.Value, Scope: k.Scope.Value,
		Validity: int(k.AccessTokenValiditySeconds.Value),
		Expires:  w.moment(k.ExpirationDate), Used: w.moment(k.LastUsed), Managed: k.Managed.Value,
		Acknowledged: k.UserAwareTokenNeverExpires.Value,
	}, k.Owner.ID.Value}
}

// moment returns the zero time for a date that is absent or null.
func (w *world) moment(date contracttests.Field[string]) (moment time.Time) {
	if date.HasValue() {
		w.must(moment.UnmarshalText([]byte(date.Value)))
	}
	return moment
}

// listTokens returns the tokens of a list, sorted by id, and its status.
func (w *world) listTokens(
	user string, v version.Version, path string,
) (tokens []listedToken, status int) {
	var response []wireToken
	status = w.do(user, http.MethodGet, path, "", "", &response)
	for _, k := range response {
		tokens = append(tokens, w.toModel(k, v))
	}
	slices.SortFunc(tokens, func(a, b listedToken) int { return strings.Compare(a.ID, b.ID) })
	return tokens, status
}
