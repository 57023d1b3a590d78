package main

import (
	"context"
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"example.com/patmock/mockserver/control"
)

func newClock(c *controls) *cobra.Command {
	return group(
		"clock", "Show and move the clock that dates and expiry follow",
		newClockGet(c), newClockSet(c), newClockAdvance(c), newClockClear(c),
	)
}

func newClockGet(c *controls) *cobra.Command {
	cmd := &cobra.Command{
		Use:     "get",
		Short:   "Show what time it is",
		Example: "  patmock exec -- patmock control clock get",
		Args:    noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return show(c, cmd, func(client *control.Client, ctx context.Context) (control.Clock, error) {
				clock, err := client.Clock(ctx)
				clock.Now = clock.Now.Truncate(time.Millisecond)
				return clock, err
			}, clockText)
		},
	}
	formatFlag(cmd, textOrJSON...)
	return cmd
}

const expectedTime = "expected a time such as 2027-01-31T00:00:00Z"

func newClockSet(c *controls) *cobra.Command {
	var setting control.ClockSetting
	cmd := &cobra.Command{
		Use:     "set [TIME] [--frozen]",
		Short:   "Set the clock to a moment, stop it, or both",
		Long:    "Sets the clock to a moment, from which it goes on unless it is frozen. Without a moment it stays where it is.",
		Example: "  patmock exec -- patmock control clock set 2027-01-31T00:00:00Z --frozen",
		Args:    atMostOne("TIME", "a time such as 2027-01-31T00:00:00Z"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 && !cmd.Flags().Changed("frozen") {
				return usagef("TIME", "expected a time such as 2027-01-31T00:00:00Z, --frozen, or both")
			}
			if len(args) == 1 {
				now, err := time.Parse(time.RFC3339, args[0])
				if err != nil {
					return usagef("TIME", "%s, got %q", expectedTime, args[0])
				}
				setting.Now = &now
			}
			return show(c, cmd, func(client *control.Client, ctx context.Context) (control.Clock, error) {
				return client.SetClock(ctx, setting)
			}, clockText)
		},
	}
	cmd.Flags().BoolVar(&setting.Frozen, "frozen", false, "make it stand still")
	formatFlag(cmd, textOrJSON...)
	return cmd
}

func newClockAdvance(c *controls) *cobra.Command {
	cmd := &cobra.Command{
		Use:     "advance DURATION",
		Short:   "Let time pass: 72h, 191d, 1d12h",
		Long:    "Moves the clock ahead, frozen or not. A day has 24 hours. To move it back, set it: patmock control clock set TIME.",
		Example: "  patmock exec -- patmock control clock advance 72h",
		Args:    one("DURATION", "a duration such as 72h or 1d12h"),
		RunE: func(cmd *cobra.Command, args []string) error {
			by, err := parseDuration(args[0])
			if err != nil {
				return notAhead(args[0], err)
			}
			return show(c, cmd, func(client *control.Client, ctx context.Context) (control.Clock, error) {
				return client.Advance(ctx, by)
			}, clockText)
		},
	}
	formatFlag(cmd, textOrJSON...)
	return cmd
}

// notAhead returns the error of an argument of advance. A negative one has another command.
func notAhead(text string, err error) error {
	if strings.HasPrefix(text, "-") {
		err = fmt.Errorf("%w: patmock control clock set TIME moves the clock back", err)
	}
	return usagef("DURATION", "%w", err)
}

func newClockClear(c *controls) *cobra.Command {
	cmd := &cobra.Command{
		Use:     "clear",
		Short:   "Follow wall time again",
		Example: "  patmock exec -- patmock control clock clear",
		Args:    noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return show(c, cmd, (*control.Client).ClearClock, clockText)
		},
	}
	formatFlag(cmd, textOrJSON...)
	return cmd
}

// timeForm is RFC 3339 with milliseconds.
const timeForm = "2006-01-02T15:04:05.000Z07:00"

// daysOf returns a distance such as +1471h28m34.945s with its days: +61d7h28m34.945s. Units of nothing
// are left out, and a text of another form is returned as it is.
func daysOf(text string) string {
	sign := text[:len(text)-len(strings.TrimLeft(text, "+-"))]
	d, err := time.ParseDuration(strings.TrimLeft(text, "+-"))
	if err != nil || d == 0 {
		return text
	}
	const day = 24 * time.Hour
	out := ""
	for _, unit := range []struct {
		size time.Duration
		name string
	}{{day, "d"}, {time.Hour, "h"}, {time.Minute, "m"}} {
		if n := d / unit.size; n > 0 {
			out += fmt.Sprintf("%d%s", n, unit.name)
			d -= n * unit.size
		}
	}
	if d > 0 {
		out += d.Round(time.Millisecond).String()
	}
	return sign + out
}

func clockText(clock control.Clock) string {
	text := clock.Now.Format(timeForm)
	if clock.Frozen {
		text += ", frozen"
	}
	if clock.Moved != "" {
		text += ", moved by " + visible(daysOf(clock.Moved))
	}
	return text + "\n"
}

var daysForm = regexp.MustCompile(`^([0-9]+(?:\.[0-9]+)?)d`)

// parseDuration reads what time.ParseDuration does, with days in front.
func parseDuration(text string) (time.Duration, error) {
	wrong := fmt.Errorf("expected a duration ahead, such as 72h, 191d or 1d12h, got %q", text)
	rest, sum := text, 0.0
	if days := daysForm.FindStringSubmatch(text); days != nil {
		n, err := strconv.ParseFloat(days[1], 64)
		if err != nil {
			return 0, wrong
		}
		rest, sum = text[len(days[0]):], n*float64(24*time.Hour)
	}
	if rest != "" {
		d, err := time.ParseDuration(rest)
		if err != nil || rest[0] == '-' || rest[0] == '+' {
			return 0, wrong
		}
		sum += float64(d)
	}
	if sum >= math.MaxInt64 {
		return 0, fmt.Errorf("expected at most 290 years, got %q", text)
	}
	return time.Duration(sum), nil
}
