package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gorilla/mux"

	"example.com/patmock/mockserver/control"
	"example.com/patmock/mockserver/dialect"
	"example.com/patmock/mockserver/internal/body"
	"example.com/patmock/mockserver/internal/pat"
	"example.com/patmock/mockserver/internal/response"
	"example.com/patmock/spec"
	"example.com/patmock/spec/redact"
	"example.com/patmock/spec/rule"
)

// An exchange is one request on its way through an operation.
type exchange struct {
	operation *spec.Operation
	policy    pat.Policy
	dialect   dialect.Dialect
	request   *http.Request
	trace     *response.RequestInfo
	now       time.Time

	caller pat.Caller // from here on filled in step by step
	id     string     // of the path, empty where it has none
	query  url.Values
	body   any
}

// read holds the request's shape against the document of the operation.
func (x *exchange) read() error {
	id, err := url.PathUnescape(mux.Vars(x.request)["id"])
	if err != nil {
		return &malformed{rule.URLSyntax, "path: expected an id with its escapes, got " + redact.Quote(mux.Vars(x.request)["id"])}
	}
	x.id = id
	if x.query, err = url.ParseQuery(x.request.URL.RawQuery); err != nil {
		return &malformed{rule.URLSyntax, "query: expected parameters with their escapes, got " + redact.String(err.Error()) + "; write % as %25 and ; as %3B"}
	}
	x.checkNames()
	if found := x.operation.CheckQuery(x.query); len(found) > 0 {
		return x.misshapen(found)
	}
	if len(x.operation.MediaTypes) == 0 {
		return nil
	}
	return x.readBody()
}

func (x *exchange) readBody() error {
	text, err := whole(x.request.Body)
	if err != nil {
		return unread(err)
	}
	contentType := x.request.Header.Get("Content-Type")
	nothing := len(text) == 0 && contentType == "" // which is of no type: 400 is declared, 415 is not
	if !nothing && !x.operation.Takes(contentType) {
		question := contentTypeQuestions[x.operation.Name]
		err := &unsupportedMediaType{question: question, got: contentType, want: strings.Join(x.operation.MediaTypes, " or ")}
		x.trace.AddFinding(control.WrongContentType, err.Error(), "send Content-Type: "+err.want)
		if x.dialect[question].Status != http.StatusOK {
			return err
		}
		contentType = x.operation.MediaTypes[0] // the tenant takes it for that
	}
	if len(text) == 0 {
		return &malformed{rule.JSONSyntax, "body: expected JSON, got nothing"}
	}
	var value any
	err = json.Unmarshal(text, &value)
	switch charset := body.Charset(text); {
	case err != nil && body.Cut(text, endsInside(text)):
		return &malformed{rule.IncompleteBody, "body: expected JSON, got the beginning of one; Content-Length counts bytes, not characters"}
	case charset != "":
		return &malformed{rule.JSONSyntax, "body: expected JSON in UTF-8, got " + charset}
	case err != nil:
		return &malformed{rule.JSONSyntax, "body: " + syntaxProblem(text, err)}
	}
	x.findOddities(body.FindOddities(text, value))
	text = x.withoutEmptyDate(text, value)
	found := x.operation.CheckRequestText(x.request.Context(), contentType, text, value)
	if err := x.request.Context().Err(); err != nil {
		return err
	}
	if len(found) > 0 {
		return x.misshapen(found)
	}
	x.findUnknown(x.operation.UnknownProperties(contentType, value))
	x.body = value
	x.findScopes()
	return nil
}

// findOddities notes what a decoder accepts in a body although it loses what was sent there.
func (x *exchange) findOddities(odd body.Oddities) {
	x.trace.AddFindingsAt(control.DuplicateKey, odd.DuplicateKeys.Pointers, odd.DuplicateKeys.Total, " is in its object more than once: the last one counts here, and another server may use the first")
	x.trace.AddFindingsAt(control.LoneSurrogate, odd.LoneSurrogates.Pointers, odd.LoneSurrogates.Total, ": the string has half of a character (U+D800 to U+DFFF), which became U+FFFD")
}

// findUnknown notes properties that the operation does not have.
func (x *exchange) findUnknown(pointers []string) {
	pointers = slices.DeleteFunc(pointers, func(pointer string) bool {
		return strings.HasSuffix(pointer, "/from") // of move and copy (RFC 6902), which the documents forget
	})
	x.trace.AddFindings(control.UnknownProperty, len(pointers), func(i int) (detail, remedy string) {
		pointer := pointers[i]
		name := pointer[strings.LastIndex(pointer, "/")+1:]
		detail = response.Truncate(pointer) + " is no property of " + x.operation.ID + ", and was ignored"
		switch meant := nearestName(name, propertyNames); {
		case meant == name:
			return detail, "remove the property: it belongs to another operation or version"
		case meant != "":
			return detail + ": did you mean " + meant + "?", "send " + meant + " instead"
		case slices.Contains(serverProperties, name):
			return detail, "remove the property: the server sets it"
		}
		return detail, ""
	})
}

// endsInside reports whether a text ends where JSON goes on.
func endsInside(text []byte) bool {
	return errors.Is(json.NewDecoder(bytes.NewReader(text)).Decode(new(any)), io.ErrUnexpectedEOF)
}

// unread is the refusal of a body that did not come to its end.
func unread(err error) error {
	if size := (*http.MaxBytesError)(nil); errors.As(err, &size) {
		return err
	}
	if coding := (*body.CodingError)(nil); errors.As(err, &coding) {
		return &malformed{rule.ContentEncoding, err.Error()}
	}
	return &malformed{rule.IncompleteBody, "body: expected all of it, got an end in between: " + redact.String(err.Error())}
}

// whole reads a body, which the mock may have done already.
func whole(stream io.Reader) ([]byte, error) {
	if held, ok := stream.(interface{ Whole() ([]byte, error) }); ok {
		return held.Whole()
	}
	return io.ReadAll(stream)
}

// misshapen is the refusal of what the document forbids, which is a finding, too.
func (x *exchange) misshapen(violations []spec.Violation) error {
	for _, v := range violations {
		kind := control.InvalidProperty
		if v.Rule == "required" {
			kind = control.MissingProperty
		}
		x.trace.AddFinding(kind, v.String(), "")
	}
	return &misshapen{violations}
}

// syntaxProblem says where JSON ends to be JSON, or holds a number that is too large.
func syntaxProblem(body []byte, err error) string {
	var number *json.UnmarshalTypeError
	if errors.As(err, &number) {
		return "expected numbers of 64 bits, got " + redact.Cut(number.Value, 80)
	}
	var syntax *json.SyntaxError
	if !errors.As(err, &syntax) {
		return "expected JSON: " + err.Error()
	}
	before := string(body[:min(int(syntax.Offset), len(body))])
	line := 1 + strings.Count(before, "\n")
	column := len(before) - (strings.LastIndex(before, "\n") + 1)
	return "expected JSON, got a text that is none from line " + strconv.Itoa(line) + ", column " + strconv.Itoa(column) + " on: " + err.Error()
}

// property returns a property of an object whose shape is known to be right. Nil stands for
// null as well as for absent. Names are matched to the letter, as the document's are.
func property[T any](object any, name string) *T {
	if value, ok := object.(map[string]any)[name].(T); ok {
		return &value
	}
	return nil
}

// texts returns an array of strings; nil stands for null as well as for absent.
func texts(object any, name string) []string {
	array := property[[]any](object, name)
	if array == nil {
		return nil
	}
	strings := make([]string, len(*array))
	for i, element := range *array {
		strings[i], _ = element.(string)
	}
	return strings
}
