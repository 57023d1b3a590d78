package main

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"example.com/patmock/contracttests/report"
	"example.com/patmock/contracttests/scenarios"
	"example.com/patmock/fixtures"
	"example.com/patmock/mockserver"
)

// completeFlags offers values of the flags of a command and of those below it, unless the command
// has said which.
func completeFlags(cmd *cobra.Command, env environment) {
	for name, offer := range flagCompletions(env) {
		if f := cmd.Flag(name); f == nil || cmd.LocalFlags().Lookup(name) != f {
			continue
		}
		if _, found := cmd.GetFlagCompletionFunc(name); !found {
			// It fails for a flag that does not exist only.
			_ = cmd.RegisterFlagCompletionFunc(name, offer)
		}
	}
	if cmd.ValidArgsFunction == nil && len(cmd.ValidArgs) == 0 && cmd.Use == cmd.Name() { // without arguments
		cmd.ValidArgsFunction = cobra.NoFileCompletions
	}
	for _, child := range cmd.Commands() {
		completeFlags(child, env)
	}
}

// flagCompletions offer the values of flags, by name.
func flagCompletions(env environment) map[string]cobra.CompletionFunc {
	return map[string]cobra.CompletionFunc{
		"fixture":          completeFixture,
		"profile":          oneValue(mockserver.Profiles()),
		"hostile":          severalValues(append([]string{"all", "none"}, mockserver.HostileBehaviours()...)),
		"never-expires-as": oneValue([]string{mockserver.NeverAsNull, mockserver.NeverAsFarDate}),
		"rate-limit":       oneValue([]string{"100/10s", "off"}),
		"cors":             oneValue([]string{mockserver.CORSLoopback, "*", "off"}),
		"check-responses":  oneValue([]string{"on", "off"}),
		"log-format":       oneValue(logFormats),
		"log-level":        oneValue(logLevels),
		"versions":         severalValues(versionNames()),
		"target":           oneValue([]string{"mock", "env"}),
		"run":              completeScenario,
		"skip":             completeScenario,
		"standing":         severalValues(standings),
		"require":          severalValues(needNames()),
		"report":           completeReport,
		"method":           oneValue([]string{"GET", "POST", "PATCH", "DELETE"}),
		"user-level":       oneValue([]string{"USER", "HELPDESK", "ORG_ADMIN"}),
		"user":             completeUser(env),
		"owner":            completeUser(env),
		"namespace":        completeNamespace(env),
		"fault":            completeFault(env),
	}
}

// oneValue offers the values of a flag that takes one of a few.
func oneValue(values []string) cobra.CompletionFunc {
	return cobra.FixedCompletions(values, cobra.ShellCompDirectiveNoFileComp)
}

// severalValues offers the values of a flag that takes several of a few, with commas between.
func severalValues(values []string) cobra.CompletionFunc {
	return func(_ *cobra.Command, _ []string, typed string) ([]cobra.Completion, cobra.ShellCompDirective) {
		before := typed[:strings.LastIndex(typed, ",")+1]
		given := split(before)
		var all []cobra.Completion
		for _, value := range values {
			if !slices.Contains(given, value) {
				all = append(all, before+value)
			}
		}
		return all, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveNoSpace
	}
}

// completeFixture offers fixtures, and files.
func completeFixture(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
	return fixtures.Names(), cobra.ShellCompDirectiveDefault
}

// completeScenario offers the ids of scenarios, also behind the ^ of a regular expression.
func completeScenario(_ *cobra.Command, _ []string, typed string) ([]cobra.Completion, cobra.ShellCompDirective) {
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

// completeDirectory offers directories.
func completeDirectory(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
	return nil, cobra.ShellCompDirectiveFilterDirs
}

// completeReport offers the formats of reports, and files behind them.
func completeReport(_ *cobra.Command, _ []string, typed string) ([]cobra.Completion, cobra.ShellCompDirective) {
	if format, _, found := strings.Cut(typed, "="); found {
		return []cobra.Completion{format + "=-"}, cobra.ShellCompDirectiveDefault
	}
	var all []cobra.Completion
	for _, format := range report.Formats() {
		all = append(all, format+"=")
	}
	return all, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveNoSpace
}
