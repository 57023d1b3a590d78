package serve

import (
	"errors"
	"io/fs"
	"strconv"
	"strings"

	"github.com/spf13/pflag"

	"example.com/patmock/cmd/patmock/internal/cli"
	"example.com/patmock/mockserver"
	"example.com/patmock/mockserver/dialect"
)

// registerProfile adds the flags that change the profile. Unset flags keep the profile's values.
func (f *Flags) registerProfile(flags *pflag.FlagSet) {
	f.changed = flags.Changed
	p := &f.profileFlags
	flags.StringVar(&p.RateLimit, "rate-limit", "",
		"limit per client ID and version, such as 100/10s, or off")
	flags.IntVar(&p.TokenLimit, "token-limit", 0,
		"maximum number of tokens of an owner, 0 for no limit")
	flags.DurationVar(&p.ScopeDelay, "scope-delay", 0,
		"how long logins return the old scopes after a change, such as 20m")
	flags.StringVar(&p.NeverExpiresAs, "never-expires-as", mockserver.NeverExpiresAsNull,
		"expirationDate in the response to create for a token that never expires: null, or "+
			"far-date for SailPoint's Python SDK")
	flags.StringVar(&f.dialect, "dialect", "",
		"file with responses that the published documents leave open: see patmock spec dialect")
	flags.StringVar(&f.hostile, "hostile", "",
		"comma-separated variations of responses: all, none, "+
			strings.Join(mockserver.HostileBehaviors(), ", "))
	flags.Float64Var(&p.HostileRate, "hostile-rate", 0, "share of varied responses, from 0 to 1")
	flags.IntVar(&p.HostileMaxConsecutive, "hostile-max-consecutive", 0,
		"maximum number of consecutive varied responses to a client")
	flags.StringVar(&f.seed, "random-seed", "", "seed for all random values, to repeat a run")
}

func (f Flags) resolveProfile() (mockserver.Profile, error) {
	p, err := mockserver.ProfileByName(f.profileName)
	if err != nil {
		return p,
			cli.Flagf("profile", ": %w%s", err,
				cli.DidYouMean(f.profileName, mockserver.Profiles()))
	}
	override(f, "never-expires-as", &p.NeverExpiresAs, f.profileFlags.NeverExpiresAs)
	override(f, "rate-limit", &p.RateLimit, f.profileFlags.RateLimit)
	override(f, "token-limit", &p.TokenLimit, f.profileFlags.TokenLimit)
	override(f, "scope-delay", &p.ScopeDelay, f.profileFlags.ScopeDelay)
	if f.changed("hostile") {
		if p, err = f.applyHostile(p); err != nil {
			return p, err
		}
	}
	override(f, "hostile-rate", &p.HostileRate, f.profileFlags.HostileRate)
	override(f, "hostile-max-consecutive", &p.HostileMaxConsecutive,
		f.profileFlags.HostileMaxConsecutive)
	if len(p.Hostile) == 0 && (f.changed("hostile-rate") || f.changed("hostile-max-consecutive")) {
		return p,
			cli.Flagf("hostile-rate",
				" and --hostile-max-consecutive need --hostile or --profile hostile")
	}
	return p, nil
}

func override[T any](f Flags, flag string, value *T, flagValue T) {
	if f.changed(flag) {
		*value = flagValue
	}
}

func (f Flags) applyHostile(p mockserver.Profile) (mockserver.Profile, error) {
	preset, err := mockserver.ProfileByName(mockserver.ProfileHostile)
	if err != nil {
		return p, err
	}
	if p.HostileRate == 0 {
		p.HostileRate, p.HostileMaxConsecutive = preset.HostileRate, preset.HostileMaxConsecutive
	}
	switch f.hostile {
	case "all":
		p.Hostile = preset.Hostile
	case "none", "":
		p.Hostile = nil
	default:
		p.Hostile = strings.Split(f.hostile, ",")
	}
	for i, behaviour := range p.Hostile {
		p.Hostile[i] = strings.TrimSpace(behaviour)
	}
	return p, nil
}

func (f Flags) randomSeed() (*uint64, error) {
	if f.seed == "" {
		return nil, nil
	}
	const bits = 53 // integers up to this size are exact in every JSON parser
	n, err := strconv.ParseUint(f.seed, 10, bits)
	if err != nil {
		return nil,
			cli.Flagf("random-seed", " must be a number from 0 to %d, got %q", 1<<bits-1, f.seed)
	}
	return &n, nil
}

// readDialect reads the file of --dialect. An empty path means the defaults.
func readDialect(path string) (dialect.Dialect, error) {
	if path == "" {
		return nil, nil
	}
	d, err := dialect.Read(path)
	var dialectErrs dialect.Errors
	switch {
	case errors.As(err, &dialectErrs):
		return nil, cli.Flagf("dialect", ": %w", dialectErrs)
	case errors.Is(err, fs.ErrNotExist):
		return nil, cli.Flagf("dialect", ": file %s does not exist", path)
	case err != nil:
		return nil, cli.Flagf("dialect", ": %w", err)
	}
	return d, nil
}
