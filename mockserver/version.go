package mockserver

import "runtime/debug"

const modulePath = "example.com/patmock"

// Version is the version of patmock that this program was built with, "(devel)" when it
// was built from a work tree.
func Version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "(devel)"
	}
	for _, module := range append(info.Deps, &info.Main) {
		if module.Path == modulePath && module.Version != "" {
			return module.Version
		}
	}
	return "(devel)"
}
