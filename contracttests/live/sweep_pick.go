package live

import (
	"cmp"
	"context"
	"regexp"
	"slices"
	"strings"
	"time"
)

var (
	// ownName is what runs of the contract call their tokens. Behind a blank may stand what a scenario tries a name with.
	ownName = regexp.MustCompile(`^patmock-[0-9a-z]+-[0-9]+( \S.*)?$`)
	// plainID is an id that is one segment of a path, whatever reads it.
	plainID = regexp.MustCompile(`^[0-9A-Za-z_-]+$`)
)

// tolerance is how far apart the clocks may be of the target and of whoever wrote the ledger.
const tolerance = 10 * time.Minute

// pick chooses what is to be deleted: each token once, by its owner. What a run made and may not be deleted is left.
func (s *sweep) pick() (all []*chosen) {
	seen := map[string]bool{}
	for _, by := range s.callers {
		for _, t := range by.tokens {
			kind := s.identify(t)
			if kind == "" || seen[t.ID] || !by.owns(t) || s.logsIn(t.ID) {
				continue
			}
			seen[t.ID] = true
			found := s.found(t, kind)
			if kind, why := s.spared(t); kind != "" {
				s.leave(found, kind, why)
				continue
			}
			all = append(all, &chosen{Found: found, by: by})
		}
	}
	for _, by := range s.callers {
		for _, t := range by.tokens {
			untold := by.identity == "" || t.Owner.ID == ""
			switch {
			case s.identify(t) == "" || seen[t.ID] || s.logsIn(t.ID):
				continue
			case untold:
				s.leave(s.found(t, ""), OwnerUnknown, "")
			case s.recorded(t.ID):
				s.leave(s.found(t, ""), OwnerForeign, "")
			}
			seen[t.ID] = true
		}
	}
	return all
}

// identify says what a token is known by as one that a run made, or nothing.
func (s *sweep) identify(t token) FoundKind {
	switch {
	case s.recorded(t.ID):
		return RecordedID
	case s.Prefix != "" && strings.HasPrefix(t.Name, s.Prefix):
		return RunName
	case !s.KnownOnly && ownName.MatchString(t.Name):
		return RunName
	case s.intended(t):
		return RecordedName
	}
	return ""
}

// recorded tells whether the ledger has an id.
func (s *sweep) recorded(id string) bool {
	return id != "" && slices.ContainsFunc(s.Known, func(o Object) bool { return o.ID == id })
}

// intended tells whether the ledger has an intent that a token may have come from. One that was there before did not.
func (s *sweep) intended(t token) bool {
	created, err := t.created()
	return err == nil && slices.ContainsFunc(s.Known, func(o Object) bool {
		return o.ID == "" && o.Name != "" && !o.Redacted && o.Name == t.Name && created.After(o.At.Add(-tolerance))
	})
}

// spared says why a token that a run made is not deleted, or nothing. The words are those of the kind, unless there are others.
func (s *sweep) spared(t token) (kind FoundKind, why string) {
	created, err := t.created()
	switch {
	case !plainID.MatchString(t.ID) || s.clean(t.ID) != t.ID:
		return UnsafeID, ""
	case s.OlderThan <= 0:
		return "", ""
	case err != nil:
		return AgeUnknown, ""
	case s.Now().Sub(created) < s.OlderThan:
		return TooYoung, "it is younger than " + s.OlderThan.String()
	}
	return "", ""
}

// logsIn tells whether one of the logins is that token.
func (s *sweep) logsIn(id string) bool {
	return slices.ContainsFunc(s.Logins, func(l Login) bool { return strings.EqualFold(l.ClientID, id) })
}

// missing returns what the ledger has, no list shows, and is gone: its owner deletes it once more, since a list may be late.
// A dry run takes it for gone if the list of its owner was read. What cannot be found out is left.
func (s *sweep) missing(ctx context.Context) (gone []string) {
	for _, o := range s.Known {
		if o.ID == "" || s.logsIn(o.ID) || slices.ContainsFunc(s.callers, func(by *caller) bool { return by.has(o.ID) }) {
			continue
		}
		found := Found{ID: s.clean(o.ID), Name: o.Name, Owner: s.clean(o.Owner), Created: o.At.Format(time.RFC3339)}
		by := slices.IndexFunc(s.callers, func(by *caller) bool { return o.Owner != "" && by.identity == o.Owner })
		switch {
		case by < 0:
			s.leave(found, OwnerAbsent, "")
		case s.OlderThan > 0 && s.Now().Sub(o.At) < s.OlderThan: // of a run that may go on
		case s.DryRun || !plainID.MatchString(o.ID):
			gone = append(gone, o.ID)
		default:
			if s.Guard != nil {
				s.Guard.Adopt(o.ID)
			}
			if err := s.callers[by].delete(ctx, o.ID); err != nil {
				s.leave(found, DeleteFailed, "the ledger has it, and "+s.clean(err.Error()))
				continue
			}
			gone = append(gone, o.ID)
		}
	}
	return gone
}

// found is a token as it is shown.
func (s *sweep) found(t token, kind FoundKind) Found {
	return Found{
		ID: s.clean(t.ID), Name: s.clean(t.Name), Owner: s.clean(cmp.Or(t.Owner.ID, t.Owner.Name)), Created: s.clean(t.Created),
		Kind: kind, Why: whys[kind],
	}
}
