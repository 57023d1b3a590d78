package pat

import (
	"context"
	"errors"

	"example.com/patmock/spec/rule"
)

// Deletion is a token that is ready to be deleted.
type Deletion struct {
	service *Service
	token   *Token
}

// PrepareDelete returns the deletion of one of the caller's own tokens, or of any token if the
// caller has the right on all tokens (rule.DeleteOwnOrAll).
func (s *Service) PrepareDelete(ctx context.Context, call Call, id string) (*Deletion, error) {
	rights, err := s.rights(ctx, call.Caller)
	if err != nil {
		return nil, err
	}
	if rights&(DeleteMy|DeleteAll) == 0 {
		return nil, missingRightError(callerField, DeleteMy, rights, rule.WriteRights)
	}
	t, err := s.lookup(ctx, id, rights)
	if err != nil {
		return nil, err
	}
	if t.Owner.ID != call.Caller.ID && !rights.Has(DeleteAll) {
		err := missingRightError(callerField, DeleteAll, rights, rule.WriteRights)
		err.Entry = "delete-of-anothers"
		return nil, err
	}
	if t.Owner.ID == call.Caller.ID && !rights.Has(DeleteMy) {
		return nil, missingRightError(callerField, DeleteMy, rights, rule.WriteRights)
	}
	return &Deletion{s, t}, nil
}

// Commit deletes the token permanently (rule.DeleteForGood). ErrConflict means that the token was
// changed or deleted after PrepareDelete; the caller must prepare the deletion again.
func (d *Deletion) Commit(ctx context.Context) error {
	err := d.service.config.Store.Delete(ctx, d.token)
	if errors.Is(err, ErrNotFound) {
		return ErrConflict
	}
	return err
}
