package cli

import (
	"github.com/spf13/pflag"
)

// A FlagGroup is a heading of the help. Below it, flags appear in the order of their registration,
// with common ones first.
type FlagGroup string

// The groups, in the order of the help. Flags without a group belong to groupFlags.
const (
	groupFlags     FlagGroup = "Flags"
	GroupMock      FlagGroup = "The mock"
	GroupRunning   FlagGroup = "The running mock"
	GroupTarget    FlagGroup = "The target"
	GroupScenarios FlagGroup = "Scenarios"
	GroupTenant    FlagGroup = "A real tenant"
	GroupEvidence  FlagGroup = "Evidence"
	GroupRequests  FlagGroup = "Requests that match"
	GroupBehavior  FlagGroup = "Behavior"
	GroupControl   FlagGroup = "Control API"
	GroupLimits    FlagGroup = "Limits"
	GroupLog       FlagGroup = "Log"
)

// FlagGroups returns the groups in the order of the help.
func FlagGroups() []FlagGroup {
	return []FlagGroup{
		groupFlags, GroupMock, GroupRunning, GroupTarget, GroupScenarios, GroupTenant,
		GroupEvidence,
		GroupRequests, GroupBehavior, GroupControl, GroupLimits, GroupLog,
	}
}

const groupAnnotation = "patmock: group"

// SetGroup puts all flags without a group into g.
func SetGroup(flags *pflag.FlagSet, g FlagGroup) {
	flags.VisitAll(func(f *pflag.Flag) {
		if f.Annotations[groupAnnotation] == nil {
			annotate(f, groupAnnotation, string(g))
		}
	})
}

// GroupOf returns the group of a flag.
func GroupOf(f *pflag.Flag) FlagGroup {
	if set := f.Annotations[groupAnnotation]; len(set) > 0 {
		return FlagGroup(set[0])
	}
	return groupFlags
}

func annotate(f *pflag.Flag, key string, values ...string) {
	if f.Annotations == nil {
		f.Annotations = map[string][]string{}
	}
	f.Annotations[key] = append([]string{}, values...)
}
