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
	// Origin names what held them, for the error of a login. May be empty.
	Origin string
}

// SweepConfig says what is swept.
type SweepConfig struct {
	// BaseURL of the target.
	BaseURL string
	// HTTP carries the requests. Nil means a client that follows no redirects, with a timeout of 30 seconds.
	HTTP *http.Client
	// Logins are the identities whose tokens are looked at. What they log in with is never deleted.
	Logins []Login
	// Version of the API that is used. Empty means v2026.
	Version version.Version
	// Known is what a ledger has, of this and of other targets. Nothing else is deleted but by name.
	Known []Object
	// ByName looks for tokens of a lost ledger as well. Their names carry the marker of a run, and the
	// time of their creation.
	ByName bool
	// Confirm reports whether the tokens that were found by name may be deleted. Nil means no.
	Confirm func(ctx context.Context, found []Found) bool
	// Ledger is told what is gone. Nil means that none is.
	Ledger *Ledger
	// Run is what the lines of the ledger are written as.
	Run string
	// Guard is told of each token before it is deleted. Nil means that nobody guards HTTP.
	Guard interface{ Adopt(id string) }
	// OlderThan leaves younger tokens, which may be those of a run that goes on.
	OlderThan time.Duration
	// DryRun deletes nothing, and tells the ledger nothing.
	DryRun bool
	// Settle is how long the lists may take to show what was written. Zero means ten seconds.
	Settle time.Duration
	// Grace limits the wait for a delete under way once the context has ended.
	Grace time.Duration
	// Now is wall time.
	Now func() time.Time
	// Wait returns after a time, or with the error of the context when that ends. Nil means that it really waits.
	Wait func(ctx context.Context, d time.Duration) error
}

// SweepResult is what became of the tokens that runs of the contract made and did not delete.
type SweepResult struct {
	// Deleted are gone.
	Deleted []Found `json:"deleted"`
	// WouldDelete are what a dry run found, and what was found by name and not confirmed.
	WouldDelete []Found `json:"wouldDelete"`
	// Left are there still, or may be.
	Left []Found `json:"left"`
}

// Found is a token that a run made.
type Found struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	// Owner is the id of its identity.
	Owner string `json:"owner"`
	// Created is when, as the target says it, or else the ledger.
	Created string `json:"created"`
	// Kind says why it was taken for one, or was left, and Why says so in words.
	Kind FoundKind `json:"kind"`
	Why  string    `json:"why"`
}

// A FoundKind says why a token was taken for one that a run made, or why it was left.
type FoundKind string

// The kinds of what is deleted.
const (
	// RecordedID is in the ledger.
	RecordedID FoundKind = "recorded-id"
	// RunName is a name with a marker and the time of creation.
	RunName FoundKind = "run-name"
	// RecordedName is that of a pending create in the ledger.
	RecordedName FoundKind = "recorded-name"
)

// The kinds of what is left.
const (
	// OwnerAbsent is recorded, and its owner is none of the logins.
	OwnerAbsent FoundKind = "owner-absent"
	// OwnerUnknown cannot be attributed: the target does not report the owner, or the caller.
	OwnerUnknown FoundKind = "owner-unknown"
	// OwnerForeign is recorded, and belongs to another than the caller in whose list it is.
	OwnerForeign FoundKind = "owner-foreign"
	// CreationMismatch has the name of a pending create, and was not created then.
	CreationMismatch FoundKind = "creation-mismatch"
	// UnsafeID cannot be a segment of a path, or is redacted.
	UnsafeID FoundKind = "unsafe-id"
	// AgeUnknown has no date of creation that can be read.
	AgeUnknown FoundKind = "age-unknown"
	// TooYoung is younger than SweepConfig.OlderThan.
	TooYoung FoundKind = "too-young"
	// DeleteFailed was not deleted: the error is the reason.
	DeleteFailed FoundKind = "delete-failed"
	// StillListed was deleted, and the list has it.
	StillListed FoundKind = "still-listed"
)

// whys are the kinds in words, but for those that have more to say.
var whys = map[FoundKind]string{
	RecordedID:       "the ledger has its id",
	RunName:          "its name has the marker of a run and the time of its creation",
	RecordedName:     "the ledger has its name",
	OwnerAbsent:      "the ledger has it, and its owner did not log in",
	OwnerUnknown:     "the target does not say whose it is",
	OwnerForeign:     "it belongs to another",
	CreationMismatch: "the ledger has its name, but it was not created in the ten minutes after the ledger had it",
	UnsafeID:         "its id is none that can be deleted",
	AgeUnknown:       "the target does not say when it was created",
	StillListed:      "it was deleted, and is listed still",
}

// ErrUnreachable tells that nothing was swept: the target does not answer, refuses a login or shows no list.
var ErrUnreachable = errors.New("the target cannot be swept")

