package schema

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"
)

// jsonForm matches the beginning of a JSON object or array. YAML files rarely begin so.
var jsonForm = regexp.MustCompile(`^\s*(\{\s*["}]|\[\s*[{\["\]0-9])`)

// DescribeJSONError returns the position and the message of the first error in a JSON file. It
// reports false for valid JSON, and for a file with neither the name nor the beginning of JSON.
func DescribeJSONError(source string, data []byte) (line, column int, message string, found bool) {
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	if !strings.HasSuffix(strings.ToLower(source), ".json") && !jsonForm.Match(data) {
		return 0, 0, "", false
	}
	var value json.RawMessage
	var syntax *json.SyntaxError
	if err := json.Unmarshal(data, &value); !errors.As(err, &syntax) {
		return 0, 0, "", false
	}
	offset := max(0, min(len(data), int(syntax.Offset)-1))
	if unexpectedEnd := "unexpected end of JSON input"; syntax.Error() == unexpectedEnd {
		offset, message = len(bytes.TrimRight(data, " \t\r\n")), "unexpected end of file"
	} else {
		message = syntax.Error()
	}
	before := data[:offset]
	line = bytes.Count(before, []byte("\n")) + 1
	column = utf8.RuneCount(before[bytes.LastIndexByte(before, '\n')+1:]) + 1
	return line, column, fmt.Sprintf("not JSON: %s", message), true
}
