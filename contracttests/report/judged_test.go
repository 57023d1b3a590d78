package report_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"example.com/patmock/contracttests/report"
)

// clientReportOf returns the report of a client lint.
func clientReportOf(j *report.Judged) *report.Report {
	r := reportOf(pass("client/no-wait", ""))
	r.Judged = j
	return r
}

func judgedSample() *report.Judged {
	return &report.Judged{
		Requests: 20, Namespaces: 2, OtherNamespaceRequests: 1, ClientCount: 7,
		OtherClientRequests: 3,
		Clients: []report.Client{
			{ClientID: "cafe", Owner: "jane.doe", UserAgent: "sdk/1", Requests: 6},
			{ClientID: "babe", UserAgent: "sdk/1", Requests: 5},
			{UserAgent: "curl/8", Requests: 4},
			{UserAgent: "a\nb", Requests: 2},
			{Requests: 1},
			{UserAgent: "six", Requests: 1},
			{UserAgent: "seven", Requests: 1},
		},
		NotJudged: []report.NotJudged{
			{Reason: "rate-limit", Text: "too fast", Requests: 1}, {
				Reason: "control-api", Text: "for control", Requests: 2,
			},
		},
	}
}

func TestJudged_Text(t *testing.T) {
	for _, test := range []struct {
		name   string
		judged *report.Judged
		want   string
	}{
		{"nothing", &report.Judged{}, "0 requests of 0 clients in 0 namespaces"},
		{
			"one", &report.Judged{
				Requests: 1, Namespaces: 1, ClientCount: 1, Clients: []report.Client{
					{UserAgent: "curl/8", Requests: 1},
				},
			},
			"1 request of 1 client in 1 namespace: 1 by curl/8",
		},
		{
			"many", judgedSample(),
			"20 requests of 7 clients and others (3 requests) in 2 namespaces and others " +
				"(1 request): 6 by jane.doe (sdk/1), 5 by babe (sdk/1), 4 by curl/8, 2 by a b, " +
				"1 by an unknown client, 2 more",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, test.judged.String()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// TestJudged_EveryFormat checks that every format has the judged and the other requests.
func TestJudged_EveryFormat(t *testing.T) {
	for _, format := range report.Formats() {
		text := write(t, format, clientReportOf(judgedSample()))
		for _, part := range []string{"jane.doe", "curl/8", "for control", "too fast"} {
			if !strings.Contains(text, part) {
				t.Errorf("%s lacks %q:\n%s", format, part, text)
			}
		}
		if text := write(t, format, sample()); strings.Contains(strings.ToLower(text), "judged:") {
			t.Errorf("%s of a run of the contract has judged requests:\n%s", format, text)
		}
	}
	text := write(t, "text", clientReportOf(judgedSample()))
	if !strings.Contains(text, "not judged: 3 requests: 2 for control, 1 too fast\n") {
		t.Errorf("the text is\n%s", text)
	}
}
