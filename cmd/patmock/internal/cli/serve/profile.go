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
		"requests of a client id and version in a window such as 100/10s, or off")
	flags.IntVar(&p.TokenLimit, "token-limit", 0,
		"how many tokens an owner may have, 0 for any number")
	flags.DurationVar(&p.ScopeDelay, "scope-delay", 0,
		"for how long logins give the scopes of before a change, such as 20m")
	flags.StringVar(&p.NeverExpiresAs, "never-expires-as", mockserver.NeverExpiresAsNull,
		"what create answers for a token that never expires: null, or far-date for SailPoint's "+
			"Python SDK")
	flags.StringVar(&f.dialect, "dialect", "",
		"file with what a tenant answers where nothing published settles it: see patmock spec "+
			"dialect")
	flags.StringVar(&f.hostile, "hostile", "",
		"what answers may do, with commas between: all, none, "+
			strings.Join(mockserver.HostileBehaviors(), ", "))
	flags.Float64Var(&p.HostileRate, "hostile-rate", 0, "share of answers that do it, from 0 to 1")
	flags.IntVar(&p.HostileMaxConsecutive, "hostile-max-consecutive", 0,
		"after how many of them a client gets a plain one")
	flags.StringVar(&f.seed, "random-seed", "",
		"number that makes everything random the same in each run")
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
				" and --hostile-max-consecutive do nothing by themselves: say what answers may do "+
					"with "+
					"--hostile or --profile hostile")
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
			cli.Flagf("random-seed", " %q: expected a number from 0 to %d", f.seed, 1<<bits-1)
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
		return nil, cli.Flagf("dialect", ": there is no file %s", path)
	case err != nil:
		return nil, cli.Flagf("dialect", ": %w", err)
	}
	return d, nil
}
