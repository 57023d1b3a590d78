package tenantguard

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"example.com/patmock/spec/version"
)

// A Login has the id and the secret of a personal access token.
type Login struct {
	ClientID, ClientSecret string
	// Origin is the source of the credentials, for errors. May be empty.
	Origin string
}

// SweepConfig configures [Sweep].
type SweepConfig struct {
	BaseURL string
	// HTTP sends the requests. It must not follow redirects.
	HTTP *http.Client
	// Logins has the identities whose tokens are swept. A sweep never deletes the tokens of the
	// logins.
	Logins []Login
	// Entries has the entries of a ledger, for this and other targets. A sweep deletes no other
	// tokens, except by name.
	Entries []Entry
	// ByName also selects tokens without an entry. Their names must have the form of [Name], with
	// the time of their creation.
	ByName bool
	// Confirm reports whether to delete the tokens that were selected by name. Nil means no.
	Confirm func(ctx context.Context, tokens []SweepToken) bool
	// Ledger records the deleted tokens, as lines of Run. May be nil.
	Ledger *Ledger
	Run    string
	// Guard permits each delete first. May be nil.
	Guard interface{ Allow(id string) }
	// OlderThan is the minimum age of tokens to delete. The run of a younger token may not have
	// ended.
	OlderThan time.Duration
	// DryRun deletes nothing, and does not write the ledger.
	DryRun bool
	// ConsistencyTimeout is the maximum delay of lists after writes. Zero means ten seconds.
	ConsistencyTimeout time.Duration
	// Grace limits the time that a delete may take after the context has ended.
	Grace time.Duration
	// Now returns wall time.
	Now func() time.Time
	// Wait returns after a duration, or with the error of the context when that ends. Nil means
	// [Sleep].
	Wait func(ctx context.Context, d time.Duration) error
}

// SweepResult has the tokens that runs did not delete, by the outcome of the sweep.
type SweepResult struct {
	Deleted []SweepToken `json:"deleted"`
	// WouldDelete has the tokens of a dry run, and tokens selected by name without confirmation.
	WouldDelete []SweepToken `json:"wouldDelete"`
	// Remaining has tokens that may still exist.
	Remaining []SweepToken `json:"remaining"`
}

// SweepToken is a token that a run may have created.
type SweepToken struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	// Owner is the id of the identity.
	Owner string `json:"owner"`
	// Created is the creation date by the target, or else by the ledger.
	Created string `json:"created"`
	// Reason is the reason to delete or keep the token, and Detail describes it.
	Reason SweepReason `json:"reason"`
	Detail string      `json:"detail"`
}

// A SweepReason is the reason to delete or keep a token.
type SweepReason string

// The reasons to delete a token, followed by the reasons to keep one. For the texts see
// reasonDetails.
const (
	RecordedID   SweepReason = "recorded-id"
	RunName      SweepReason = "run-name"
	RecordedName SweepReason = "recorded-name"

	OwnerAbsent      SweepReason = "owner-absent"
	OwnerUnknown     SweepReason = "owner-unknown"
	OwnerForeign     SweepReason = "owner-foreign"
	CreationMismatch SweepReason = "creation-mismatch"
	UnsafeID         SweepReason = "unsafe-id" // not usable as a path segment
	AgeUnknown       SweepReason = "age-unknown"
	TooYoung         SweepReason = "too-young" // see SweepConfig.OlderThan
	DeleteFailed     SweepReason = "delete-failed"
	StillListed      SweepReason = "still-listed"
)

// reasonDetails describes the reasons with a constant description.
var reasonDetails = map[SweepReason]string{
	RecordedID:   "the ledger has its id",
	RunName:      "its name has the marker of a run and the time of its creation",
	RecordedName: "the ledger has its name",
	OwnerAbsent:  "the ledger has it, but none of the logins is its owner",
	OwnerUnknown: "the target does not report its owner",
	OwnerForeign: "it belongs to another identity",
	CreationMismatch: "the ledger has its name, but it was not created within ten minutes " +
		"of the intent",
	UnsafeID:    "its id is not a valid path segment",
	AgeUnknown:  "the target does not report its creation date",
	StillListed: "it was deleted, but is still listed",
}

// ErrUnreachable is the error of a sweep that deleted nothing because a login or a list failed.
var ErrUnreachable = errors.New("the target cannot be swept")

// Sweep deletes the leftover tokens of contract runs at a target. It deletes tokens of the logins
// that have an entry with their id, or that match a pending create by name, owner and time. It
// deletes tokens without an entry by name if that is confirmed. It never deletes a token of a
// login.
//
// Sweep deletes nothing unless every login and every list succeeds. Otherwise the error is
// ErrUnreachable with a [CallError] or a [ConfigError]. A delete that fails is not an error; the
// token is in Remaining. If the context ends, the result has the outcome so far.
func Sweep(ctx context.Context, c SweepConfig) (SweepResult, error) {
	s, err := newSweep(c)
	if err != nil {
		return SweepResult{}, fmt.Errorf("%w: %w", ErrUnreachable, err)
	}
	for _, client := range s.clients {
		if err := client.refresh(ctx); err != nil {
			return s.result, fmt.Errorf("%w: %w", ErrUnreachable, err)
		}
	}
	if err := s.waitForEntries(ctx); err != nil {
		return s.result, fmt.Errorf("%w: %w", ErrUnreachable, err)
	}
	selected := s.selectTokens()
	if !c.DryRun {
		selected = s.confirmNames(ctx, selected)
	}
	deletedIDs := s.resolveUnlisted(ctx)
	if c.DryRun {
		s.addWouldDelete(selected)
		return s.result, nil
	}
	for _, t := range selected {
		t.err = s.delete(ctx, t.client, t.ID)
	}
	s.verify(ctx, selected)
	for _, tok := range s.result.Deleted {
		deletedIDs = append(deletedIDs, tok.ID)
	}
	return s.result, errors.Join(s.recordDeleted(deletedIDs), ctx.Err())
}

