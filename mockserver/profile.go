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

// Profile sets limits and hostile behavior of a mock. The zero value is friendly: it rejects only
// requests that the documents forbid. Log and journal note requests that a real tenant
// would reject.
type Profile struct {
	// Name is friendly, faithful or hostile and appears in messages. Empty means friendly.
	Name string
	// RateLimit is the number of requests that a client id may send to a version in a window, such
	// as 100/10s. Empty or off means no limit.
	RateLimit string
	// TokenLimit is the maximum number of tokens of an owner. Zero means no limit.
	TokenLimit int
	// ScopeDelay is the time after a change of scopes in which logins still get the old scopes.
	// Zero means no delay.
	ScopeDelay time.Duration
	// NeverExpiresAs is the expiration date of a token that never expires: null, or far-date for
	// clients that reject null in the response to create. Empty means the value of Config.Dialect.
	// A value here must not contradict the dialect.
	NeverExpiresAs string
	// Hostile lists the behaviors that responses may show, see HostileBehaviors. Empty means that
	// the mock is not hostile.
	Hostile []string
	// HostileRate is the share of hostile responses, from 0 to 1.
	HostileRate float64
	// HostileMaxConsecutive is the maximum number of hostile responses in a row to a client.
	HostileMaxConsecutive int
}

// Values of NeverExpiresAs.
const (
	NeverExpiresAsNull    = dialect.Null
	NeverExpiresAsFarDate = dialect.FarDate
)

// Names of the profiles.
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

// Profiles returns the names of the profiles, sorted.
func Profiles() []string { return slices.Sorted(maps.Keys(profiles)) }

// HostileBehaviors returns the names of all hostile behaviors.
func HostileBehaviors() []string { return hostile.Behaviours() }

// ProfileByName returns the profile with the given name.
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

// check sets empty fields to their defaults and validates the others. The error is a *ConfigError.
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
	for _, behavior := range p.Hostile {
		if err := hostile.Check(behavior); err != nil {
			return p, limit, configError("Profile.Hostile", err)
		}
	}
	switch {
	case p.TokenLimit < 0:
		err = configError("Profile.TokenLimit",
			fmt.Errorf("token limit: must not be negative, got %d (0 means no limit)",
				p.TokenLimit))
	case p.ScopeDelay < 0:
		err = configError("Profile.ScopeDelay",
			fmt.Errorf("scope delay: must not be negative, got %s", p.ScopeDelay))
	case p.NeverExpiresAs != "" && p.NeverExpiresAs != NeverExpiresAsNull &&
		p.NeverExpiresAs != NeverExpiresAsFarDate:
		err = configError("Profile.NeverExpiresAs",
			fmt.Errorf("never expires as: expected null or far-date, got %q", p.NeverExpiresAs))
	case p.HostileRate < 0 || p.HostileRate > 1:
		err = configError("Profile.HostileRate",
			fmt.Errorf("hostile rate: expected a share from 0 to 1, got %v", p.HostileRate))
	case p.HostileMaxConsecutive < 0:
		err = configError("Profile.HostileMaxConsecutive",
			fmt.Errorf("hostile max consecutive: must not be negative, got %d",
				p.HostileMaxConsecutive))
	case len(p.Hostile) > 0 && (p.HostileRate == 0 || p.HostileMaxConsecutive == 0):
		err = errors.New("hostile: behaviors have no effect without a rate and a maximum of " +
			"consecutive responses: set both")
		err = configError("Profile.Hostile", err)
	}
	return p, limit, err
}

// toAPI returns the profile as the control API reports it.
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

// resolveDialect returns the entries of d that differ from the defaults. It adds the NeverExpiresAs
// of the profile and returns an error if the two contradict each other.
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
			fmt.Errorf("%s is %s in the dialect and %s in the profile: set only one of them",
				dialect.NeverExpiringResponse, never.Value, form)
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
