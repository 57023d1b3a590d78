package tenantguard

import (
	"cmp"
	"context"
	"regexp"
	"slices"
	"time"
)

// plainID matches an id that any server takes as one segment of a path.
var plainID = regexp.MustCompile(`^[0-9A-Za-z_-]+$`)

// nameTolerance limits the difference between the time in a name and the creation of its token. The
// clock of the run that created it may have been wrong by minutes.
const nameTolerance = 10 * time.Minute

// selectTokens returns the tokens to delete, each once, by its owner. It leaves other tokens that a
// run may have created.
func (s *sweep) selectTokens() (all []*selected) {
	seen := map[string]bool{}
	for _, by := range s.clients {
		for _, t := range by.tokens {
			kind := s.reasonCreated(t)
			owned := by.identity != "" && by.identity == t.Owner.ID
			if kind == "" || seen[t.ID] || !owned || s.isForeign(t) || s.isLogin(t.ID) {
				continue
			}
			seen[t.ID] = true
			found := s.found(t, kind)
			if kind, why := s.reasonKept(t); kind != "" {
				s.leave(found, kind, why)
				continue
			}
			all = append(all, &selected{SweepToken: found, by: by})
		}
	}
	for _, by := range s.clients {
		for _, t := range by.tokens {
			if kind := s.reasonDoubted(by, t); kind != "" && !seen[t.ID] && !s.isLogin(t.ID) {
				s.leave(s.found(t, ""), kind, "")
				seen[t.ID] = true
			}
		}
	}
	return all
}

// reasonCreated returns why a token is taken for one that a run created, empty if it is not.
func (s *sweep) reasonCreated(t token) SweepReason {
	created := func(o Entry) bool { return o.matches(t) }
	switch {
	case s.isRecorded(t.ID):
		return RecordedID
	case slices.ContainsFunc(s.Entries, created):
		return RecordedName
	case s.ByName && t.namedAtCreation():
		return RunName
	}
	return ""
}

// reasonDoubted returns why a token that a run may have created is left, empty if none did.
func (s *sweep) reasonDoubted(by *apiClient, t token) SweepReason {
	pending := func(o Entry) bool { return o.isPending() && o.Name == t.Name }
	recorded := s.isRecorded(t.ID)
	switch unknown := by.identity == "" || t.Owner.ID == ""; {
	case unknown &&
		(recorded || slices.ContainsFunc(s.Entries, pending) || s.ByName && t.namedAtCreation()):
		return OwnerUnknown
	case recorded:
		return OwnerForeign
	case slices.ContainsFunc(s.Entries,
		func(o Entry) bool { return pending(o) && o.Owner == t.Owner.ID }):
		return CreationMismatch
	}
	return ""
}

// namedAtCreation reports whether the name of a token has a marker and the time of its creation.
func (t token) namedAtCreation() bool {
	named, ok := ParseName(t.Name)
	created, err := parseCreated(t.Created)
	return ok && err == nil && created.Sub(named).Abs() <= nameTolerance
}

// isRecorded reports whether the ledger has an id.
func (s *sweep) isRecorded(id string) bool {
	return id != "" && slices.ContainsFunc(s.Entries, func(o Entry) bool { return o.ID == id })
}

// isForeign reports whether the ledger has a token with another owner than the target reports.
func (s *sweep) isForeign(t token) bool {
	return t.ID != "" && slices.ContainsFunc(s.Entries, func(o Entry) bool {
		return o.ID == t.ID && o.Owner != "" && o.Owner != t.Owner.ID
	})
}

// reasonKept returns why a token that a run created is not deleted, empty if it is. An empty why
// means that of the kind.
func (s *sweep) reasonKept(t token) (kind SweepReason, why string) {
	created, err := parseCreated(t.Created)
	switch {
	case !plainID.MatchString(t.ID) || s.redact(t.ID) != t.ID:
		return UnsafeID, ""
	case s.OlderThan <= 0:
		return "", ""
	case err != nil:
		return AgeUnknown, ""
	case s.clock.TargetTime(s.Now()).Sub(created) < s.OlderThan:
		return TooYoung, "it is younger than " + s.OlderThan.String()
	}
	return "", ""
}

// isLogin reports whether one of the logins is that token.
func (s *sweep) isLogin(id string) bool {
	return slices.ContainsFunc(s.Logins, func(l Login) bool { return fold(l.ClientID) == fold(id) })
}

// missing returns the objects of the ledger that no list has and that are gone. Their owners delete
// them once more, since a list may be late; a dry run takes them for gone. It leaves the others.
func (s *sweep) missing(ctx context.Context) (gone []string) {
	for _, o := range s.Entries {
		listed := func(by *apiClient) bool { return by.has(o.ID) }
		if o.ID == "" || s.isLogin(o.ID) || slices.ContainsFunc(s.clients, listed) {
			continue
		}
		found := SweepToken{
			ID: s.redact(o.ID), Name: o.Name, Owner: s.redact(o.Owner),
			Created: o.Time.Format(time.RFC3339),
		}
		by := slices.IndexFunc(s.clients, func(by *apiClient) bool {
			return o.Owner != "" && by.identity == o.Owner
		})
		switch {
		case by < 0:
			s.leave(found, OwnerAbsent, "")
		case s.OlderThan > 0 && s.Now().Sub(o.Time) < s.OlderThan: // its run may not have ended
		case s.DryRun || !plainID.MatchString(o.ID):
			gone = append(gone, o.ID)
		default:
			if kind, why := s.deleteUnlisted(ctx, s.clients[by], o.ID); kind != "" {
				s.leave(found, kind, why)
				continue
			}
			gone = append(gone, o.ID)
		}
	}
	return gone
}

// deleteUnlisted deletes a token that no own list has, unless it belongs to another. It returns why
// the token is left, empty if it is gone.
func (s *sweep) deleteUnlisted(ctx context.Context, by *apiClient, id string) (kind SweepReason,
	why string,
) {
	foreign, err := by.seesForeign(ctx, id)
	if err == nil && foreign {
		return OwnerForeign, ""
	}
	if err == nil {
		err = s.delete(ctx, by, id)
	}
	if err != nil {
		return DeleteFailed, "the ledger has it, and " + s.redact(err.Error())
	}
	return "", ""
}

// found returns a token without secrets.
func (s *sweep) found(t token, kind SweepReason) SweepToken {
	return SweepToken{
		ID: s.redact(t.ID), Name: s.redact(t.Name),
		Owner:   s.redact(cmp.Or(t.Owner.ID, t.Owner.Name)),
		Created: s.redact(t.Created), Reason: kind, Detail: reasonDetails[kind],
	}
}
