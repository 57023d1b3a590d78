package control

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"example.com/patmock/cmd/patmock/internal/cli"
	"example.com/patmock/mockserver/control"
)

func newClockGet(c *controlCommand) *cobra.Command {
	return query(c, &cobra.Command{
		Use:     "get",
		Short:   "Show the time of the clock",
		Example: "  patmock exec -- patmock control clock get",
	}, func(ctx context.Context, client *control.Client, _ []string) (control.Clock, error) {
		clock, err := client.Clock(ctx)
		clock.Now = clock.Now.Truncate(time.Millisecond)
		return clock, err
	}, clockText)
}

func newClockSet(c *controlCommand) *cobra.Command {
	var setting control.ClockSetting
	cmd := &cobra.Command{
		Use:   "set [TIME] [--frozen]",
		Short: "Set the clock to a time, freeze it, or both",
		Long: "Set the clock to a time. It continues from there unless it is frozen. Without a " +
			"time it keeps its current one.",
		Example: "  patmock exec -- patmock control clock set 2027-01-31T00:00:00Z --frozen",
		Args:    cli.OptionalArg("TIME", "a time such as 2027-01-31T00:00:00Z"),
	}
	cmd.Flags().BoolVar(&setting.Frozen, "frozen", false, "freeze the clock")
	return query(c, cmd,
		func(ctx context.Context, client *control.Client, args []string) (control.Clock, error) {
			if len(args) == 0 && !cmd.Flags().Changed("frozen") {
				return control.Clock{},
					cli.Usagef("TIME",
						"expected a time such as 2027-01-31T00:00:00Z, --frozen, or both")
			}
			if len(args) == 1 {
				now, err := time.Parse(time.RFC3339, args[0])
				if err != nil {
					return control.Clock{},
						cli.Usagef("TIME", "%s, got %q", cli.TimeForm, args[0])
				}
				setting.Now = &now
			}
			return client.SetClock(ctx, setting)
		}, clockText)
}

func newClockAdvance(c *controlCommand) *cobra.Command {
	return query(c, &cobra.Command{
		Use:   "advance DURATION",
		Short: "Advance the clock: 72h, 191d, 1d12h",
		Long: "Advance the clock, even if it is frozen. A day has 24 hours. To move it back, use " +
			"patmock control clock set TIME.",
		Example: "  patmock exec -- patmock control clock advance 72h",
		Args:    cli.RequiredArg("DURATION", "a duration such as 72h or 1d12h"),
	}, func(ctx context.Context, client *control.Client, args []string) (control.Clock, error) {
		by, err := cli.ParseDuration(args[0])
		if err != nil {
			return control.Clock{}, cli.AdvanceError(args[0], err)
		}
		return client.Advance(ctx, by)
	}, clockText)
}

func newClockClear(c *controlCommand) *cobra.Command {
	return query(c, &cobra.Command{
		Use:     "clear",
		Short:   "Follow the system clock again",
		Example: "  patmock exec -- patmock control clock clear",
	}, func(ctx context.Context, client *control.Client, _ []string) (control.Clock, error) {
		return client.ClearClock(ctx)
	}, clockText)
}

const timeForm = "2006-01-02T15:04:05.000Z07:00"

// formatDays adds days to a duration such as +1471h28m34.945s: +61d7h28m34.945s. It omits zero
// units and returns other texts unchanged.
func formatDays(text string) string {
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
	if clock.Offset != "" {
		text += ", moved by " + cli.Sanitize(formatDays(clock.Offset))
	}
	return text + "\n"
}
