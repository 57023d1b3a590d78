package pat

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"example.com/patmock/spec/rule"
)

// maxBulkIDs is the maximum number of tokens in a bulk update.
//
// published: docs/behaviour.md#bulk-update-has-1-to-25-ids
const maxBulkIDs = 25

// bulkOperations maps each path of a bulk update to the operations allowed on it.
//
// published: docs/behaviour.md#bulk-update-fields
var bulkOperations = map[string][]string{
	"/" + fieldExpiration:      {"replace", "remove"},
	"/" + fieldNeverExpiresAck: {"add", "replace", "remove"},
}

// PrepareBulkUpdate applies one patch to several tokens of any owner (rule.BulkUpdate). An unknown
// id rejects the entire update.
//
// assumed
func (s *Service) PrepareBulkUpdate(
	ctx context.Context, call Call, ids []string, operations []PatchOperation,
) (*Update, error) {
	rights, err := s.authorize(ctx, call.Caller, UpdateAll) // rule.BulkRights
	if err != nil {
		return nil, err
	}
	p := &patcher{
		policy: call.Policy, options: &s.config.Options, prefix: "/patch", operations: operations,
		now: call.now(),
	}
	if err := cmp.Or(checkBulkIDs(ids), checkBulkOperations(operations), p.check()); err != nil {
		return nil, err
	}
	u := &Update{service: s}
	for i, id := range ids {
		t, err := s.lookup(ctx, id, rights)
		var ruleErr *Error
		if errors.As(err, &ruleErr) {
			return nil, &Error{
				Kind: Invalid, Field: fmt.Sprintf("/ids/%d", i), Want: "the id of a token",
				Got: "unknown id " + quote(id), Advice: IDAdvice(id), Rule: rule.BulkKnown,
			}
		}
		if err != nil {
			return nil, err
		}
		next, err := p.apply(t)
		if errors.As(err, &ruleErr) {
			ruleErr.Got += " for token " + id
		}
		if err != nil {
			return nil, err
		}
		u.changes = append(u.changes, Change{Old: t, New: next})
	}
	slices.SortFunc(u.changes, func(a, b Change) int { return strings.Compare(a.New.ID, b.New.ID) })
	for _, c := range u.changes {
		u.Tokens = append(u.Tokens, c.New)
	}
	return u, nil
}

func checkBulkIDs(ids []string) error {
	newError := func(field, got string) error {
		return &Error{
			Kind: Invalid, Field: field,
			Want: fmt.Sprintf("1 to %d ids, none blank, each once", maxBulkIDs), Got: got,
			Rule: rule.BulkIDs,
		}
	}
	if len(ids) == 0 || len(ids) > maxBulkIDs {
		return newError("/ids", fmt.Sprintf("%d ids", len(ids)))
	}
	for i, id := range ids {
		field := fmt.Sprintf("/ids/%d", i)
		if strings.TrimSpace(id) == "" {
			return newError(field, quote(id))
		}
		if slices.Contains(ids[:i], id) {
			return newError(field, "a second "+quote(id))
		}
	}
	return nil
}

func checkBulkOperations(operations []PatchOperation) error {
	if len(operations) == 0 {
		return &Error{
			Kind: Invalid, Field: "/patch", Want: "at least one operation", Got: "none",
			Rule: rule.BulkFields,
		}
	}
	for i, op := range operations {
		if !slices.Contains(bulkOperations[op.Path], op.Op) {
			return &Error{
				Kind: Invalid, Field: fmt.Sprintf("/patch/%d", i),
				Want: "replace or remove of /" + fieldExpiration +
					", or add, replace or remove of /" + fieldNeverExpiresAck,
				Got: fmt.Sprintf("%s of %s", op.Op, quote(op.Path)), Rule: rule.BulkFields,
			}
		}
	}
	return nil
}
