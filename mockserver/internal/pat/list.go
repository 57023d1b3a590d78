package pat

import (
	"context"
	"slices"
)

// ListQuery selects tokens by owner and filter.
type ListQuery struct {
	// OwnerID is "me", the id of a user, or empty for the tokens of all owners.
	OwnerID string
	Filter  *Filter
}

// List returns the selected tokens that the caller may see, oldest first. The result is empty for
// an unknown owner, unless Options.RejectUnknownOwner is set.
//
// assumed
func (s *Service) List(ctx context.Context, caller Caller, q ListQuery) ([]*Token, error) {
	rights, err := s.rights(ctx, caller)
	if err != nil {
		return nil, err
	}
	required := ReadAll
	if q.OwnerID == "me" || q.OwnerID == caller.ID && s.config.Options.ReadMyByOwnID {
		required = ReadMy // rule.ListOwn
	}
	if !rights.Has(required) {
		return nil, s.listForbiddenError(caller, q.OwnerID, required, rights)
	}
	if err := s.checkOwner(ctx, q.OwnerID); err != nil {
		return nil, err
	}
	tokens, err := s.selectTokens(ctx, caller, q)
	if err != nil {
		return nil, err
	}
	// rule.ManagedTokens
	return slices.DeleteFunc(tokens, func(t *Token) bool {
		return t.Managed && !rights.Has(ReadManaged) || !q.Filter.Match(t)
	}), nil
}

// selectTokens returns at least the tokens that the query selects. The caller must apply the
// filter.
func (s *Service) selectTokens(ctx context.Context, caller Caller, q ListQuery) ([]*Token, error) {
	switch {
	case q.OwnerID == "me":
		return s.config.Store.Tokens(ctx, caller.ID)
	case q.OwnerID != "":
		return s.config.Store.Tokens(ctx, q.OwnerID)
	case q.Filter != nil:
		return s.config.Store.TokensLastUsed(ctx, q.Filter.span())
	}
	return s.config.Store.AllTokens(ctx)
}
