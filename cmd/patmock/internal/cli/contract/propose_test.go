package contract

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"example.com/patmock/contracttests/recording"
	"example.com/patmock/fixtures/golden"
	"example.com/patmock/mockserver/dialect"
)

// A text of a tenant may differ between requests. The response is then proposed without it.
func TestProposal_OmitsVaryingTexts(t *testing.T) {
	entry := dialect.Entries()[slices.IndexFunc(dialect.Entries(),
		func(e dialect.Entry) bool { return e.ID == dialect.PatchContentType })]
	p := proposal{recording: &recording.Recording{}}
	response := func(text string) dialect.Response {
		return dialect.Response{Status: 400, DetailCode: "400.1 Bad request content", Text: text}
	}
	line, differs := p.line(entry, []finding{
		{"patch/a", "v3", response("No text/plain."), ""}, {
			"patch/a", "v1", response("No text/plain."), "",
		}, {"patch/b", "v3", response("No application/json."), ""},
	})
	if line.ID != entry.ID || line.Response != response("") || !differs {
		t.Errorf("proposes %+v", line)
	}
	golden.Check(t, "testdata/messages.golden", golden.Key(t), strings.Join(line.Comments, "\n"))
	// parsed as by serve --dialect
	got, err := dialect.Parse("proposal", dialect.Write(nil, []dialect.FileEntry{line}))
	if diff := cmp.Diff(dialect.Dialect{entry.ID: response("")}, got); err != nil || diff != "" {
		t.Errorf("is read as (-want +got, %v):\n%s", err, diff)
	}
	line, _ = p.line(entry, []finding{
		{"patch/a", "v3", response("No."), ""}, {"patch/a", "v1", response("No."), ""},
	})
	if line.Response != response("No.") {
		t.Errorf("proposes %+v", line)
	}
	line, _ = p.line(entry, []finding{
		{"patch/a", "v3", response("No."), ""}, {
			"patch/a", "v1", dialect.Response{Status: 415}, "",
		},
	})
	if line.ID != "" {
		t.Errorf("proposes %+v, though the versions disagree", line)
	}
}
