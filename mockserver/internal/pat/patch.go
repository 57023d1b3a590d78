package pat

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sort"
	"strconv"
	"strings"
	"time"

	jsonpatch "github.com/evanphx/json-patch/v5"

	"example.com/patmock/spec/redact"
	"example.com/patmock/spec/rule"
)

// A PatchOperation is one operation of a JSON Patch (RFC 6902).
type PatchOperation struct {
	Op, Path, From string
	// Value is the undecoded value. Nil means absent, not null.
	Value json.RawMessage
}

// Update is a set of new token revisions that are ready to be stored.
type Update struct {
	// Tokens are the new revisions, sorted by id.
	Tokens []*Token

	service   *Service
	changes   []Change
	nameField string // JSON pointer to the new name in the request
}

// PreparePatch returns the update of one of the caller's own tokens. Tokens of other owners cannot
// be patched.
//
// observed: docs/behaviour.md#patch-of-anothers-is-403
func (s *Service) PreparePatch(
	ctx context.Context, call Call, id string, operations []PatchOperation,
) (*Update, error) {
	rights, err := s.authorize(ctx, call.Caller, UpdateMy)
	if err != nil {
		return nil, err
	}
	t, err := s.lookup(ctx, id, rights)
	if err != nil {
		return nil, err
	}
	if t.Owner.ID != call.Caller.ID {
		return nil, &Error{
			Kind: Forbidden, Field: "path parameter id",
			Want: "a token of the caller, " + call.Caller.Name, Got: "one of " + t.Owner.Name,
			Advice: "only its owner can change a token", Rule: rule.PatchOwnOnly,
		}
	}
	p := &patcher{
		policy: call.Policy, options: &s.config.Options, operations: operations, now: call.now(),
		scopeDelay: s.config.ScopeDelay,
	}
	if err := p.check(); err != nil {
		return nil, err
	}
	next, err := p.apply(t)
	if err != nil {
		return nil, err
	}
	nameField, _ := p.lastChange(fieldName)
	return &Update{
		Tokens: []*Token{next}, service: s, changes: []Change{{Old: t, New: next}},
		nameField: nameField,
	}, nil
}

// Commit stores all new revisions or none. ErrConflict means that a token was changed or deleted
// after the update was prepared; the caller must prepare it again.
func (u *Update) Commit(ctx context.Context) error {
	err := u.service.config.Store.Swap(ctx, u.changes...)
	if errors.Is(err, ErrNameTaken) {
		return nameTakenError(u.Tokens[0].Name, u.nameField)
	}
	return err
}

// A patcher applies a JSON Patch to tokens (rule.PatchAtomic).
type patcher struct {
	policy     Policy
	options    *Options
	prefix     string // JSON pointer to the operations
	operations []PatchOperation
	now        time.Time
	scopeDelay time.Duration
}

// check rejects operations that are invalid for every token. It sets an absent value of a
// replacement of expirationDate to null, because two SDKs cannot send null.
func (p *patcher) check() error {
	if len(p.operations) > maxOperations {
		return &Error{
			Kind: Invalid, Field: p.prefix,
			Want: fmt.Sprintf("at most %d operations", maxOperations),
			Got:  strconv.Itoa(len(p.operations)), Rule: rule.PatchSize,
		}
	}
	if len(p.operations) == 0 && p.options.RejectEmptyPatch {
		return &Error{
			Kind: Invalid, Field: p.prefix, Want: "at least one operation", Got: "none",
			Rule: rule.EmptyPatch,
		}
	}
	p.operations = slices.Clone(p.operations)
	for i := range p.operations {
		op, field := &p.operations[i], fmt.Sprintf("%s/%d", p.prefix, i)
		if err := p.checkPointer(field+"/path", op.Op, op.Path); err != nil {
			return err
		}
		if op.From == "" && (op.Op == "move" || op.Op == "copy") {
			return &Error{
				Kind: Missing, Field: field + "/from",
				Want: "a JSON pointer, required by " + op.Op, Got: "nothing",
				Rule: rule.PatchPointer,
			}
		}
		if op.Op == "move" || op.Op == "copy" {
			if err := p.checkPointer(field+"/from", op.Op, op.From); err != nil {
				return err
			}
		}
		if op.Value != nil || !slices.Contains([]string{"add", "replace", "test"}, op.Op) {
			continue
		}
		if op.Path != "/"+fieldExpiration || op.Op != "replace" {
			return &Error{
				Kind: Missing, Field: field + "/value", Want: "a value, required by " + op.Op,
				Got: "nothing", Rule: rule.PatchValueRequired,
			}
		}
		op.Value = json.RawMessage("null")
	}
	return nil
}

// checkPointer accepts the patchable fields and the elements of scope. The patch library would also
// accept an empty pointer and negative indices.
func (p *patcher) checkPointer(field, op, pointer string) error {
	steps := strings.Split(pointer, "/")
	names := "/" + strings.Join(p.policy.Patchable, ", /")
	if len(steps) < 2 || steps[0] != "" {
		return &Error{
			Kind: Invalid, Field: field, Want: "a JSON pointer to one of " + names,
			Got: quote(pointer), Rule: rule.PatchPointer,
		}
	}
	name := steps[1] // no field name needs escaping
	if !slices.Contains(p.policy.Patchable, name) {
		if op == "test" && p.options.EvaluateTests && slices.Contains(readOnlyFields, name) {
			return nil
		}
		advice := ""
		if slices.Contains(currentPolicy.Patchable, name) {
			advice = "versions from v2025 on can change " + name
		}
		ruleID, entry := rule.PatchFields, "unpatchable-path"
		if op == "test" {
			ruleID, entry = rule.TestOfFixedField, ""
		}
		return &Error{
			Kind: Invalid, Field: field, Want: "a field that can be patched, one of " + names,
			Got:    quote(pointer),
			Advice: advice, Rule: ruleID, Entry: entry,
		}
	}
	if len(steps) > 2 && (name != fieldScope || len(steps) > 3 || !isIndex(steps[2])) {
		return &Error{
			Kind: Invalid, Field: field,
			Want: "an entire field, or an element of /scope such as /scope/0 or /scope/-",
			Got:  quote(pointer), Rule: rule.PatchPointer,
		}
	}
	return nil
}

