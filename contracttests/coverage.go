package contracttests

import (
	"cmp"
	"maps"
	"mime"
	"slices"
	"sync"

	"example.com/patmock/spec"
)

// DeclaredResponse is a response that a document declares.
type DeclaredResponse struct {
	// Document is a version or "oauth".
	Document string `json:"document"`
	// Operation is the published operation id.
	Operation string `json:"operation"`
	Status    int    `json:"status"`
	// MediaType is that of the body, empty without a body.
	MediaType string `json:"mediaType"`
}

// coverage records the declared responses that occurred.
type coverage struct {
	mu      sync.Mutex
	covered map[DeclaredResponse]bool
}

func (r *Runner) recordCoverage(
	op *spec.Operation, document string, status int, contentType string,
) {
	mediaType, _, _ := mime.ParseMediaType(contentType) // empty without a content type
	r.coverage.mu.Lock()
	defer r.coverage.mu.Unlock()
	if r.coverage.covered == nil {
		r.coverage.covered = map[DeclaredResponse]bool{}
	}
	r.coverage.covered[DeclaredResponse{document, op.ID, status, mediaType}] = true
}

// CoveredResponses returns the declared responses that occurred so far.
func (r *Runner) CoveredResponses() map[DeclaredResponse]bool {
	r.coverage.mu.Lock()
	defer r.coverage.mu.Unlock()
	return maps.Clone(r.coverage.covered)
}

// DeclaredResponses returns every response that the effective documents declare, sorted.
func (r *Runner) DeclaredResponses() []DeclaredResponse {
	var rows []DeclaredResponse
	for name, document := range r.documents {
		for _, op := range document.Operations {
			for _, status := range op.Statuses() {
				mediaTypes := op.ResponseMediaTypes(status)
				if len(mediaTypes) == 0 {
					mediaTypes = []string{""}
				}
				for _, mediaType := range mediaTypes {
					rows = append(rows, DeclaredResponse{name, op.ID, status, mediaType})
				}
			}
		}
	}
	slices.SortFunc(rows, func(a, b DeclaredResponse) int {
		return cmp.Or(cmp.Compare(a.Document, b.Document), cmp.Compare(a.Operation, b.Operation),
			cmp.Compare(a.Status, b.Status), cmp.Compare(a.MediaType, b.MediaType))
	})
	return rows
}

// UnreachableReason returns why no scenario can cause a response, empty if one can.
func UnreachableReason(row DeclaredResponse) string {
	if row.Document == spec.OAuth && row.Operation != "requestAccessToken" && row.Status >= 500 {
		return "only a bug of the server causes it: faults can be injected at the token endpoint " +
			"and the tokens only"
	}
	return ""
}
