package tenantguard

import (
	"cmp"
	"context"
	"regexp"
	"slices"
	"time"
)

// plainID matches an id that every server accepts as one path segment.
var plainID = regexp.MustCompile(`^[0-9A-Za-z_-]+$`)

// nameTolerance limits the difference between the time in a name and the creation date of its
// token. The local clock of the run may have been wrong by minutes.
const nameTolerance = 10 * time.Minute

// selectTokens returns the tokens to delete, each once, with the client of the owner. It adds other
// tokens that a run may have created to Remaining.
func (s *sweep) selectTokens() (all []*candidate) {
	seen := map[string]bool{}
	for _, client := range s.clients {
		for _, t := range client.tokens {
			reason := s.reasonCreated(t)
			isOwner := client.identity != "" && client.identity == t.Owner.ID
			if reason == "" || seen[t.ID] || !isOwner || s.isForeign(t) || s.isLogin(t.ID) {
				continue
			}
			seen[t.ID] = true
			swept := s.newSweepToken(t, reason)
			if reason, detail := s.reasonKept(t); reason != "" {
				s.addRemaining(swept, reason, detail)
				continue
			}
			all = append(all, &candidate{SweepToken: swept, client: client})
		}
	}
	for _, client := range s.clients {
		for _, t := range client.tokens {
			if reason := s.reasonUncertain(client, t); reason != "" && !seen[t.ID] &&
				!s.isLogin(t.ID) {
				s.addRemaining(s.newSweepToken(t, ""), reason, "")
				seen[t.ID] = true
			}
		}
	}
	return all
}

// reasonCreated returns the reason to attribute a token to a run. It is empty if there is none.
func (s *sweep) reasonCreated(t token) SweepReason {
	created := func(o Entry) bool { return o.matches(t) }
	switch {
	case s.inLedger(t.ID):
		return RecordedID
	case slices.ContainsFunc(s.Entries, created):
		return RecordedName
	case s.ByName && t.nameMatchesCreation():
		return RunName
	}
	return ""
}

// reasonUncertain returns the reason to keep a token that may come from a run. It is empty if the
// token does not.
func (s *sweep) reasonUncertain(client *apiClient, t token) SweepReason {
	pending := func(o Entry) bool { return o.isPending() && o.Name == t.Name }
	inLedger := s.inLedger(t.ID)
	switch noOwner := client.identity == "" || t.Owner.ID == ""; {
	case noOwner &&
		(inLedger || slices.ContainsFunc(s.Entries, pending) ||
			s.ByName && t.nameMatchesCreation()):
		return OwnerUnknown
	case inLedger:
		return OwnerForeign
	case slices.ContainsFunc(s.Entries,
		func(o Entry) bool { return pending(o) && o.Owner == t.Owner.ID }):
		return CreationMismatch
	}
	return ""
}

// nameMatchesCreation reports whether the name of a token has a marker and the time of its
// creation.
func (t token) nameMatchesCreation() bool {
	nameTime, ok := ParseName(t.Name)
	created, err := parseCreated(t.Created)
	return ok && err == nil && created.Sub(nameTime).Abs() <= nameTolerance
}

// inLedger reports whether the ledger has an id.
func (s *sweep) inLedger(id string) bool {
	return id != "" && slices.ContainsFunc(s.Entries, func(o Entry) bool { return o.ID == id })
}

// isForeign reports whether the ledger has the token with another owner than the target.
func (s *sweep) isForeign(t token) bool {
	return t.ID != "" && slices.ContainsFunc(s.Entries, func(o Entry) bool {
		return o.ID == t.ID && o.Owner != "" && o.Owner != t.Owner.ID
	})
}

// reasonKept returns the reason to keep a token that a run created. It is empty if there is none.
// An empty detail means that of the reason.
func (s *sweep) reasonKept(t token) (reason SweepReason, detail string) {
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

// isLogin reports whether the id is that of a login.
func (s *sweep) isLogin(id string) bool {
	return slices.ContainsFunc(s.Logins, func(l Login) bool {
		return normalizeID(l.ClientID) == normalizeID(id)
	})
}

// resolveUnlisted returns the ids of ledger tokens that are in no list and do not exist. It deletes
// each of them as the owner first, since a list may be delayed. A dry run assumes that they do not
// exist. Other tokens are added to Remaining.
func (s *sweep) resolveUnlisted(ctx context.Context) (ids []string) {
	for _, o := range s.Entries {
		inOwnList := func(client *apiClient) bool { return client.hasToken(o.ID) }
		if o.ID == "" || s.isLogin(o.ID) || slices.ContainsFunc(s.clients, inOwnList) {
			continue
		}
		t := SweepToken{
			ID: s.redact(o.ID), Name: o.Name, Owner: s.redact(o.Owner),
			Created: o.Time.Format(time.RFC3339),
		}
		client := slices.IndexFunc(s.clients, func(client *apiClient) bool {
			return o.Owner != "" && client.identity == o.Owner
		})
		switch {
		case client < 0:
			s.addRemaining(t, OwnerAbsent, "")
		case s.OlderThan > 0 && s.Now().Sub(o.Time) < s.OlderThan: // the run may not have ended
		case s.DryRun || !plainID.MatchString(o.ID):
			ids = append(ids, o.ID)
		default:
			if reason, detail := s.deleteUnlisted(ctx, s.clients[client], o.ID); reason != "" {
				s.addRemaining(t, reason, detail)
				continue
			}
			ids = append(ids, o.ID)
		}
	}
	return ids
}

// deleteUnlisted deletes a token that is in no own list, unless it belongs to another identity. It
// returns the reason if the token remains, and an empty one otherwise.
func (s *sweep) deleteUnlisted(
	ctx context.Context, client *apiClient, id string,
) (reason SweepReason, detail string) {
	foreign, err := client.listsForeign(ctx, id)
	if err == nil && foreign {
		return OwnerForeign, ""
	}
	if err == nil {
		err = s.delete(ctx, client, id)
	}
	if err != nil {
		return DeleteFailed, "the ledger has it, but " + s.redact(err.Error())
	}
	return "", ""
}

// newSweepToken returns a redacted token.
func (s *sweep) newSweepToken(t token, reason SweepReason) SweepToken {
	return SweepToken{
		ID: s.redact(t.ID), Name: s.redact(t.Name),
		Owner:   s.redact(cmp.Or(t.Owner.ID, t.Owner.Name)),
		Created: s.redact(t.Created), Reason: reason, Detail: reasonDetails[reason],
	}
}