// isIndex reports whether a step is an array index (RFC 6901) or "-", the position after the last
// element.
func isIndex(step string) bool {
	digits := strings.Trim(step, "0123456789") == ""
	return step == "-" || step == "0" || step != "" && digits && step[0] != '0'
}

// apply returns the patched revision of a token.
func (p *patcher) apply(t *Token) (*Token, error) {
	object := map[string]any{
		fieldName: t.Name, fieldScope: t.Scope, fieldExpiration: nullableDate(t.ExpirationDate),
		fieldNeverExpiresAck: t.UserAwareTokenNeverExpires,
	}
	if p.options.EvaluateTests {
		addReadOnlyFields(object, t)
	}
	document, _ := json.Marshal(object) // values of these types always encode
	document, err := p.edit(document)
	if err != nil {
		return nil, err
	}
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(document, &fields); err != nil {
		return nil, &Error{
			Kind: Invalid, Field: p.prefix, Want: "a patch that results in an object",
			Got: redact.String(err.Error()), Rule: rule.PatchApplies,
		}
	}
	next := NewToken(t.TokenData)
	err = cmp.Or(p.decodeName(fields, &next.TokenData), p.decodeScope(fields, &next.TokenData),
		p.decodeExpiration(fields, &next.TokenData))
	if err != nil {
		return nil, err
	}
	if !slices.Equal(t.Scope, next.Scope) {
		next.FormerScope, next.ScopeChanged = t.effectiveScope(p.now, p.scopeDelay), p.now
	}
	return next, nil
}

// readOnlyFields cannot be patched, at least in the legacy versions.
var readOnlyFields = []string{
	"id", "owner", "created", "lastUsed", "managed", "accessTokenValiditySeconds", fieldExpiration,
}

// addReadOnlyFields adds the read-only fields of a token, so that test operations can compare them.
func addReadOnlyFields(object map[string]any, t *Token) {
	object["id"], object["created"], object["lastUsed"] = t.ID, FormatDate(t.Created),
		nullableDate(t.LastUsed)
	object["owner"] = map[string]string{"type": "IDENTITY", "id": t.Owner.ID, "name": t.Owner.Name}
	object["managed"], object["accessTokenValiditySeconds"] = t.Managed,
		t.AccessTokenValiditySeconds
}

func nullableDate(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return FormatDate(t)
}

// edit applies the operations to the JSON of a token. The library does not report which operation
// fails. It is the last operation of the shortest failing prefix.
func (p *patcher) edit(document []byte) ([]byte, error) {
	patch := make(jsonpatch.Patch, len(p.operations))
	for i, op := range p.operations {
		patch[i] = op.encode()
	}
	options := &jsonpatch.ApplyOptions{AccumulatedCopySizeLimit: maxCopied}
	result, err := patch.ApplyWithOptions(document, options)
	if err == nil {
		return result, nil
	}
	index := sort.Search(len(patch)-1, func(i int) bool {
		_, err := patch[:i+1].ApplyWithOptions(document, options)
		return err != nil
	})
	return nil, p.applyError(index, err)
}

// maxOperations is the maximum number of operations in a patch. The time to apply them is
// quadratic.
const maxOperations = 100

// maxCopied is the maximum number of bytes that the copy operations of a patch may add. Each copy
// can double the size of the token.
const maxCopied = 1 << 20

func (op PatchOperation) encode() jsonpatch.Operation {
	operation := jsonpatch.Operation{}
	for key, text := range map[string]string{"op": op.Op, "path": op.Path, "from": op.From} {
		value, _ := json.Marshal(text) // a string always encodes
		raw := json.RawMessage(value)
		operation[key] = &raw
	}
	if op.Value != nil {
		operation["value"] = &op.Value
	}
	return operation
}

func (p *patcher) applyError(i int, err error) error {
	op := p.operations[i]
	operation, reason := op.Op+" of "+quote(op.Path), "which does not exist"
	if op.Op == "move" || op.Op == "copy" {
		operation, reason = op.Op+" from "+quote(op.From)+" to "+quote(op.Path),
			"which does not exist or cannot be moved there"
	}
	e := &Error{
		Kind:  Invalid,
		Field: fmt.Sprintf("%s/%d", p.prefix, i), Want: "an operation that applies to the token",
		Got: operation + ", " + reason, Rule: rule.PatchApplies,
	}
	var sizeErr *jsonpatch.AccumulatedCopySizeError
	switch {
	case errors.As(err, &sizeErr):
		e.Want = fmt.Sprintf("a patch that copies at most %d bytes", maxCopied)
		e.Got, e.Rule = operation, rule.PatchSize
	case errors.Is(err, jsonpatch.ErrTestFailed):
		e.Want, e.Rule = "the token to pass the test", rule.PatchTest
		e.Got = fmt.Sprintf("a value at %s other than %s", shorten(op.Path),
			shorten(string(op.Value)))
	case errors.Is(err, jsonpatch.ErrInvalidIndex):
		e.Want, e.Got = "an index within the array", operation
	}
	return e
}