// Sweep deletes what runs of the contract left at a target. A token goes if it belongs to one of the logins, and if the
// ledger has its id, or a pending create of that name, owner and time. Tokens of a lost ledger are found by name and deleted
// once confirmed. A token that logs in never goes. Nothing is deleted before every login has succeeded and every list was
// read: else the error is ErrUnreachable, with a [CallError] or a [ConfigError]. What cannot be deleted is left, and no error.
// An interrupted sweep reports what it did until then.
func Sweep(ctx context.Context, c SweepConfig) (SweepResult, error) {
	s, err := newSweep(c)
	if err != nil {
		return SweepResult{}, fmt.Errorf("%w: %w", ErrUnreachable, err)
	}
	for _, by := range s.callers {
		if err := by.look(ctx); err != nil {
			return s.result, fmt.Errorf("%w: %w", ErrUnreachable, err)
		}
	}
	if err := s.awaitKnown(ctx); err != nil {
		return s.result, fmt.Errorf("%w: %w", ErrUnreachable, err)
	}
	picked := s.pick()
	if !c.DryRun {
		picked = s.confirmed(ctx, picked)
	}
	gone := s.missing(ctx)
	if c.DryRun {
		s.wouldDelete(picked)
		return s.result, nil
	}
	s.delete(ctx, picked)
	s.confirm(ctx, picked)
	for _, found := range s.result.Deleted {
		gone = append(gone, found.ID)
	}
	return s.result, errors.Join(s.record(gone), ctx.Err())
}

// sweep is one that is on its way.
type sweep struct {
	SweepConfig
	host    string
	callers []*caller
	result  SweepResult
	clock   Clock // of the target
}

func newSweep(c SweepConfig) (*sweep, error) {
	base, err := url.Parse(c.BaseURL)
	if err != nil || base.Host == "" {
		return nil, &ConfigError{"BaseURL", "the target has no address"}
	}
	if len(c.Logins) == 0 {
		return nil, &ConfigError{"Logins", "there is nobody to log in as"}
	}
	if c.HTTP == nil {
		c.HTTP = &http.Client{
			Timeout:       30 * time.Second,
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		}
	}
	if c.Wait == nil {
		c.Wait = sleep
	}
	c.Settle = cmp.Or(c.Settle, defaultSettle)
	s := &sweep{SweepConfig: c, host: base.Host, result: SweepResult{Deleted: []Found{}, WouldDelete: []Found{}, Left: []Found{}}}
	s.Known = slices.DeleteFunc(slices.Clone(c.Known), func(o Object) bool { return origin(base.Scheme, o.Target) != origin(base.Scheme, base.Host) })
	path := cmp.Or(c.Version, version.V2026).CollectionPath()
	for _, login := range c.Logins {
		s.callers = append(s.callers, &caller{
			Login: login, http: c.HTTP, base: strings.TrimRight(c.BaseURL, "/"), path: path, grace: c.Grace,
			now: c.Now, clock: &s.clock,
		})
	}
	return s, nil
}

// chosen is a token that is to be deleted.
type chosen struct {
	Found
	by *caller
	// problem is why it was not, nil where the target says that it is gone.
	problem error
}

// confirmed leaves out the tokens that were found by name, unless they may be deleted.
func (s *sweep) confirmed(ctx context.Context, all []*chosen) []*chosen {
	var byName, rest []*chosen
	var found []Found
	for _, one := range all {
		if one.Kind != RunName {
			rest = append(rest, one)
			continue
		}
		byName, found = append(byName, one), append(found, one.Found)
	}
	if len(byName) == 0 || s.Confirm != nil && s.Confirm(ctx, found) {
		return all
	}
	s.wouldDelete(byName)
	return rest
}

func (s *sweep) wouldDelete(all []*chosen) {
	for _, one := range all {
		s.result.WouldDelete = append(s.result.WouldDelete, one.Found)
	}
}

// delete deletes the tokens one after the other, until the sweep is interrupted.
func (s *sweep) delete(ctx context.Context, all []*chosen) {
	for _, one := range all {
		if one.problem = ctx.Err(); one.problem != nil {
			continue
		}
		if s.Guard != nil {
			s.Guard.Adopt(one.ID)
		}
		one.problem = one.by.delete(ctx, one.ID)
	}
}

// confirm reads the lists again: they say better than the answers to the deletes what is gone. Where they cannot be read the
// answers count.
func (s *sweep) confirm(ctx context.Context, all []*chosen) {
	for _, by := range s.callers {
		mine := slices.DeleteFunc(slices.Clone(all), func(one *chosen) bool { return one.by != by })
		if len(mine) == 0 {
			continue
		}
		unread := by.list(ctx)
		if unread == nil {
			unread = s.await(ctx, by, func() bool {
				return !slices.ContainsFunc(mine, func(one *chosen) bool { return one.problem == nil && by.has(one.ID) })
			})
		}
		for _, one := range mine {
			switch listed := by.has(one.ID); {
			case unread == nil && !listed, unread != nil && one.problem == nil:
				s.result.Deleted = append(s.result.Deleted, one.Found)
			case one.problem == nil:
				s.leave(one.Found, StillListed, "")
			default:
				s.leave(one.Found, DeleteFailed, s.clean(one.problem.Error()))
			}
		}
	}
}

// leave says why a token is left: in words of its own, unless they are empty.
func (s *sweep) leave(f Found, kind FoundKind, why string) {
	f.Kind, f.Why = kind, cmp.Or(why, whys[kind])
	s.result.Left = append(s.result.Left, f)
}

// record tells the ledger what is gone.
func (s *sweep) record(gone []string) error {
	if s.Ledger == nil {
		return nil
	}
	for _, id := range gone {
		target := s.host
		if i := slices.IndexFunc(s.Known, func(o Object) bool { return o.ID == id }); i >= 0 {
			target = s.Known[i].Target // as the ledger has it, with its port or without
		}
		if err := s.Ledger.Deleted(target, s.Run, id); err != nil {
			return err
		}
	}
	return nil
}

// clean takes out what nobody shall read.
func (s *sweep) clean(text string) string {
	for _, by := range s.callers {
		text = by.clean(text)
	}
	return text
}
