package contract

import (
	"cmp"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strconv"

	"example.com/patmock/contracttests/recording"
	"example.com/patmock/contracttests/report"
	"example.com/patmock/mockserver/dialect"
)

// answered reads the answer to a question out of an exchange. Problem says why a dialect cannot
// have it.
func answered(e dialect.Entry, step recording.Step) (a dialect.Response, problem string) {
	r := step.Response
	if len(e.Values) > 0 && !report.FromGateway(r.Status, "") {
		return valued(e, step)
	}
	if r.Status < 300 {
		a.Status = http.StatusOK // whatever success the operation has
	} else {
		a = refusedAs(e, step)
	}
	switch {
	case r.Status == http.StatusTooManyRequests || report.FromGateway(r.Status, ""):
		return a, fmt.Sprintf("%d, which is no answer of the API", r.Status)
	case !e.AllowsStatus(a.Status):
		return a, fmt.Sprint(r.Status)
	}
	if err := (dialect.Dialect{e.ID: a}).Validate(); err != nil {
		return a, fmt.Sprintf("%d with %s", r.Status, err)
	}
	return a, ""
}

// refusedAs reads the error of a response, in the form that its endpoint has.
func refusedAs(e dialect.Entry, step recording.Step) dialect.Response {
	a, body := dialect.Response{Status: step.Response.Status}, step.Response.Body
	// The mock has words of its own in place of a text that cannot answer other requests.
	if e.AtTokenEndpoint() {
		a.Error = body.Text("error")
		a.Description, _ = step.GeneralText(body.Text("error_description"))
		return a
	}
	a.DetailCode = body.Text("detailCode")
	a.Text, _ = step.GeneralText(cmp.Or(errorText(body), body.Text("error")))
	return a
}

// errorText is the text of SailPoint's error, in the default locale where it says which that is.
func errorText(body *recording.Body) (text string) {
	messages, _ := body.Object()["messages"].([]any)
	for _, m := range messages {
		object, _ := m.(map[string]any)
		messageText, _ := object["text"].(string)
		if object["localeOrigin"] == "DEFAULT" {
			return messageText
		}
		text = cmp.Or(text, messageText)
	}
	return text
}

// valued reads an answer that no status tells apart.
func valued(e dialect.Entry, step recording.Step) (a dialect.Response, problem string) {
	r := step.Response
	if slices.Contains(e.Values, dialect.Same) && r.Status >= 400 && r.Status < 500 &&
		r.Status != http.StatusTooManyRequests {
		return dialect.Response{Value: dialect.Same}, ""
	}
	if r.Status != http.StatusOK || r.Body == nil {
		return a, fmt.Sprintf("%d, which does not tell", r.Status)
	}
	if read := valueReaders[e.ID]; read != nil {
		a.Value = read(step)
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
		a.Flag = dialect.Present
	}
	return a, ""
}

// valueReaders read the value of an answer out of an exchange that was successful, by the id of the
// entry.
var valueReaders = map[string]func(recording.Step) string{
	dialect.NeverUsedUnderLe: func(s recording.Step) string {
		if slices.ContainsFunc(tokensOf(s),
			func(token map[string]any) bool { return token["lastUsed"] == nil }) {
			return dialect.Included
		}
		return dialect.Excluded
	},
	dialect.ListPaging: func(s recording.Step) string {
		if len(tokensOf(s)) > 1 {
			return dialect.Complete
		}
		return dialect.Paged
	},
	dialect.BulkFlag: func(s recording.Step) string {
		if slices.ContainsFunc(tokensOf(s),
			func(token map[string]any) bool { return token[acknowledgment] != nil }) {
			return dialect.Present
		}
		return dialect.Absent
	},
	dialect.FlagAfterDate: func(s recording.Step) string {
		if s.Response.Body.Object()[acknowledgment] == true {
			return dialect.Unchanged
		}
		return dialect.Cleared
	},
	dialect.NameCase:          func(recording.Step) string { return dialect.Distinct },
	dialect.NameBlanks:        func(recording.Step) string { return dialect.Distinct },
	dialect.NameNormalization: func(recording.Step) string { return dialect.Distinct },
	dialect.MaxNameLength: func(s recording.Step) string {
		return sizeIn(s.Request.Body.Text("name"))
	},
	dialect.MaxScopeLength: func(s recording.Step) string {
		scope, _ := s.Request.Body.Object()["scope"].([]any)
		return sizeIn(fmt.Sprint(scope...))
	},
	dialect.MaxScopes: func(s recording.Step) string {
		scope, _ := s.Request.Body.Object()["scope"].([]any)
		return sizeOf(len(scope), 250)
	},
}

const acknowledgment = "userAwareTokenNeverExpires"

func tokensOf(s recording.Step) (tokens []map[string]any) {
	elements, _ := s.Response.Body.Value.([]any)
	for _, element := range elements {
		if token, ok := element.(map[string]any); ok {
			tokens = append(tokens, token)
		}
	}
	return tokens
}

var sizePattern = regexp.MustCompile(`of[ -](\d+)[ -]characters`)

func sizeIn(text string) string {
	match := sizePattern.FindStringSubmatch(text)
	if match == nil {
		return dialect.None
	}
	n, _ := strconv.Atoi(match[1]) // they are digits
	return sizeOf(n, 4000)
}

// sizeOf returns the largest size that a tenant took as a bound, unless it is the largest that was
// tried.
func sizeOf(n, limit int) string {
	if n == 0 || n >= limit {
		return dialect.None
	}
	return strconv.Itoa(n)
}
