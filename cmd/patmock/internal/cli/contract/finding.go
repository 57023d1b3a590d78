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

// responseTo reads the response to an open question from an exchange. problem is the reason if a
// dialect cannot express it.
func responseTo(e dialect.Entry, step recording.Step) (response dialect.Response, problem string) {
	r := step.Response
	if len(e.Values) > 0 && !report.FromGateway(r.Status, "") {
		return readValue(e, step)
	}
	if r.Status < 300 {
		response.Status = http.StatusOK // the operation may declare another success status
	} else {
		response = readError(e, step)
	}
	switch {
	case r.Status == http.StatusTooManyRequests || report.FromGateway(r.Status, ""):
		return response, fmt.Sprintf("%d, not a response of the API", r.Status)
	case !e.AllowsStatus(response.Status):
		return response, fmt.Sprint(r.Status)
	}
	if err := (dialect.Dialect{e.ID: response}).Validate(); err != nil {
		return response, fmt.Sprintf("%d with %s", r.Status, err)
	}
	return response, ""
}

// readError reads the error of a response in the form of its endpoint.
func readError(e dialect.Entry, step recording.Step) dialect.Response {
	response, body := dialect.Response{Status: step.Response.Status}, step.Response.Body
	// A text that does not fit other requests is left to the mock.
	if e.AtTokenEndpoint() {
		response.Error = body.Text("error")
		response.Description, _ = step.GeneralText(body.Text("error_description"))
		return response
	}
	response.DetailCode = body.Text("detailCode")
	response.Text, _ = step.GeneralText(cmp.Or(errorText(body), body.Text("error")))
	return response
}

// errorText returns the text of SailPoint's error, in the default locale if there is one.
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

// readValue reads a response that is not identified by its status alone.
func readValue(e dialect.Entry, step recording.Step) (response dialect.Response, problem string) {
	r := step.Response
	if slices.Contains(e.Values, dialect.Same) && r.Status >= 400 && r.Status < 500 &&
		r.Status != http.StatusTooManyRequests {
		return dialect.Response{Value: dialect.Same}, ""
	}
	if r.Status != http.StatusOK || r.Body == nil {
		return response, fmt.Sprintf("%d, which gives no value", r.Status)
	}
	if read := valueReaders[e.ID]; read != nil {
		response.Value = read(step)
		return response, ""
	}
	token := r.Body.Object()
	response.Value, response.Flag = dialect.FarDate, dialect.Absent
	if date, present := token["expirationDate"]; !present {
		response.Value = dialect.Absent
	} else if date == nil {
		response.Value = dialect.Null
	}
	if _, present := token["userAwareTokenNeverExpires"]; present {
		response.Flag = dialect.Present
	}
	return response, ""
}

// valueReaders read the value of a successful response, by the ID of the entry.
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

// sizeOf returns the largest accepted size as a limit. It returns no limit if the largest size
// tried was accepted.
func sizeOf(n, limit int) string {
	if n == 0 || n >= limit {
		return dialect.None
	}
	return strconv.Itoa(n)
}
