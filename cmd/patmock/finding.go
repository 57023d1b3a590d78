package main

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"

	"example.com/patmock/contracttests/transcript"
	"example.com/patmock/mockserver/dialect"
)

// answered reads the answer to a question out of an exchange. Problem says why a dialect cannot
// have it.
func answered(e dialect.Entry, step transcript.Step) (a dialect.Answer, problem string) {
	r := step.Response
	if len(e.Values) > 0 {
		return valued(e, r)
	}
	if r.Status < 300 {
		a.Status = http.StatusOK // whatever success the operation has
	} else {
		a = refusedAs(e, step)
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
func refusedAs(e dialect.Entry, step transcript.Step) dialect.Answer {
	a, body := dialect.Answer{Status: step.Response.Status}, step.Response.Body
	// The mock has words of its own in place of a text that cannot answer other requests.
	if e.AtTokenEndpoint() {
		a.Error = body.Text("error")
		a.Description, _ = step.General(body.Text("error_description"))
		return a
	}
	a.DetailCode = body.Text("detailCode")
	a.Text, _ = step.General(cmp.Or(message(body), body.Text("error")))
	return a
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
