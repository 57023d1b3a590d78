package control

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"example.com/patmock/cmd/patmock/internal/cli"
	"example.com/patmock/cmd/patmock/internal/cli/remote"
	"example.com/patmock/mockserver/control"
)

func newHealth(c *controlCommand) *cobra.Command {
	return query(c, &cobra.Command{
		Use:     "health",
		Short:   "Show readiness, profile and counters of the mock",
		Example: "  patmock exec -- patmock control health",
	}, func(ctx context.Context, client *control.Client, _ []string) (control.Health, error) {
		return client.Health(ctx)
	}, healthText)
}

func healthText(h control.Health) string {
	p, n := h.Profile, h.Counters
	profile := p.Name
	if p.RandomSeed != nil {
		profile += fmt.Sprintf(" (random seed %d)", *p.RandomSeed)
	}
	var requests []string
	for _, operation := range slices.Sorted(maps.Keys(n.Requests)) {
		requests = append(requests, operation+" "+counts(n.Requests[operation]))
	}
	return fmt.Sprintf("patmock %s is ready%s\n", cli.Sanitize(h.Version), remote.DegradedText(h)) +
		cli.Table(
			[]string{"namespace", h.Namespace},
			[]string{"profile", profile},
			[]string{"rate limit", p.RateLimit},
			[]string{"tokens", fmt.Sprint(n.Tokens)},
			[]string{"requests", strings.Join(requests, "; ")},
			[]string{"findings", counts(n.Findings)},
			[]string{"faults", fmt.Sprint(n.Faults)},
		)
}

// counts formats counts by key: 200: 3, 404: 1.
func counts(of map[string]int) string {
	var parts []string
	for _, key := range slices.Sorted(maps.Keys(of)) {
		parts = append(parts, fmt.Sprintf("%s: %d", key, of[key]))
	}
	return strings.Join(parts, ", ")
}
