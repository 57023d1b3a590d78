package report_test

import (
	"fmt"
	"os"
	"time"

	"example.com/patmock/contracttests/report"
	"example.com/patmock/spec/evidence"
	"example.com/patmock/spec/version"
)

func ExampleWrite() {
	failure := report.Failure{
		Kind: report.KindPromise, Message: "status is 201, expected 200",
		Exchange: "POST /v3\n\n201 Created\n\n{\"secret\":\"hunter2\"}",
	}
	r := &report.Report{
		Schema: report.SchemaVersion, Tool: "patmock 1.0.0", Target: report.Target{
			Name: "mock", Version: "1.0.0",
		},
		Started: time.Unix(0, 0).UTC(), Seconds: 0.1,
		Results: []report.Result{{
			ID: "create/returns-200", Version: version.V3, Promise: "Create returns 200.",
			Sources:  []string{"v3 #/paths"},
			Evidence: evidence.Published, Outcome: report.Fail, Kind: failure.Kind,
			Message:  failure.Message,
			Failures: []report.Failure{failure}, Requests: 2, Seconds: 0.012,
		}},
	}
	if err := report.Write("json", os.Stdout, r); err != nil {
		fmt.Println(err)
	}
	// Output:
	// {
	//   "schema": 1,
	//   "tool": "patmock 1.0.0",
	//   "target": {
	//     "name": "mock",
	//     "realTenant": false,
	//     "version": "1.0.0"
	//   },
	//   "started": "1970-01-01T00:00:00Z",
	//   "seconds": 0.1,
	//   "interrupted": false,
	//   "warnings": [],
	//   "counts": {
	//     "error": 0,
	//     "fail": 1,
	//     "pass": 0,
	//     "provisional": 0,
	//     "skip": 0
	//   },
	//   "results": [
	//     {
	//       "id": "create/returns-200",
	//       "version": "v3",
	//       "promise": "Create returns 200.",
	//       "sources": [
	//         "v3 #/paths"
	//       ],
	//       "evidence": "published",
	//       "outcome": "fail",
	//       "kind": "promise",
	//       "message": "status is 201, expected 200",
	//       "failures": [
	//         {
	//           "kind": "promise",
	//           "message": "status is 201, expected 200",
	//           "diff": "",
	//           "exchange": "POST /v3\n\n201 Created\n\n{\"secret\":\"[redacted]\"}",
	//           "curl": ""
	//         }
	//       ],
	//       "notes": [],
	//       "requests": 2,
	//       "seconds": 0.012
	//     }
	//   ]
	// }
}