// sweep is the state of a [Sweep].
type sweep struct {
	SweepConfig
	host    string
	clients []*apiClient
	result  SweepResult
	clock   Clock // clock of the target
}

func newSweep(c SweepConfig) (*sweep, error) {
	base, err := url.Parse(c.BaseURL)
	if err != nil || base.Host == "" {
		return nil, &ConfigError{"BaseURL", "must be an address"}
	}
	if len(c.Logins) == 0 {
		return nil, &ConfigError{"Logins", "must not be empty"}
	}
	if c.Wait == nil {
		c.Wait = Sleep
	}
	c.ConsistencyTimeout = cmp.Or(c.ConsistencyTimeout, defaultConsistencyTimeout)
	c.Entries = slices.DeleteFunc(slices.Clone(c.Entries), func(o Entry) bool {
		return origin(base.Scheme, o.Target) != origin(base.Scheme, base.Host)
	})
	result := SweepResult{
		Deleted: []SweepToken{}, WouldDelete: []SweepToken{}, Remaining: []SweepToken{},
	}
	s := &sweep{SweepConfig: c, host: base.Host, result: result}
	for _, login := range c.Logins {
		s.clients = append(s.clients, &apiClient{
			Login: login, http: c.HTTP, base: strings.TrimRight(c.BaseURL, "/"),
			path:  version.V2026.CollectionPath(),
			grace: c.Grace, now: c.Now, clock: &s.clock,
		})
	}
	return s, nil
}

// candidate is a token to delete.
type candidate struct {
	SweepToken
	client *apiClient
	err    error // error of the delete
}

// confirmNames removes the tokens that were selected by name, unless their deletion is confirmed.
func (s *sweep) confirmNames(ctx context.Context, all []*candidate) []*candidate {
	var byName, rest []*candidate
	var candidates []SweepToken
	for _, t := range all {
		if t.Reason != RunName {
			rest = append(rest, t)
			continue
		}
		byName, candidates = append(byName, t), append(candidates, t.SweepToken)
	}
	if len(byName) == 0 || s.Confirm != nil && s.Confirm(ctx, candidates) {
		return all
	}
	s.addWouldDelete(byName)
	return rest
}

func (s *sweep) addWouldDelete(all []*candidate) {
	for _, t := range all {
		s.result.WouldDelete = append(s.result.WouldDelete, t.SweepToken)
	}
}

// delete deletes a token unless the context has ended.
func (s *sweep) delete(ctx context.Context, client *apiClient, id string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if s.Guard != nil {
		s.Guard.Allow(id)
	}
	return client.delete(ctx, id)
}

// verify lists the tokens again. If a list fails, the responses to the deletes decide.
func (s *sweep) verify(ctx context.Context, all []*candidate) {
	for _, client := range s.clients {
		own := slices.DeleteFunc(slices.Clone(all), func(t *candidate) bool {
			return t.client != client
		})
		if len(own) == 0 {
			continue
		}
		err := client.list(ctx)
		if err == nil {
			err = s.waitFor(ctx, client, func() bool {
				return !slices.ContainsFunc(own, func(t *candidate) bool {
					return t.err == nil && client.hasToken(t.ID)
				})
			})
		}
		for _, t := range own {
			switch inList := client.hasToken(t.ID); {
			case err == nil && !inList, err != nil && t.err == nil:
				s.result.Deleted = append(s.result.Deleted, t.SweepToken)
			case t.err == nil:
				s.addRemaining(t.SweepToken, StillListed, "")
			default:
				s.addRemaining(t.SweepToken, DeleteFailed, s.redact(t.err.Error()))
			}
		}
	}
}

// addRemaining adds a token to Remaining. An empty detail means that of the reason.
func (s *sweep) addRemaining(f SweepToken, reason SweepReason, detail string) {
	f.Reason, f.Detail = reason, cmp.Or(detail, reasonDetails[reason])
	s.result.Remaining = append(s.result.Remaining, f)
}

// recordDeleted writes deleted tokens to the ledger.
func (s *sweep) recordDeleted(ids []string) error {
	if s.Ledger == nil {
		return nil
	}
	for _, id := range ids {
		target := s.host
		if i := slices.IndexFunc(s.Entries, func(o Entry) bool { return o.ID == id }); i >= 0 {
			target = s.Entries[i].Target // the entry may lack the port
		}
		if err := s.Ledger.Write(EventDeleted, Entry{
			Target: target, Run: s.Run, ID: id,
		}); err != nil {
			return err
		}
	}
	return nil
}

func (s *sweep) redact(text string) string {
	for _, client := range s.clients {
		text = client.redact(text)
	}
	return text
}
