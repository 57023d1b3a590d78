package tenantguard

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"example.com/patmock/contracttests/report"
)

// asked is a request on its way through the guard.
type asked struct {
	request *http.Request
	body    []byte
	place   place
	// client id that the request counts for, empty for nobody's.
	client string
	// session of its bearer, nil where it has none.
	session *session
	// unsure tells that it was sent, and that nobody knows what became of it.
	unsure bool
	// doubtful tells that it was answered with 5xx, and sent again: what it asks for may be done already.
	doubtful bool
}

// longest bounds the body of a request.
const longest = 64 << 20

// ask reads a request and closes its body.
func (g *Guard) ask(r *http.Request) (*asked, error) {
	a := &asked{request: r, place: placeOf(g.base, r.URL)}
	if r.Body != nil {
		body, err := drain(r.Body)
		if err = errors.Join(err, r.Body.Close()); err != nil {
			return nil, fmt.Errorf("%s: the body of the request: %w", a, err)
		}
		a.body = body
	}
	if a.place.kind == login {
		a.client = clientOf(r, a.body)
	} else if b, ok := bearerOf(r); ok {
		a.session, a.client = g.tokens.session(b)
	}
	return a, nil
}

// drain reads a body to its end.
func drain(from io.Reader) ([]byte, error) {
	body, err := io.ReadAll(io.LimitReader(from, longest+1))
	if len(body) > longest {
		err = fmt.Errorf("it is longer than %d bytes", longest)
	}
	return body, err
}

func (a *asked) context() context.Context { return a.request.Context() }

// String names the request for errors, without what may be secret.
func (a *asked) String() string {
	return fmt.Sprintf("%s %s", a.request.Method, report.Redact(a.request.URL.Path))
}

// writes tells that it may change something. Logins and what inspects their tokens change nothing.
func (a *asked) writes() bool {
	return !reads(a.request.Method) && a.place.kind != login && a.place.kind != inspection
}

// repeated returns a [RepeatedError] if a write was sent again and is rejected then: the first
// attempt may have been carried out. Else it returns nil.
func (a *asked) repeated(got *answer) error {
	if !a.doubtful || !a.writes() || got.StatusCode < 400 || got.StatusCode >= 500 {
		return nil
	}
	return &RepeatedError{Request: a.String(), Status: got.StatusCode}
}

// creates tells that it asks for a token.
func (a *asked) creates() bool {
	return a.request.Method == http.MethodPost && a.place.kind == collection
}

// listsOwn tells that it asks for every token of the caller.
func (a *asked) listsOwn() bool {
	return a.request.Method == http.MethodGet && a.place.kind == collection && a.request.URL.RawQuery == ownTokens
}

// listsAll reports whether it requests the tokens of every identity.
func (a *asked) listsAll() bool {
	return a.request.Method == http.MethodGet && a.place.kind == collection && a.request.URL.RawQuery == ""
}

// ownTokens is the query of a list that has every token of the caller.
const ownTokens = "owner-id=me"

// name of the token that is asked for, empty where it has none.
func (a *asked) name() string {
	var body any
	if json.Unmarshal(a.body, &body) != nil {
		return ""
	}
	object, _ := body.(map[string]any)
	name, _ := object["name"].(string)
	return name
}

// ids of the tokens that it may change. In the body of a bulk update every text may be one.
func (a *asked) ids() []string {
	ids := a.place.ids
	if a.place.kind != bulk {
		return ids
	}
	for decoder := json.NewDecoder(bytes.NewReader(a.body)); ; {
		token, err := decoder.Token()
		if err != nil {
			return ids
		}
		if text, ok := token.(string); ok {
			ids = append(ids, fold(text))
		}
	}
}

// origin of a URL: its scheme, host and port.
func origin(scheme, host string) string {
	u := &url.URL{Scheme: strings.ToLower(scheme), Host: strings.ToLower(host)}
	if u.Port() == "" {
		u.Host = strings.TrimSuffix(u.Host, ":") + map[string]string{"http": ":80", "https": ":443"}[u.Scheme]
	}
	return u.String()
}
