package tenantguard

import (
	"cmp"
	"context"
	"regexp"
	"slices"
	"time"
)

// plainID is an id that is one segment of a path, whatever reads it.
var plainID = regexp.MustCompile(`^[0-9A-Za-z_-]+$`)

// nameTolerance limits the difference between the time in a name and the creation of its token. The clock of
// the run that made it may have been wrong by minutes.
const nameTolerance = 10 * time.Minute

// pick chooses what is to be deleted: each token once, by its owner. What a run made and may not be deleted is left.
func (s *sweep) pick() (all []*chosen) {
	seen := map[string]bool{}
	for _, by := range s.callers {
		for _, t := range by.tokens {
			kind := s.identify(t)
			if kind == "" || seen[t.ID] || !by.owns(t) || s.foreign(t) || s.logsIn(t.ID) {
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
			if seen[t.ID] || s.logsIn(t.ID) {
				continue
			}
			if kind := s.doubt(by, t); kind != "" {
				s.leave(s.found(t, ""), kind, "")
				seen[t.ID] = true
			}
		}
	}
	return all
}

// identify returns how a token is known as one that a run made, empty if it is not.
func (s *sweep) identify(t token) FoundKind {
	switch {
	case s.recorded(t.ID):
		return RecordedID
	case slices.ContainsFunc(s.Known, func(o Object) bool { return o.created(t.Name, t.Owner.ID, t.Created) }):
		return RecordedName
	case s.ByName && t.namedAtCreation():
		return RunName
	}
	return ""
}

// doubt returns why a token is left that a run may have made, empty if none did.
func (s *sweep) doubt(by *caller, t token) FoundKind {
	pending := func(o Object) bool { return o.isPending() && o.Name == t.Name }
	recorded := s.recorded(t.ID)
	switch unknown := by.identity == "" || t.Owner.ID == ""; {
	case unknown && (recorded || slices.ContainsFunc(s.Known, pending) || s.ByName && t.namedAtCreation()):
		return OwnerUnknown
	case recorded:
		return OwnerForeign
	case slices.ContainsFunc(s.Known, func(o Object) bool { return pending(o) && o.Owner == t.Owner.ID }):
		return CreationMismatch
	}
	return ""
}

// namedAtCreation reports whether the name of a token carries a marker and the time of its creation.
func (t token) namedAtCreation() bool {
	named, ok := NamedAt(t.Name)
	created, err := t.created()
	return ok && err == nil && created.Sub(named).Abs() <= nameTolerance
}

// recorded tells whether the ledger has an id.
func (s *sweep) recorded(id string) bool {
	return id != "" && slices.ContainsFunc(s.Known, func(o Object) bool { return o.ID == id })
}

// foreign reports whether the ledger has a token as that of another identity than its owner.
func (s *sweep) foreign(t token) bool {
	return t.ID != "" && slices.ContainsFunc(s.Known, func(o Object) bool { return o.ID == t.ID && o.Owner != "" && o.Owner != t.Owner.ID })
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
	case s.clock.At(s.Now()).Sub(created) < s.OlderThan:
		return TooYoung, "it is younger than " + s.OlderThan.String()
	}
	return "", ""
}

// logsIn tells whether one of the logins is that token.
func (s *sweep) logsIn(id string) bool {
	return slices.ContainsFunc(s.Logins, func(l Login) bool { return fold(l.ClientID) == fold(id) })
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
			if kind, why := s.deleteUnlisted(ctx, s.callers[by], o.ID); kind != "" {
				s.leave(found, kind, why)
				continue
			}
			gone = append(gone, o.ID)
		}
	}
	return gone
}

// deleteUnlisted deletes a token that no list of an own shows, unless it belongs to another. It
// returns why the token is left, empty if it is gone.
func (s *sweep) deleteUnlisted(ctx context.Context, by *caller, id string) (kind FoundKind, why string) {
	foreign, err := by.seesForeign(ctx, id)
	if err == nil && foreign {
		return OwnerForeign, ""
	}
	if err == nil {
		if s.Guard != nil {
			s.Guard.Adopt(id)
		}
		err = by.delete(ctx, id)
	}
	if err != nil {
		return DeleteFailed, "the ledger has it, and " + s.clean(err.Error())
	}
	return "", ""
}

// found is a token as it is shown.
func (s *sweep) found(t token, kind FoundKind) Found {
	return Found{
		ID: s.clean(t.ID), Name: s.clean(t.Name), Owner: s.clean(cmp.Or(t.Owner.ID, t.Owner.Name)), Created: s.clean(t.Created),
		Kind: kind, Why: whys[kind],
	}
}
