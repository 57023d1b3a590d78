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
	// Value as it came. Nil means that there was none, which is not the same as null.
	Value json.RawMessage
}

// Update is new revisions of tokens that are ready to be stored.
type Update struct {
	// Tokens are the new revisions, sorted by id.
	Tokens []*Token

	service *Service
	changes []Change
	nameAt  string // where the request has the new name
}

// PreparePatch returns the update of one of the caller's own tokens. Others cannot be changed. //
// observed
func (s *Service) PreparePatch(ctx context.Context, call Call, id string,
	operations []PatchOperation,
) (*Update, error) {
	held, err := s.authorize(ctx, call.Caller, UpdateMy)
	if err != nil {
		return nil, err
	}
	t, err := s.lookup(ctx, id, held)
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
		policy: call.Policy, choices: &s.config.Options, operations: operations, now: call.now(),
		scopeDelay: s.config.ScopeDelay,
	}
	if err := p.check(); err != nil {
		return nil, err
	}
	next, err := p.apply(t)
	if err != nil {
		return nil, err
	}
	nameAt, _ := p.lastChange(fieldName)
	return &Update{
		Tokens: []*Token{next}, service: s, changes: []Change{{Old: t, New: next}}, nameAt: nameAt,
	}, nil
}

// Commit stores the new revisions, all or none. ErrConflict means that a token was changed or
// deleted meanwhile, and that the update has to be prepared again.
func (u *Update) Commit(ctx context.Context) error {
	err := u.service.config.Store.Swap(ctx, u.changes...)
	if errors.Is(err, ErrNameTaken) {
		return nameTaken(u.Tokens[0].Name, u.nameAt)
	}
	return err
}

// patcher applies a JSON Patch to tokens (rule.PatchAtomic).
type patcher struct {
	policy     Policy
	choices    *Options
	at         string // the pointer to the operations
	operations []PatchOperation
	now        time.Time
	scopeDelay time.Duration
}

// check rejects operations that are wrong for any token. It gives replacements of expirationDate
// without a value the null that two SDKs cannot send.
func (p *patcher) check() error {
	if len(p.operations) > maxOperations {
		return &Error{
			Kind: Invalid, Field: p.at, Want: fmt.Sprintf("at most %d operations", maxOperations),
			Got: strconv.Itoa(len(p.operations)), Rule: rule.PatchSize,
		}
	}
	if len(p.operations) == 0 && p.choices.RejectEmptyPatch {
		return &Error{
			Kind: Invalid, Field: p.at, Want: "at least one operation", Got: "none",
			Rule: rule.EmptyPatch,
		}
	}
	p.operations = slices.Clone(p.operations)
	for i := range p.operations {
		op, at := &p.operations[i], fmt.Sprintf("%s/%d", p.at, i)
		if err := p.checkPointer(at+"/path", op.Op, op.Path); err != nil {
			return err
		}
		if op.From == "" && (op.Op == "move" || op.Op == "copy") {
			return &Error{
				Kind: Missing, Field: at + "/from",
				Want: "a JSON pointer, which " + op.Op + " needs", Got: "nothing",
				Rule: rule.PatchPointer,
			}
		}
		if op.Op == "move" || op.Op == "copy" {
			if err := p.checkPointer(at+"/from", op.Op, op.From); err != nil {
				return err
			}
		}
		if op.Value != nil || !slices.Contains([]string{"add", "replace", "test"}, op.Op) {
			continue
		}
		if op.Path != "/"+fieldExpiration || op.Op != "replace" {
			return &Error{
				Kind: Missing, Field: at + "/value", Want: "a value, which " + op.Op + " needs",
				Got: "nothing", Rule: rule.PatchValueRequired,
			}
		}
		op.Value = json.RawMessage("null")
	}
	return nil
}

// checkPointer allows the patchable fields and the elements of scope. The library that applies the
// patch also takes an empty pointer and negative indices.
func (p *patcher) checkPointer(at, op, pointer string) error {
	steps := strings.Split(pointer, "/")
	fields := "/" + strings.Join(p.policy.Patchable, ", /")
	if len(steps) < 2 || steps[0] != "" {
		return &Error{
			Kind: Invalid, Field: at, Want: "a JSON pointer to one of " + fields,
			Got: quote(pointer), Rule: rule.PatchPointer,
		}
	}
	field := steps[1] // no field has a name that would be escaped
	if !slices.Contains(p.policy.Patchable, field) {
		if op == "test" && p.choices.EvaluateTests && slices.Contains(fixedFields, field) {
			return nil
		}
		advice := ""
		if slices.Contains(current.Patchable, field) {
			advice = "versions from v2025 on can change " + field
		}
		violated, entry := rule.PatchFields, "unpatchable-path"
		if op == "test" {
			violated, entry = rule.TestOfFixedField, ""
		}
		return &Error{
			Kind: Invalid, Field: at, Want: "a field that can be patched, one of " + fields,
			Got:    quote(pointer),
			Advice: advice, Rule: violated, Entry: entry,
		}
	}
	if len(steps) > 2 && (field != fieldScope || len(steps) > 3 || !isIndex(steps[2])) {
		return &Error{
			Kind: Invalid, Field: at,
			Want: "a field as a whole, or an element of /scope such as /scope/0 or /scope/-",
			Got:  quote(pointer), Rule: rule.PatchPointer,
		}
	}
	return nil
}

