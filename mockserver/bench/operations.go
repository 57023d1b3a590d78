package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"sync"

	"example.com/patmock/mockserver/control"
)

const tokensPath = "/v2026/personal-access-tokens"

const form, jsonBody = "application/x-www-form-urlencoded", "application/json"

func (w *world) login(n int) error {
	_, err := w.exchange(w.users[n%len(w.users)])
	return err
}

func (w *world) loginWrong(n int) error {
	_, err := w.request("POST", "/oauth/token", form, credentials(w.users[n%len(w.users)].ClientID, "wrong"), http.StatusUnauthorized)
	return err
}

func (w *world) loginUnknown(n int) error {
	_, err := w.request("POST", "/oauth/token", form, credentials(fmt.Sprintf("%032x", n+1<<50), "wrong"), http.StatusUnauthorized)
	return err
}

func (w *world) list(int) error { return w.send("GET", tokensPath+"?owner-id=me", "", "") }

// listFiltered lists the tokens that were used before any was made: none.
func (w *world) listFiltered(int) error {
	return w.send("GET", tokensPath+"?filters="+url.QueryEscape("lastUsed le 2000-01-01T00:00:00.000Z"), "", "")
}

func (w *world) createAndDelete(n int) error {
	a, err := w.request("POST", tokensPath, jsonBody, fmt.Sprintf(`{"name":"token %d","userAwareTokenNeverExpires":true}`, n), 0)
	if err != nil {
		return err
	}
	var created struct {
		ID string `json:"id"`
	}
	if err := json.Unmarshal(a.body.Bytes(), &created); err != nil {
		return err
	}
	return w.send("DELETE", tokensPath+"/"+created.ID, "", "")
}

func (w *world) addIdentity(n int) error {
	return w.send("POST", "/_mock/identities", jsonBody, fmt.Sprintf(`{"name":"new %d"}`, n))
}

func (w *world) namespace(int) error {
	if err := w.send("PUT", "/t/another/_mock/namespace", jsonBody, "{}"); err != nil {
		return err
	}
	return w.send("DELETE", "/t/another/_mock/namespace", "", "")
}

func (w *world) latest(int) error { return w.send("GET", "/_mock/requests?limit=1", "", "") }

func (w *world) latestFiltered(int) error {
	return w.send("GET", "/_mock/requests?limit=1&operation=patch", "", "")
}

// journal returns the journal with its latest request.
func (w *world) journal() (journal control.Journal, err error) {
	a, err := w.request("GET", "/_mock/requests?limit=1", "", "", 0)
	if err != nil {
		return journal, err
	}
	err = json.Unmarshal(a.body.Bytes(), &journal)
	return journal, err
}

// byID reads the latest request of the journal.
func (w *world) byID(int) error {
	if w.latestID == "" {
		journal, err := w.journal()
		if err != nil {
			return err
		}
		w.latestID = journal.Requests[0].ID
	}
	return w.send("GET", "/_mock/requests/"+w.latestID, "", "")
}

// listVerified lists while a verification waits for what does not come.
func (w *world) listVerified(n int) error {
	if w.verified == nil {
		w.verified = make(chan error, 1)
		w.verifying.Go(func() {
			w.verified <- w.send("POST", "/_mock/verify", jsonBody, `{"expect":[{"match":{"operation":"patch"},"atLeast":1}],"timeout":"60s"}`)
		})
	}
	select {
	case err := <-w.verified:
		return fmt.Errorf("the verification has ended: %w", cmp.Or(err, os.ErrDeadlineExceeded))
	default:
		return w.list(n)
	}
}

// once is what a world does at most once.
type once struct {
	verifying sync.WaitGroup
	verified  chan error // nil before it began
	latestID  string
}
