package root

import (
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"example.com/patmock/cmd/patmock/internal/cli"
	controlcmd "example.com/patmock/cmd/patmock/internal/cli/control"
	"example.com/patmock/cmd/patmock/internal/cli/remote"
	"example.com/patmock/contracttests/report"
	"example.com/patmock/contracttests/scenarios"
	"example.com/patmock/fixtures"
	"example.com/patmock/mockserver"
	"example.com/patmock/mockserver/control"
)

// completeFlags sets the completion of flags and arguments of cmd and its subcommands, unless they
// have one.
func completeFlags(cmd *cobra.Command, env cli.Env) {
	completions := flagCompletions(env)
	cmd.LocalFlags().VisitAll(func(f *pflag.Flag) {
		complete := cli.Choices(f)
		if complete == nil {
			complete = completions[f.Name]
		}
		if complete != nil {
			// a persistent flag has one already
			_ = cmd.RegisterFlagCompletionFunc(f.Name, complete)
		}
	})
	// without arguments
	if cmd.ValidArgsFunction == nil && len(cmd.ValidArgs) == 0 && cmd.Use == cmd.Name() {
		cmd.ValidArgsFunction = cobra.NoFileCompletions
	}
	for _, child := range cmd.Commands() {
		completeFlags(child, env)
	}
}

func flagCompletions(env cli.Env) map[string]cobra.CompletionFunc {
	return map[string]cobra.CompletionFunc{
		"fixture": completeFixture,
		"profile": cli.SingleValue(mockserver.Profiles()),
		"hostile": cli.MultipleValues(append([]string{"all", "none"},
			mockserver.HostileBehaviors()...)),
		"never-expires-as": cli.SingleValue([]string{
			mockserver.NeverExpiresAsNull, mockserver.NeverExpiresAsFarDate,
		}),
		"rate-limit":         cli.SingleValue([]string{"100/10s", "off"}),
		"cors":               cli.SingleValue([]string{mockserver.CORSLoopback, "*", "off"}),
		"validate-responses": cli.SingleValue([]string{"on", "off"}),
		"log-format":         cli.SingleValue([]string{"text", "json"}),
		"log-level":          cli.SingleValue([]string{"debug", "info", "warn", "error"}),
		"versions":           cli.MultipleValues(cli.VersionNames()),
		"target":             cli.SingleValue([]string{"mock", "env"}),
		"run":                completeScenario,
		"skip":               completeScenario,
		"report":             completeReport,
		"method":             cli.SingleValue([]string{"GET", "POST", "PATCH", "DELETE"}),
		"user-level":         cli.SingleValue([]string{"USER", "HELPDESK", "ORG_ADMIN"}),
		"user":               remote.CompleteUser(env),
		"owner":              remote.CompleteUser(env),
		"namespace":          remote.CompleteNamespace(env),
		"allow":              cli.SingleValue(control.FindingKinds()),
		"fault":              controlcmd.CompleteFault(env),
		"content-type":       cli.SingleValue(controlcmd.ContentTypes()),
	}
}

func completeFixture(
	*cobra.Command, []string, string,
) ([]cobra.Completion, cobra.ShellCompDirective) {
	return fixtures.Names(), cobra.ShellCompDirectiveDefault
}

// completeScenario completes the IDs of scenarios, also after the ^ of a regular expression.
func completeScenario(
	_ *cobra.Command, _ []string, toComplete string,
) ([]cobra.Completion, cobra.ShellCompDirective) {
	anchor := ""
	if strings.HasPrefix(toComplete, "^") {
		anchor = "^"
	}
	var all []cobra.Completion
	for _, s := range scenarios.All() {
		if id := anchor + s.ID; strings.HasPrefix(id, toComplete) {
			all = append(all, cobra.CompletionWithDesc(id, s.Promise))
		}
	}
	return all, cobra.ShellCompDirectiveNoFileComp
}

func completeReport(
	_ *cobra.Command, _ []string, toComplete string,
) ([]cobra.Completion, cobra.ShellCompDirective) {
	if format, _, found := strings.Cut(toComplete, "="); found {
		return []cobra.Completion{format + "=-"}, cobra.ShellCompDirectiveDefault
	}
	var all []cobra.Completion
	for _, format := range report.Formats() {
		all = append(all, format+"=")
	}
	return all, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveNoSpace
}
