// Package clients takes SailPoint's own SDKs, as their registries serve them, through the same
// steps against a mock.
//
// Each SDK has a driver in a folder of its own, a program that finds the mock in PATMOCK_URL, and
// the user jane.doe in SAIL_BASE_URL, SAIL_CLIENT_ID and SAIL_CLIENT_SECRET. It takes each step in
// each version that the SDK has, and writes a line of JSON for it to standard output:
//
//	{"client":"typescript","sdk":"1.4.15","version":"v3","step":"delete","outcome":"pass","detail":""}
//
// The outcome is pass; limit, for what the SDK cannot do and what the driver saw it fail at as it
// does today; or fail. Anything else goes to standard error. The steps, and what each SDK cannot
// do, are in drivers_test.go; a step that is missing fails, as does a limit that is not listed
// there, or that is and did not show.
//
// SDKs that cannot be had here are held by their wire forms, byte by byte, in testdata/wire;
// golang.org/x/oauth2 stands for programs that use no SDK, and schemathesis for those that nobody
// thought of.
package clients
