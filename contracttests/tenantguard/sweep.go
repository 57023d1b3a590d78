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

// A Login is the id and secret of a personal access token.
type Login struct {
	ClientID, ClientSecret string
	// Origin names the source of the credentials, for the error of a login. May be empty.
	Origin string
}

// SweepConfig configures [Sweep].
type SweepConfig struct {
	BaseURL string
	// HTTP carries the requests. It must not follow redirects.
	HTTP *http.Client
	// Logins are the identities whose tokens are swept. The tokens that log in are never deleted.
	Logins []Login
	// Known are the objects of a ledger, of this and of other targets. No other token is deleted
	// but by name.
	Entries []Entry
	// ByName finds tokens of a lost ledger as well: their names have the marker of a run, and the
	// time of their creation.
	ByName bool
	// Confirm reports whether the tokens that were found by name may be deleted. Nil means no.
	Confirm func(ctx context.Context, tokens []SweepToken) bool
	// Ledger gets the tokens that are gone, as lines of Run. May be nil.
	Ledger *Ledger
	Run    string
	// Guard is called before each delete. May be nil.
	Guard interface{ Allow(id string) }
	// OlderThan leaves younger tokens, since the run that created them may not have ended.
	OlderThan time.Duration
	// DryRun deletes nothing, and writes nothing into the ledger.
	DryRun bool
	// ConsistencyTimeout is how long the lists may take to show writes. Zero means ten seconds.
	ConsistencyTimeout time.Duration
	// Grace limits the wait for a delete under way when the context has ended.
	Grace time.Duration
	// Now is wall time.
	Now func() time.Time
	// Wait returns after a time, or with the error of the context when that ends. Nil means a
	// timer.
	Wait func(ctx context.Context, d time.Duration) error
}

// SweepResult lists the tokens that runs created and did not delete, by what the sweep did to them.
type SweepResult struct {
	Deleted []SweepToken `json:"deleted"`
	// WouldDelete are found by a dry run, or by name and not confirmed.
	WouldDelete []SweepToken `json:"wouldDelete"`
	// Left may exist.
	Remaining []SweepToken `json:"remaining"`
}

// SweepToken is a token that a run created.
type SweepToken struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	// Owner is the id of its identity.
	Owner string `json:"owner"`
	// Created is the date that the target reports, or else that of the ledger.
	Created string `json:"created"`
	// Kind is the reason for which it is deleted or left, and Why describes it.
	Reason SweepReason `json:"reason"`
	Detail string      `json:"detail"`
}

// A SweepReason is the reason for which a token is deleted or left.
type SweepReason string

// The reasons to delete a token, and those to leave it. Their texts are in whys.
const (
	RecordedID   SweepReason = "recorded-id"
	RunName      SweepReason = "run-name"
	RecordedName SweepReason = "recorded-name"

	OwnerAbsent      SweepReason = "owner-absent"
	OwnerUnknown     SweepReason = "owner-unknown"
	OwnerForeign     SweepReason = "owner-foreign"
	CreationMismatch SweepReason = "creation-mismatch"
	UnsafeID         SweepReason = "unsafe-id" // it cannot be a segment of a path, or is redacted
	AgeUnknown       SweepReason = "age-unknown"
	TooYoung         SweepReason = "too-young" // see SweepConfig.OlderThan
	DeleteFailed     SweepReason = "delete-failed"
	StillListed      SweepReason = "still-listed"
)

// reasonDetails describe the kinds whose description does not vary.
var reasonDetails = map[SweepReason]string{
	RecordedID:   "the ledger has its id",
	RunName:      "its name has the marker of a run and the time of its creation",
	RecordedName: "the ledger has its name",
	OwnerAbsent:  "the ledger has it, and its owner did not log in",
	OwnerUnknown: "the target does not say whose it is",
	OwnerForeign: "it belongs to another",
	CreationMismatch: "the ledger has its name, but it was not created in the ten minutes " +
		"after the ledger had it",
	UnsafeID:    "its id is none that can be deleted",
	AgeUnknown:  "the target does not say when it was created",
	StillListed: "it was deleted, and is listed still",
}

// ErrUnreachable is the error of a sweep that deleted nothing, since a login failed or a list could
// not be read.
var ErrUnreachable = errors.New("the target cannot be swept")

// Sweep deletes what runs of the contract left at a target: tokens of one of the logins whose id
// the ledger has, or that match a pending create by name, owner and time. Tokens of a lost ledger
// are found by name and deleted once confirmed. A token that logs in is never deleted, and none is
// before every login has succeeded and every list was read: else the error is ErrUnreachable, with
// a [CallError] or a [ConfigError]. A token that cannot be deleted is left, and no error. When the
// context ends, the result has what was done.
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

// sweep is a sweep under way.
type sweep struct {
	SweepConfig
	host    string
	clients []*apiClient
	result  SweepResult
	clock   Clock // of the target
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

// selected is a token that is to be deleted.
type candidate struct {
	SweepToken
	client *apiClient
	err    error // of its delete
}

// confirmNames leaves out the tokens that were found by name, unless they may be deleted.
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

// delete deletes a token unless the sweep is interrupted.
func (s *sweep) delete(ctx context.Context, client *apiClient, id string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if s.Guard != nil {
		s.Guard.Allow(id)
	}
	return client.delete(ctx, id)
}

// verify lists the tokens again. If a list cannot be read, the responses to the deletes count.
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

// leave adds a token to those that are left. An empty why means that of the kind.
func (s *sweep) addRemaining(f SweepToken, reason SweepReason, detail string) {
	f.Reason, f.Detail = reason, cmp.Or(detail, reasonDetails[reason])
	s.result.Remaining = append(s.result.Remaining, f)
}

// record writes the tokens that are gone into the ledger.
func (s *sweep) recordDeleted(ids []string) error {
	if s.Ledger == nil {
		return nil
	}
	for _, id := range ids {
		target := s.host
		if i := slices.IndexFunc(s.Entries, func(o Entry) bool { return o.ID == id }); i >= 0 {
			target = s.Entries[i].Target // its port may be left out in the address
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
