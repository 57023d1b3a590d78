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

// readBody decodes and validates the body.
func (req *request) readBody() error {
	text, err := req.info.RequestBody, req.info.BodyErr
	if err != nil {
		return bodyError(err)
	}
	contentType := req.httpRequest.Header.Get("Content-Type")
	// without a body, the documents declare 400 but not 415
	noBody := len(text) == 0 && contentType == ""
	if !noBody && !req.operation.AcceptsContentType(contentType) {
		err := req.contentTypeError(contentType)
		if req.dialect[err.DialectEntry].Status != http.StatusOK {
			return err
		}
		contentType = req.operation.MediaTypes[0] // the tenant treats the body as this type
	}
	if len(text) == 0 {
		return syntaxError(rule.JSONSyntax, "body: expected JSON, got nothing")
	}
	value, err := decodeJSON(text)
	if err != nil {
		return err
	}
	req.noteOddities(body.FindOddities(text, value))
	text = req.dropEmptyDate(text, value)
	violations := req.operation.ValidateRequestBytes(req.httpRequest.Context(), contentType, text,
		value)
	if err := req.httpRequest.Context().Err(); err != nil {
		return err
	}
	if len(violations) > 0 {
		return req.schemaError(violations)
	}
	req.noteUnknownProperties(req.operation.UnknownProperties(contentType, value))
	req.body = value
	req.noteOddScopes()
	return nil
}

// decodeJSON decodes a body.
func decodeJSON(text []byte) (value any, err error) {
	err = json.Unmarshal(text, &value)
	switch charset := body.Charset(text); {
	case err != nil && body.IsTruncated(text, isTruncated(text)):
		return nil, syntaxError(rule.IncompleteBody,
			"body: expected JSON, got truncated JSON; Content-Length counts bytes, not "+
				"characters")
	case charset != "":
		return nil, syntaxError(rule.JSONSyntax, "body: expected JSON in UTF-8, got "+charset)
	case err != nil:
		return nil, syntaxError(rule.JSONSyntax, "body: "+describeSyntaxError(text, err))
	}
	return value, nil
}

// noteOddities adds findings for data that a decoder accepts but loses.
func (req *request) noteOddities(odd body.Oddities) {
	req.info.AddFindingsAt(control.DuplicateKey, odd.DuplicateKeys.Pointers,
		odd.DuplicateKeys.Total,
		" occurs more than once in its object: this server uses the last value, another server "+
			"may use the first")
	req.info.AddFindingsAt(control.LoneSurrogate, odd.LoneSurrogates.Pointers,
		odd.LoneSurrogates.Total,
		": the string has half of a character (U+D800 to U+DFFF), which became U+FFFD")
}

// noteUnknownProperties adds findings for properties that the operation does not have.
func (req *request) noteUnknownProperties(pointers []string) {
	pointers = slices.DeleteFunc(pointers, func(pointer string) bool {
		// move and copy have it (RFC 6902), but the documents omit it
		return strings.HasSuffix(pointer, "/from")
	})
	req.info.AddFindings(control.UnknownProperty, len(pointers),
		func(i int) (detail, remedy string) {
			pointer := pointers[i]
			name := pointer[strings.LastIndex(pointer, "/")+1:]
			detail = response.Truncate(pointer) + " is not a property of " + req.operation.ID +
				" and was ignored"
			switch suggestion := nearestName(name, propertyNames); {
			case suggestion == name:
				return detail, "remove the property: it belongs to another operation or version"
			case suggestion != "":
				return detail + ": did you mean " + suggestion + "?",
					"send " + suggestion + " instead"
			case slices.Contains(serverProperties, name):
				return detail, "remove the property: the server sets it"
			}
			return detail, ""
		})
}

// isTruncated reports whether a text is the beginning of valid JSON.
func isTruncated(text []byte) bool {
	return errors.Is(json.NewDecoder(bytes.NewReader(text)).Decode(new(any)), io.ErrUnexpectedEOF)
}

// dropEmptyDate removes an empty expirationDate from the body if the tenant treats it as absent. It
// returns the JSON of the remaining body.
func (req *request) dropEmptyDate(text []byte, value any) []byte {
	object, _ := value.(map[string]any)
	if object["expirationDate"] != "" || req.dialect[dialect.EmptyDate].Status != http.StatusOK {
		return text
	}
	delete(object, "expirationDate")
	text, _ = json.Marshal(object) // a decoded value always encodes
	return text
}

// describeSyntaxError describes the position of a syntax error, or a number that is too large.
func describeSyntaxError(body []byte, err error) string {
	var typeErr *json.UnmarshalTypeError
	if errors.As(err, &typeErr) {
		return "expected numbers of 64 bits, got " + redact.Truncate(typeErr.Value, 80)
	}
	var syntaxErr *json.SyntaxError
	if !errors.As(err, &syntaxErr) {
		return "expected JSON: " + err.Error()
	}
	before := string(body[:min(int(syntaxErr.Offset), len(body))])
	line := 1 + strings.Count(before, "\n")
	column := len(before) - (strings.LastIndex(before, "\n") + 1)
	return "expected JSON, got a syntax error at line " + strconv.Itoa(line) + ", column " +
		strconv.Itoa(column) + ": " + err.Error()
}