// isIndex reports whether a step is an array index (RFC 6901), or "-", the place behind the last
// element.
func isIndex(step string) bool {
	digits := strings.Trim(step, "0123456789") == ""
	return step == "-" || step == "0" || step != "" && digits && step[0] != '0'
}

// apply returns the patched revision of a token.
func (p *patcher) apply(t *Token) (*Token, error) {
	current := map[string]any{
		fieldName: t.Name, fieldScope: t.Scope, fieldExpiration: nullableDate(t.ExpirationDate),
		fieldNeverAware: t.UserAwareTokenNeverExpires,
	}
	if p.choices.EvaluateTests {
		addFixedFields(current, t)
	}
	document, _ := json.Marshal(current) // texts, numbers, dates and truth values always encode
	document, err := p.edit(document)
	if err != nil {
		return nil, err
	}
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(document, &fields); err != nil {
		return nil, &Error{
			Kind: Invalid, Field: p.at, Want: "a patch that leaves an object",
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
		next.FormerScope, next.ScopeChanged = t.scopeAt(p.now, p.scopeDelay), p.now
	}
	return next, nil
}

// fixedFields cannot be patched, at least in the legacy versions.
var fixedFields = []string{
	"id", "owner", "created", "lastUsed", "managed", "accessTokenValiditySeconds", fieldExpiration,
}

// addFixedFields completes a token for tests of fields that cannot be patched.
func addFixedFields(token map[string]any, t *Token) {
	token["id"], token["created"], token["lastUsed"] = t.ID, FormatDate(t.Created),
		nullableDate(t.LastUsed)
	token["owner"] = map[string]string{"type": "IDENTITY", "id": t.Owner.ID, "name": t.Owner.Name}
	token["managed"], token["accessTokenValiditySeconds"] = t.Managed, t.AccessTokenValiditySeconds
}

func nullableDate(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return FormatDate(t)
}

// edit applies the operations to a token in JSON. The library does not say which one fails: it is
// the last one of the shortest part that fails.
func (p *patcher) edit(document []byte) ([]byte, error) {
	patch := make(jsonpatch.Patch, len(p.operations))
	for i, op := range p.operations {
		patch[i] = op.encode()
	}
	options := &jsonpatch.ApplyOptions{AccumulatedCopySizeLimit: maxCopied}
	edited, err := patch.ApplyWithOptions(document, options)
	if err == nil {
		return edited, nil
	}
	failing := sort.Search(len(patch)-1, func(i int) bool {
		_, err := patch[:i+1].ApplyWithOptions(document, options)
		return err != nil
	})
	return nil, p.applyError(failing, err)
}

// maxOperations bounds the operations of a patch: the time they take grows with their square.
const maxOperations = 100

// maxCopied bounds, in bytes, what the copy operations of a patch may add: each can double the
// token.
const maxCopied = 1 << 20

func (op PatchOperation) encode() jsonpatch.Operation {
	encoded := jsonpatch.Operation{}
	for key, text := range map[string]string{"op": op.Op, "path": op.Path, "from": op.From} {
		quoted, _ := json.Marshal(text) // a string always encodes
		raw := json.RawMessage(quoted)
		encoded[key] = &raw
	}
	if op.Value != nil {
		encoded["value"] = &op.Value
	}
	return encoded
}

func (p *patcher) applyError(i int, err error) error {
	op := p.operations[i]
	what, where := op.Op+" of "+quote(op.Path), "where nothing stands"
	if op.Op == "move" || op.Op == "copy" {
		what, where = op.Op+" from "+quote(op.From)+" to "+quote(op.Path),
			"where it finds nothing or cannot go"
	}
	rejected := &Error{
		Kind:  Invalid,
		Field: fmt.Sprintf("%s/%d", p.at, i), Want: "an operation that applies to the token",
		Got: what + ", " + where, Rule: rule.PatchApplies,
	}
	var size *jsonpatch.AccumulatedCopySizeError
	switch {
	case errors.As(err, &size):
		rejected.Want = fmt.Sprintf("a patch that copies at most %d bytes", maxCopied)
		rejected.Got, rejected.Rule = what, rule.PatchSize
	case errors.Is(err, jsonpatch.ErrTestFailed):
		rejected.Want, rejected.Rule = "the token to pass the test", rule.PatchTest
		rejected.Got = fmt.Sprintf("another value at %s than %s", shorten(op.Path),
			shorten(string(op.Value)))
	case errors.Is(err, jsonpatch.ErrInvalidIndex):
		rejected.Want, rejected.Got = "an index within the array", what
	}
	return rejected
}
