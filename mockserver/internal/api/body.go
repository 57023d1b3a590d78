package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"example.com/patmock/mockserver/control"
	"example.com/patmock/mockserver/dialect"
	"example.com/patmock/mockserver/internal/body"
	"example.com/patmock/mockserver/internal/response"
	"example.com/patmock/spec/redact"
	"example.com/patmock/spec/rule"
)

// readBody decodes the body and validates it.
func (x *exchange) readBody() error {
	text, err := x.info.RequestBody, x.info.BodyErr
	if err != nil {
		return bodyError(err)
	}
	contentType := x.request.Header.Get("Content-Type")
	// which is of no type: 400 is declared, 415 is not
	nothing := len(text) == 0 && contentType == ""
	if !nothing && !x.operation.AcceptsContentType(contentType) {
		err := x.contentTypeError(contentType)
		if x.dialect[err.DialectEntry].Status != http.StatusOK {
			return err
		}
		contentType = x.operation.MediaTypes[0] // the tenant takes it for that
	}
	if len(text) == 0 {
		return syntaxError(rule.JSONSyntax, "body: expected JSON, got nothing")
	}
	var value any
	err = json.Unmarshal(text, &value)
	switch charset := body.Charset(text); {
	case err != nil && body.IsTruncated(text, endsInside(text)):
		return syntaxError(rule.IncompleteBody,
			"body: expected JSON, got the beginning of one; Content-Length counts bytes, not "+
				"characters")
	case charset != "":
		return syntaxError(rule.JSONSyntax, "body: expected JSON in UTF-8, got "+charset)
	case err != nil:
		return syntaxError(rule.JSONSyntax, "body: "+syntaxProblem(text, err))
	}
	x.findOddities(body.FindOddities(text, value))
	text = x.withoutEmptyDate(text, value)
	found := x.operation.ValidateRequestBytes(x.request.Context(), contentType, text, value)
	if err := x.request.Context().Err(); err != nil {
		return err
	}
	if len(found) > 0 {
		return x.schemaError(found)
	}
	x.findUnknown(x.operation.UnknownProperties(contentType, value))
	x.body = value
	x.findScopes()
	return nil
}

// findOddities notes what a decoder accepts in a body although it loses what was sent there.
func (x *exchange) findOddities(odd body.Oddities) {
	x.info.AddFindingsAt(control.DuplicateKey, odd.DuplicateKeys.Pointers, odd.DuplicateKeys.Total,
		" is in its object more than once: the last one counts here, and another server may use "+
			"the first")
	x.info.AddFindingsAt(control.LoneSurrogate, odd.LoneSurrogates.Pointers,
		odd.LoneSurrogates.Total,
		": the string has half of a character (U+D800 to U+DFFF), which became U+FFFD")
}

// findUnknown notes properties that the operation does not have.
func (x *exchange) findUnknown(pointers []string) {
	pointers = slices.DeleteFunc(pointers, func(pointer string) bool {
		// of move and copy (RFC 6902), which the documents forget
		return strings.HasSuffix(pointer, "/from")
	})
	x.info.AddFindings(control.UnknownProperty, len(pointers), func(i int) (detail, remedy string) {
		pointer := pointers[i]
		name := pointer[strings.LastIndex(pointer, "/")+1:]
		detail = response.Truncate(pointer) + " is no property of " + x.operation.ID +
			", and was ignored"
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

// withoutEmptyDate removes an expirationDate that is an empty string from a request, if the tenant
// counts it as absent. It returns the text of what is left.
func (x *exchange) withoutEmptyDate(text []byte, value any) []byte {
	object, _ := value.(map[string]any)
	if object["expirationDate"] != "" || x.dialect[dialect.EmptyDate].Status != http.StatusOK {
		return text
	}
	delete(object, "expirationDate")
	text, _ = json.Marshal(object) // it was just read
	return text
}

// syntaxProblem says where JSON ends to be JSON, or holds a number that is too large.
func syntaxProblem(body []byte, err error) string {
	var number *json.UnmarshalTypeError
	if errors.As(err, &number) {
		return "expected numbers of 64 bits, got " + redact.Truncate(number.Value, 80)
	}
	var syntax *json.SyntaxError
	if !errors.As(err, &syntax) {
		return "expected JSON: " + err.Error()
	}
	before := string(body[:min(int(syntax.Offset), len(body))])
	line := 1 + strings.Count(before, "\n")
	column := len(before) - (strings.LastIndex(before, "\n") + 1)
	return "expected JSON, got a text that is none from line " + strconv.Itoa(line) + ", column " +
		strconv.Itoa(column) + " on: " + err.Error()
}
