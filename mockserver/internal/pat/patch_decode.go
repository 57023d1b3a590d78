package pat

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"example.com/patmock/spec/rule"
)

// lastChange returns where the patch last changed a field, and whether it did. Tests and copies do
// not change what they read.
func (p *patcher) lastChange(field string) (at string, changed bool) {
	at = p.at
	for i, op := range p.operations {
		touched := op.Op != "test" && pointsInto(field, op.Path) ||
			op.Op == "move" && pointsInto(field, op.From)
		if !touched {
			continue
		}
		at, changed = fmt.Sprintf("%s/%d", p.at, i), true
		if op.Value != nil {
			at += "/value"
		}
	}
	return at, changed
}

// pointsInto reports whether a JSON pointer leads to a field or into it.
func pointsInto(field, pointer string) bool {
	return pointer == "/"+field || strings.HasPrefix(pointer, "/"+field+"/")
}

func (p *patcher) decodeName(fields map[string]json.RawMessage, next *TokenData) error {
	at, changed := p.lastChange(fieldName)
	var name *string
	if err := decodeField(fields[fieldName], &name, at, "a string"); err != nil {
		return err
	}
	if name == nil {
		return &Error{
			Kind: Missing, Field: at, Want: "a name", Got: "nothing", Rule: rule.NameRequired,
		}
	}
	next.Name = *name
	if !changed {
		return nil
	}
	return p.choices.checkName(*name, at)
}

func (p *patcher) decodeScope(fields map[string]json.RawMessage, next *TokenData) error {
	at, changed := p.lastChange(fieldScope)
	var elements []*string
	if err := decodeField(fields[fieldScope], &elements, at,
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
				Kind: Illegal, Field: at, Want: "an array of strings, or null",
				Got: "null in the array", Rule: rule.InvalidProperty,
			}
		}
		next.Scope[i] = *element
	}
	if !changed {
		return nil
	}
	return p.choices.checkScope(next.Scope, at)
}

// decodeExpiration checks the date and the acknowledgment if the patch changes one of them. A patch
// of the name alone needs neither, although the published text reads as if it did
// (rule.PatchNever).
func (p *patcher) decodeExpiration(fields map[string]json.RawMessage, next *TokenData) error {
	dateAt, dateChanged := p.lastChange(fieldExpiration)
	awareAt, awareChanged := p.lastChange(fieldNeverAware)
	var date *string
	var aware *bool
	if err := decodeField(fields[fieldExpiration], &date, dateAt,
		"a date and time, or null"); err != nil {
		return err
	}
	if err := decodeField(fields[fieldNeverAware], &aware, awareAt, "true or false"); err != nil {
		return err
	}
	if p.choices.AcceptEmptyDates && date != nil && *date == "" {
		date = nil
	}
	next.UserAwareTokenNeverExpires = aware != nil && *aware
	acknowledged := awareChanged && next.UserAwareTokenNeverExpires
	switch {
	case dateChanged && date != nil:
		expires, err := p.policy.date(*date, dateAt, p.now)
		next.ExpirationDate = expires
		if p.choices.ClearAckOnDate && !awareChanged {
			next.UserAwareTokenNeverExpires = false
		}
		return err
	case dateChanged && !acknowledged:
		return neverExpiresAckMissing(dateAt, fieldNeverAware+" not set to true by the same patch")
	case dateChanged:
		next.ExpirationDate = time.Time{}
	case awareChanged && !next.UserAwareTokenNeverExpires && next.ExpirationDate.IsZero():
		return &Error{
			Kind: Invalid, Field: awareAt, Want: "true, as long as the token never expires",
			Got: "false or nothing",
			Advice: "replace /" + fieldExpiration +
				" with a moment in the future in the same patch",
			Rule: rule.NeverKeepsAcknowledgment,
		}
	}
	return nil
}

// decodeField decodes a field after a patch. A field that was removed is null.
func decodeField(raw json.RawMessage, into any, at, expected string) error {
	if raw == nil {
		return nil
	}
	if err := json.Unmarshal(raw, into); err != nil {
		return &Error{
			Kind: Illegal, Field: at, Want: expected, Got: shorten(string(raw)),
			Rule: rule.InvalidProperty,
		}
	}
	return nil
}
