package pat

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"example.com/patmock/spec/rule"
)

// maxBulkIDs limits the tokens that one bulk update may name.
//
// published: docs/behaviour.md#bulk-update-has-1-to-25-ids
const maxBulkIDs = 25

// bulkOperations are the operations that a bulk update takes, by their path.
//
// published: docs/behaviour.md#bulk-update-fields
var bulkOperations = map[string][]string{
	"/" + fieldExpiration: {"replace", "remove"},
	"/" + fieldNeverAware: {"add", "replace", "remove"},
}

// PrepareBulkUpdate returns the update of several tokens of any owner by one patch. It rejects the whole
// update if one of the ids does not exist (assumed).
func (s *Service) PrepareBulkUpdate(ctx context.Context, call Call, ids []string, operations []PatchOperation) (*Update, error) {
	held, err := s.rights(ctx, call.Caller)
	if err != nil {
		return nil, err
	}
	if !held.Has(UpdateAll) {
		return nil, missing(callerAt, UpdateAll, held, rule.WriteRights)
	}
	p := &patcher{policy: call.Policy, choices: &s.config.Choices, at: "/patch", operations: operations, now: call.now()}
	for _, check := range []*Error{checkBulkIDs(ids), checkBulkOperations(operations), p.check()} {
		if check != nil {
			return nil, check
		}
	}
	u := &Update{service: s}
	for i, id := range ids {
		t, err := s.visible(ctx, id, held)
		var refusal *Error
		if errors.As(err, &refusal) {
			return nil, &Error{
				Kind: Invalid, Field: fmt.Sprintf("/ids/%d", i), Want: "the id of a token", Got: quote(id) + ", which no token has", Advice: IDAdvice(id), Rule: rule.BulkKnown,
			}
		}
		if err != nil {
			return nil, err
		}
		next, refusal := p.apply(t)
		if refusal != nil {
			refusal.Got += " for token " + id
			return nil, refusal
		}
		u.changes = append(u.changes, Change{Old: t, New: next})
	}
	slices.SortFunc(u.changes, func(a, b Change) int { return strings.Compare(a.New.ID, b.New.ID) })
	for _, c := range u.changes {
		u.Tokens = append(u.Tokens, c.New)
	}
	return u, nil
}

func checkBulkIDs(ids []string) *Error {
	refusal := func(at, got string) *Error {
		return &Error{
			Kind: Invalid, Field: at, Want: fmt.Sprintf("1 to %d ids, none blank, each once", maxBulkIDs), Got: got, Rule: rule.BulkIDs,
		}
	}
	if len(ids) == 0 || len(ids) > maxBulkIDs {
		return refusal("/ids", fmt.Sprintf("%d ids", len(ids)))
	}
	for i, id := range ids {
		at := fmt.Sprintf("/ids/%d", i)
		if strings.TrimSpace(id) == "" {
			return refusal(at, quote(id))
		}
		if slices.Contains(ids[:i], id) {
			return refusal(at, quote(id)+" again")
		}
	}
	return nil
}

func checkBulkOperations(operations []PatchOperation) *Error {
	if len(operations) == 0 {
		return &Error{Kind: Invalid, Field: "/patch", Want: "at least one operation", Got: "none", Rule: rule.BulkFields}
	}
	for i, op := range operations {
		if !slices.Contains(bulkOperations[op.Path], op.Op) {
			return &Error{
				Kind: Invalid, Field: fmt.Sprintf("/patch/%d", i),
				Want: "replace or remove of /" + fieldExpiration + ", or add, replace or remove of /" + fieldNeverAware,
				Got:  fmt.Sprintf("%s of %s", op.Op, quote(op.Path)), Rule: rule.BulkFields,
			}
		}
	}
	return nil
}
