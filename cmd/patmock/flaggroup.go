package main

import (
	"slices"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// A flagGroup is a heading of the help, with flags below it. Below a heading flags are in the order
// in which they were registered: common ones come first.
type flagGroup string

// The groups, in the order of the help. A flag without a group belongs to groupFlags.
const (
	groupFlags     flagGroup = "Flags"
	groupMock      flagGroup = "The mock"
	groupRunning   flagGroup = "The running mock"
	groupTarget    flagGroup = "The target"
	groupScenarios flagGroup = "Scenarios"
	groupTenant    flagGroup = "A real tenant"
	groupEvidence  flagGroup = "Evidence"
	groupRequests  flagGroup = "Requests that match"
	groupBehaviour flagGroup = "Behaviour"
	groupControl   flagGroup = "Control API"
	groupLimits    flagGroup = "Limits"
	groupLog       flagGroup = "Log"
)

func flagGroups() []flagGroup {
	return []flagGroup{
		groupFlags, groupMock, groupRunning, groupTarget, groupScenarios, groupTenant, groupEvidence,
		groupRequests, groupBehaviour, groupControl, groupLimits, groupLog,
	}
}

// groupOfFlag is the annotation that holds the group of a flag.
const groupOfFlag = "patmock: group"

// setGroup puts flags into a group. Without names it takes those that have none yet.
func setGroup(flags *pflag.FlagSet, g flagGroup, names ...string) {
	flags.VisitAll(func(f *pflag.Flag) {
		named := slices.Contains(names, f.Name)
		if named || len(names) == 0 && f.Annotations[groupOfFlag] == nil {
			annotate(f, groupOfFlag, string(g))
		}
	})
}

// groupOf returns the group of a flag.
func groupOf(f *pflag.Flag) flagGroup {
	if set := f.Annotations[groupOfFlag]; len(set) > 0 {
		return flagGroup(set[0])
	}
	return groupFlags
}

// annotate adds an annotation to a flag.
func annotate(f *pflag.Flag, key string, values ...string) {
	if f.Annotations == nil {
		f.Annotations = map[string][]string{}
	}
	f.Annotations[key] = append([]string{}, values...)
}

// keepOrder makes a command and those below it keep the order of their flags.
func keepOrder(cmd *cobra.Command) {
	cmd.Flags().SortFlags = false
	cmd.PersistentFlags().SortFlags = false
	for _, child := range cmd.Commands() {
		keepOrder(child)
	}
}

// flagsOf returns the flags of a command and those that it inherits, but for --help.
func flagsOf(cmd *cobra.Command) []*pflag.Flag {
	var all []*pflag.Flag
	add := func(f *pflag.Flag) {
		if !f.Hidden && f.Name != "help" && f.Name != "version" && !slices.Contains(all, f) {
			all = append(all, f)
		}
	}
	cmd.LocalFlags().VisitAll(add)
	cmd.VisitParents(func(parent *cobra.Command) { parent.PersistentFlags().VisitAll(add) })
	return all
}

// allFlags returns the flags of a command and of all below it.
func allFlags(cmd *cobra.Command) []*pflag.Flag {
	flags := flagsOf(cmd)
	for _, child := range cmd.Commands() {
		flags = append(flags, allFlags(child)...)
	}
	return flags
}
