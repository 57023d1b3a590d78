package pat

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"example.com/patmock/spec/rule"
)

// lastChange returns the pointer to the last operation that changes a field, and whether there is
// one. Test and copy operations do not change the fields that they read.
func (p *patcher) lastChange(name string) (field string, changed bool) {
	field = p.prefix
	for i, op := range p.operations {
		changesName := op.Op != "test" && pointsInto(name, op.Path) ||
			op.Op == "move" && pointsInto(name, op.From)
		if !changesName {
			continue
		}
		field, changed = fmt.Sprintf("%s/%d", p.prefix, i), true
		if op.Value != nil {
			field += "/value"
		}
	}
	return field, changed
}

// pointsInto reports whether a JSON pointer refers to a field or to a part of it.
func pointsInto(name, pointer string) bool {
	return pointer == "/"+name || strings.HasPrefix(pointer, "/"+name+"/")
}

func (p *patcher) decodeName(fields map[string]json.RawMessage, next *TokenData) error {
	field, changed := p.lastChange(fieldName)
	var name *string
	if err := decodeField(fields[fieldName], &name, field, "a string"); err != nil {
		return err
	}
	if name == nil {
		return &Error{
			Kind: Missing, Field: field, Want: "a name", Got: "nothing", Rule: rule.NameRequired,
		}
	}
	next.Name = *name
	if !changed {
		return nil
	}
	return p.options.checkName(*name, field)
}

func (p *patcher) decodeScope(fields map[string]json.RawMessage, next *TokenData) error {
	field, changed := p.lastChange(fieldScope)
	var elements []*string
	if err := decodeField(fields[fieldScope], &elements, field,
		"an array of strings, or null"); err != nil {
		return err
	}
	if elements == nil {
		next.Scope = []string{ScopeAll}
		return nil
	}
	next.Scope = make([]string, len(elements))
	for i, element := range elements {
		if element == nil {
			return &Error{
				Kind: Illegal, Field: field, Want: "an array of strings, or null",
				Got: "null in the array", Rule: rule.InvalidProperty,
			}
		}
		next.Scope[i] = *element
	}
	if !changed {
		return nil
	}
	return p.options.checkScope(next.Scope, field)
}

// decodeExpiration checks the date and the acknowledgment if the patch changes one of them. A patch
// of the name alone requires neither, although the published text suggests it (rule.PatchNever).
func (p *patcher) decodeExpiration(fields map[string]json.RawMessage, next *TokenData) error {
	dateField, dateChanged := p.lastChange(fieldExpiration)
	ackField, ackChanged := p.lastChange(fieldNeverExpiresAck)
	var date *string
	var ack *bool
	if err := decodeField(fields[fieldExpiration], &date, dateField,
		"a date and time, or null"); err != nil {
		return err
	}
	if err := decodeField(fields[fieldNeverExpiresAck], &ack, ackField,
		"true or false"); err != nil {
		return err
	}
	if p.options.AcceptEmptyDates && date != nil && *date == "" {
		date = nil
	}
	next.UserAwareTokenNeverExpires = ack != nil && *ack
	acknowledges := ackChanged && next.UserAwareTokenNeverExpires
	switch {
	case dateChanged && date != nil:
		expiration, err := p.policy.parseExpiration(*date, dateField, p.now)
		next.ExpirationDate = expiration
		if p.options.ClearAckOnDate && !ackChanged {
			next.UserAwareTokenNeverExpires = false
		}
		return err
	case dateChanged && !acknowledges:
		return neverExpiresAckError(dateField,
			fieldNeverExpiresAck+" not set to true by the same patch")
	case dateChanged:
		next.ExpirationDate = time.Time{}
	case ackChanged && !next.UserAwareTokenNeverExpires && next.ExpirationDate.IsZero():
		return &Error{
			Kind: Invalid, Field: ackField, Want: "true, as long as the token never expires",
			Got: "false or nothing",
			Advice: "replace /" + fieldExpiration +
				" with a time in the future in the same patch",
			Rule: rule.NeverKeepsAcknowledgment,
		}
	}
	return nil
}

// decodeField decodes a field of a patched token into v. A removed field counts as null.
func decodeField(raw json.RawMessage, v any, field, want string) error {
	if raw == nil {
		return nil
	}
	if err := json.Unmarshal(raw, v); err != nil {
		return &Error{
			Kind: Illegal, Field: field, Want: want, Got: shorten(string(raw)),
			Rule: rule.InvalidProperty,
		}
	}
	return nil
}
