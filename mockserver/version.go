package mockserver

import "runtime/debug"

const modulePath = "example.com/patmock"

// Version returns the version of patmock in this program, or "(devel)" if it was built from a work
// tree.
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
