package main

import (
	"cmp"
	"fmt"
	"net/http"
	"regexp"
	"slices"

	"example.com/patmock/contracttests/transcript"
	"example.com/patmock/mockserver/dialect"
)

// answered is what a response says to a question, in the words of a dialect. Problem says why a dialect has none for it.
func answered(e dialect.Entry, r transcript.Response) (a dialect.Answer, problem string) {
	if len(e.Values) > 0 {
		return valued(e, r)
	}
	if r.Status < 300 {
		a.Status = http.StatusOK // whatever success the operation has
	} else {
		a = refusedAs(e, r)
	}
	switch {
	case slices.Contains([]int{http.StatusTooManyRequests, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout}, r.Status):
		return a, fmt.Sprintf("%d, which is no answer of the API", r.Status)
	case !e.Allows(a.Status):
		return a, fmt.Sprint(r.Status)
	}
	if err := (dialect.Dialect{e.ID: a}).Check(); err != nil {
		return a, fmt.Sprintf("%d with %s", r.Status, err)
	}
	return a, ""
}

// refusedAs reads the error of a response, in the form that its endpoint has.
func refusedAs(e dialect.Entry, r transcript.Response) dialect.Answer {
	if e.AtTokenEndpoint() {
		return dialect.Answer{Status: r.Status, Error: r.Body.Text("error"), Description: general(r.Body.Text("error_description"))}
	}
	return dialect.Answer{Status: r.Status, DetailCode: r.Body.Text("detailCode"), Text: general(cmp.Or(message(r.Body), r.Body.Text("error")))}
}

// particular is what a text has that belongs to one request: a reference of the recording, a date or anything else that it
// has in words of its own, what was taken out or left out, what a scenario sent.
var particular = regexp.MustCompile(`\b[a-z]+(-[a-z]+)*-[0-9]+\b|\bdate, |\bas far from wall time\b|\ba line and column\b|\[redacted\]|…|\.\.\.|no_such_grant|no-such-`)

// general is a text that can be the answer to other requests, too, else empty: the mock has words of its own then.
func general(text string) string {
	if particular.MatchString(text) {
		return ""
	}
	return text
}

// message is the text of SailPoint's error, in the default locale where it says which that is.
func message(body *transcript.Body) (text string) {
	messages, _ := body.Object()["messages"].([]any)
	for _, m := range messages {
		object, _ := m.(map[string]any)
		this, _ := object["text"].(string)
		if object["localeOrigin"] == "DEFAULT" {
			return this
		}
		text = cmp.Or(text, this)
	}
	return text
}

// valued reads an answer that no status tells apart.
func valued(e dialect.Entry, r transcript.Response) (a dialect.Answer, problem string) {
	if r.Status != http.StatusOK || r.Body == nil {
		return a, fmt.Sprintf("%d, which does not tell", r.Status)
	}
	if e.ID == dialect.NeverUsedUnderLe {
		a.Value = dialect.LeftOut
		tokens, _ := r.Body.Value.([]any)
		if slices.ContainsFunc(tokens, func(t any) bool { token, _ := t.(map[string]any); return token != nil && token["lastUsed"] == nil }) {
			a.Value = dialect.Listed
		}
		return a, ""
	}
	token := r.Body.Object()
	a.Value, a.Flag = dialect.FarDate, dialect.Absent
	if date, present := token["expirationDate"]; !present {
		a.Value = dialect.Absent
	} else if date == nil {
		a.Value = dialect.Null
	}
	if _, present := token["userAwareTokenNeverExpires"]; present {
		a.Flag = dialect.Shown
	}
	return a, ""
}
