package recording

import (
	"encoding/json"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/url"
	"strings"
)

// body is a decoded body.
type body struct {
	format string // empty for no body
	value  any
}

// bodyOf decodes a body by its content type, else as JSON, else as text.
func bodyOf(contentType, text string) body {
	if text == "" {
		return body{}
	}
	media, parameters, err := mime.ParseMediaType(contentType)
	switch {
	case err == nil && media == "application/x-www-form-urlencoded":
		if values, err := url.ParseQuery(text); err == nil {
			return body{Form, values}
		}
	case err == nil && media == "multipart/form-data":
		if values, err := parts(text, parameters["boundary"]); err == nil {
			return body{Multipart, values}
		}
	}
	if value, err := decode(text); err == nil {
		return body{JSON, value}
	}
	return body{Text, text}
}

// decode decodes one JSON value. Numbers keep their text.
func decode(text string) (value any, err error) {
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	if err := d.Decode(&value); err != nil {
		return nil, err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, io.ErrUnexpectedEOF
	}
	return value, nil
}

func parts(text, boundary string) (url.Values, error) {
	values, reader := url.Values{}, multipart.NewReader(strings.NewReader(text), boundary)
	for {
		part, err := reader.NextPart()
		if errors.Is(err, io.EOF) {
			return values, nil
		}
		if err != nil {
			return nil, err
		}
		value, err := io.ReadAll(part)
		if err != nil {
			return nil, err
		}
		values.Add(part.FormName(), string(value))
	}
}

// json returns the value of a JSON body, else nil.
func (b body) json() any {
	if b.format != JSON {
		return nil
	}
	return b.value
}

// parameters returns the parameters of a form.
func (b body) parameters() (url.Values, bool) {
	values, ok := b.value.(url.Values)
	return values, ok
}
