package control

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
)

// explainJSON explains an error of the JSON decoder with line and column.
func explainJSON(content []byte, err error) error {
	if syntaxErr, ok := errors.AsType[*json.SyntaxError](err); ok {
		return fmt.Errorf("%s: not JSON: %s", position(content, syntaxErr.Offset-1),
			syntaxErr.Error())
	}
	if typeErr, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		field := typeErr.Field
		if field == "" {
			field = "document"
		}
		return fmt.Errorf("%s: %s: expected %s, got %s", position(content, typeErr.Offset-1),
			field, typeText(typeErr.Type.Kind().String()), typeErr.Value)
	}
	if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
		if len(bytes.TrimSpace(content)) == 0 {
			return errors.New("expected a JSON object, got nothing")
		}
		return fmt.Errorf("%s: not JSON: unexpected end of file",
			position(content, int64(len(content))))
	}
	if name, ok := strings.CutPrefix(err.Error(), "json: unknown field "); ok {
		return fmt.Errorf("unknown field %s", name)
	}
	return err
}

func typeText(kind string) string {
	switch {
	case strings.HasPrefix(kind, "int"), strings.HasPrefix(kind, "uint"):
		return "an integer"
	case strings.HasPrefix(kind, "float"):
		return "a number"
	case kind == "bool":
		return "true or false"
	case kind == "slice", kind == "array":
		return "an array"
	case kind == "string":
		return "a string"
	}
	return "an object"
}

// position returns the line and column of an offset: line 2, column 5.
func position(content []byte, offset int64) string {
	before := content[:max(0, min(int(offset), len(content)))]
	line := bytes.Count(before, []byte("\n")) + 1
	column := len([]rune(string(before[bytes.LastIndexByte(before, '\n')+1:]))) + 1
	return fmt.Sprintf("line %d, column %d", line, column)
}
