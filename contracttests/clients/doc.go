// Package clients runs SailPoint's own SDKs, as published in their registries, through the same
// steps against a mock.
//
// Each SDK has a driver program in its own directory. The driver reads the mock from PATMOCK_URL,
// and the user jane.doe from SAIL_BASE_URL, SAIL_CLIENT_ID and SAIL_CLIENT_SECRET. It runs each
// step in each version of the SDK, and writes a line of JSON for it to standard output:
//
//	{"client":"typescript","sdk":"1.4.15","version":"v3",
//	 "step":"delete","outcome":"pass","detail":""}
//
// The line is broken only in this comment.
//
// The outcome is pass, limit or fail. A limit is a step that the SDK cannot do, with the expected
// failure. Other output goes to standard error. The steps and the limits are in drivers_test.go. A
// missing step fails, as does a limit that is not listed, or a listed limit that passes.
//
// The Go SDK is in a module of its own, golang, so that no importer of patmock downloads it. That
// module also has the programs that SailPoint prints for the SDK.
//
// Other clients, and other releases of these, are tested by their bytes on the wire, in
// testdata/wire. The package golang.org/x/oauth2 represents programs without an SDK, and
// schemathesis sends generated requests.
package clients
