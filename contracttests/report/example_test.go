package report_test

import (
	"fmt"
	"os"
	"time"

	"example.com/patmock/contracttests/report"
	"example.com/patmock/spec/standing"
	"example.com/patmock/spec/version"
)

func ExampleWrite() {
	r := &report.Report{
		Schema: report.SchemaVersion, Tool: "patmock 1.0.0", Target: report.Target{Name: "mock", Version: "1.0.0"}, Started: time.Unix(0, 0), Seconds: 0.1,
		Results: []report.Result{
			{
				ID: "create/answers-200", Version: version.V3, Promise: "Create answers 200.", Sources: []string{"v3 #/paths"},
				Standing: standing.Published, Outcome: report.Fail, Message: "status is 201, expected 200", Seconds: 0.012,
				Failures: []report.Failure{{Message: "status is 201, expected 200", Exchange: "POST /v3\n\n201 Created\n\n{\"secret\":\"hunter2\"}"}},
			},
			{ID: "list/is-an-array", Version: version.V3, Outcome: report.Pass, Seconds: 0.003},
		},
	}
	r.Count()
	if err := report.Write("text", os.Stdout, r); err != nil {
		fmt.Println(err)
	}
	// Output:
	// failed (1):
	//   fail create/answers-200/v3 12ms: status is 201, expected 200
	//       promise: Create answers 200.
	//       sources: v3 #/paths (published)
	//       exchange:
	//       | POST /v3
	//       |
	//       | 201 Created
	//       |
	//       | {"secret":"[redacted]"}
	//
	// target: mock (patmock 1.0.0), judged by patmock 1.0.0
	// counts: 1 pass, 1 fail in 100ms
	// fail: 1 of 2 scenarios
}
