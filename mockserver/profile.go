package mockserver

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"example.com/patmock/mockserver/control"
	"example.com/patmock/mockserver/dialect"
	"example.com/patmock/mockserver/internal/hostile"
	"example.com/patmock/mockserver/internal/pat"
	"example.com/patmock/mockserver/internal/ratelimit"
)

// Profile is how a mock behaves where a tenant leaves a choice, or does what hurts tests. The zero
// value is friendly: only what the documents refuse is refused, and what a tenant would add is told
// in log and journal.
type Profile struct {
	// Name is friendly, faithful or hostile, for messages. Empty means friendly.
	Name string
	// RateLimit is how many requests a client id and version may make in a window, such as 100/10s.
	// Empty or off means any number.
	RateLimit string
	// TokenLimit is how many tokens an owner may have. Zero means any number.
	TokenLimit int
	// ScopeDelay is for how long logins give the scopes of before a change. Zero means not at all.
	ScopeDelay time.Duration
	// NeverExpiresAs is null, or far-date for clients that refuse null in the answer to create.
	// Empty means what Config.Dialect says, which it must not contradict.
	NeverExpiresAs string
	// Hostile are the behaviours that answers may show, see HostileBehaviours. None means that the
	// mock is not hostile.
	Hostile []string
	// HostileRate is the share of answers that show one, from 0 to 1.
	HostileRate float64
	// HostileMaxConsecutive is after how many of them a client gets a plain one.
	HostileMaxConsecutive int
}

// What NeverExpiresAs may be.
const (
	NeverExpiresAsNull    = dialect.Null
	NeverExpiresAsFarDate = dialect.FarDate
)

// The names of the profiles.
const (
	ProfileFriendly = "friendly"
	ProfileFaithful = "faithful"
	ProfileHostile  = "hostile"
)

var profiles = map[string]Profile{
	ProfileFriendly: {},
	ProfileFaithful: {
		RateLimit: ratelimit.TenantLimit.String(), TokenLimit: pat.TenantLimit,
		ScopeDelay: pat.TenantScopeDelay,
	},
	ProfileHostile: {Hostile: hostile.Behaviours(), HostileRate: 0.3, HostileMaxConsecutive: 2},
}

// Profiles lists the names of the profiles.
func Profiles() []string { return slices.Sorted(maps.Keys(profiles)) }

// HostileBehaviours lists what a hostile mock may do.
func HostileBehaviours() []string { return hostile.Behaviours() }

// ProfileByName returns the profile of that name.
func ProfileByName(name string) (Profile, error) {
	p, ok := profiles[name]
	if !ok {
		return p,
			fmt.Errorf("unknown profile %q: expected one of %s", name,
				strings.Join(Profiles(), ", "))
	}
	p.Name = name
	p.Hostile = slices.Clone(p.Hostile)
	return p, nil
}

// check fills in what is empty. The error is a *ConfigError.
func (p Profile) check() (Profile, ratelimit.Limit, error) {
	if p.Name == "" {
		p.Name = ProfileFriendly
	}
	if p.RateLimit == "" {
		p.RateLimit = "off"
	}
	limit, err := ratelimit.Parse(p.RateLimit)
	if err != nil {
		return p, limit, configError("Profile.RateLimit", fmt.Errorf("rate limit: %w", err))
	}
	for _, behaviour := range p.Hostile {
		if err := hostile.Check(behaviour); err != nil {
			return p, limit, configError("Profile.Hostile", err)
		}
	}
	switch {
	case p.TokenLimit < 0:
		err = configError("Profile.TokenLimit",
			fmt.Errorf("token limit: expected a number of tokens, or 0 for any, got %d",
				p.TokenLimit))
	case p.ScopeDelay < 0:
		err = configError("Profile.ScopeDelay",
			fmt.Errorf("scope delay: expected a duration, got %s", p.ScopeDelay))
	case p.NeverExpiresAs != "" && p.NeverExpiresAs != NeverExpiresAsNull &&
		p.NeverExpiresAs != NeverExpiresAsFarDate:
		err = configError("Profile.NeverExpiresAs",
			fmt.Errorf("never expires as: expected null or far-date, got %q", p.NeverExpiresAs))
	case p.HostileRate < 0 || p.HostileRate > 1:
		err = configError("Profile.HostileRate",
			fmt.Errorf("hostile rate: expected a share from 0 to 1, got %v", p.HostileRate))
	case p.HostileMaxConsecutive < 0:
		err = configError("Profile.HostileMaxConsecutive",
			fmt.Errorf("hostile in a row: expected a number of answers, got %d",
				p.HostileMaxConsecutive))
	case len(p.Hostile) > 0 && (p.HostileRate == 0 || p.HostileMaxConsecutive == 0):
		err = errors.New("hostile behaviours without a rate, or without a number in a row, do " +
			"nothing: set both")
		err = configError("Profile.Hostile", err)
	}
	return p, limit, err
}

// toAPI is the profile as the control surface tells it.
func (p Profile) toAPI(c Config) control.Profile {
	return control.Profile{
		Name: p.Name, RandomSeed: c.RandomSeed, RateLimit: p.RateLimit, TokenLimit: p.TokenLimit,
		ScopeDelay:     p.ScopeDelay.String(),
		NeverExpiresAs: c.Dialect.Response(dialect.NeverExpiringResponse).Value,
		Dialect:        append([]string{}, slices.Sorted(maps.Keys(c.Dialect))...),
		Hostile:        append([]string{}, p.Hostile...), HostileRate: p.HostileRate,
		HostileMaxConsecutive: p.HostileMaxConsecutive,
		ValidateResponses:     !c.SkipResponseValidation,
	}
}

// resolveDialect is the dialect that a mock follows: what differs from the defaults, with what the
// profile says of a token that never expires. Both may say it only where they agree.
func resolveDialect(d dialect.Dialect, p Profile) (dialect.Dialect, error) {
	if err := d.Validate(); err != nil {
		return nil, fmt.Errorf("dialect: %w", err)
	}
	never, explicit := d[dialect.NeverExpiringResponse]
	explicit = explicit && never.Value != ""
	switch form := p.NeverExpiresAs; {
	case form == "":
	case explicit && never.Value != form:
		return nil,
			fmt.Errorf("never expires as %s, and %s by the dialect's %s: say one of them", form,
				never.Value, dialect.NeverExpiringResponse)
	default:
		never.Value = form
		d = maps.Clone(d)
		if d == nil {
			d = dialect.Dialect{}
		}
		d[dialect.NeverExpiringResponse] = never
	}
	return d.NonDefault(), nil
}
