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

// completeFlags offers values of the flags of a command and of those below it, unless the command
// has said which.
func completeFlags(cmd *cobra.Command, env cli.Env) {
	offers := flagCompletions(env)
	cmd.LocalFlags().VisitAll(func(f *pflag.Flag) {
		offer := cli.Choices(f)
		if offer == nil {
			offer = offers[f.Name]
		}
		if offer != nil {
			_ = cmd.RegisterFlagCompletionFunc(f.Name, offer) // a persistent flag has one already
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
		"profile": cli.OneValue(mockserver.Profiles()),
		"hostile": cli.SeveralValues(append([]string{"all", "none"},
			mockserver.HostileBehaviours()...)),
		"never-expires-as": cli.OneValue([]string{
			mockserver.NeverExpiresAsNull, mockserver.NeverExpiresAsFarDate,
		}),
		"rate-limit":         cli.OneValue([]string{"100/10s", "off"}),
		"cors":               cli.OneValue([]string{mockserver.CORSLoopback, "*", "off"}),
		"validate-responses": cli.OneValue([]string{"on", "off"}),
		"log-format":         cli.OneValue([]string{"text", "json"}),
		"log-level":          cli.OneValue([]string{"debug", "info", "warn", "error"}),
		"versions":           cli.SeveralValues(cli.VersionNames()),
		"target":             cli.OneValue([]string{"mock", "env"}),
		"run":                completeScenario,
		"skip":               completeScenario,
		"report":             completeReport,
		"method":             cli.OneValue([]string{"GET", "POST", "PATCH", "DELETE"}),
		"user-level":         cli.OneValue([]string{"USER", "HELPDESK", "ORG_ADMIN"}),
		"user":               remote.CompleteUser(env),
		"owner":              remote.CompleteUser(env),
		"namespace":          remote.CompleteNamespace(env),
		"allow":              cli.OneValue(control.FindingKinds()),
		"fault":              controlcmd.CompleteFault(env),
	}
}

func completeFixture(*cobra.Command, []string, string) ([]cobra.Completion,
	cobra.ShellCompDirective,
) {
	return fixtures.Names(), cobra.ShellCompDirectiveDefault
}

// completeScenario offers the ids of scenarios, also behind the ^ of a regular expression.
func completeScenario(_ *cobra.Command, _ []string, typed string) ([]cobra.Completion,
	cobra.ShellCompDirective,
) {
	anchor := ""
	if strings.HasPrefix(typed, "^") {
		anchor = "^"
	}
	var all []cobra.Completion
	for _, s := range scenarios.All() {
		if id := anchor + s.ID; strings.HasPrefix(id, typed) {
			all = append(all, cobra.CompletionWithDesc(id, s.Promise))
		}
	}
	return all, cobra.ShellCompDirectiveNoFileComp
}

func completeReport(_ *cobra.Command, _ []string, typed string) ([]cobra.Completion,
	cobra.ShellCompDirective,
) {
	if format, _, found := strings.Cut(typed, "="); found {
		return []cobra.Completion{format + "=-"}, cobra.ShellCompDirectiveDefault
	}
	var all []cobra.Completion
	for _, format := range report.Formats() {
		all = append(all, format+"=")
	}
	return all, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveNoSpace
}
