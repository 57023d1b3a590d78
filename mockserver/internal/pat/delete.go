package pat

import (
	"context"

	"example.com/patmock/spec/rule"
)

// Delete removes a token for good: one's own, or with the right to all tokens anybody's.
func (s *Service) Delete(ctx context.Context, call Call, id string) error {
	held := s.rights(ctx, call.Caller)
	if held&(DeleteMy|DeleteAll) == 0 {
		return missing(callerAt, DeleteMy, held, rule.WriteRights)
	}
	return s.retry(id, func() error {
		t, err := s.visible(ctx, id, held)
		if err != nil {
			return err
		}
		if t.Owner.ID != call.Caller.ID && !held.Has(DeleteAll) {
			return missing(callerAt, DeleteAll, held, rule.WriteRights).asked(askDeleteOfAnothers)
		}
		if t.Owner.ID == call.Caller.ID && !held.Has(DeleteMy) {
			return missing(callerAt, DeleteMy, held, rule.WriteRights)
		}
		if err := call.accept(t); err != nil {
			return err
		}
		if err := s.config.Store.Delete(ctx, t); err != nil {
			return err
		}
		s.deleted.add(t.ID)
		return nil
	})
}
