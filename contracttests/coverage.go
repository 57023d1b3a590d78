package contracttests

import (
	"cmp"
	"maps"
	"mime"
	"slices"
	"sync"

	"example.com/patmock/spec"
)

// DeclaredResponse is an answer that a document declares.
type DeclaredResponse struct {
	// Document is a version, or oauth.
	Document string `json:"document"`
	// Operation as published.
	Operation string `json:"operation"`
	Status    int    `json:"status"`
	// MediaType of the body, empty for none.
	MediaType string `json:"mediaType"`
}

// coverage collects the rows that were seen.
type coverage struct {
	mu      sync.Mutex
	covered map[DeclaredResponse]bool
}

func (r *Runner) recordCoverage(op *spec.Operation, document string, status int,
	contentType string,
) {
	mediaType, _, _ := mime.ParseMediaType(contentType) // none is none
	r.coverage.mu.Lock()
	defer r.coverage.mu.Unlock()
	if r.coverage.covered == nil {
		r.coverage.covered = map[DeclaredResponse]bool{}
	}
	r.coverage.covered[DeclaredResponse{document, op.ID, status, mediaType}] = true
}

// CoveredResponses are the rows that the runs of the runner have met so far.
func (r *Runner) CoveredResponses() map[DeclaredResponse]bool {
	r.coverage.mu.Lock()
	defer r.coverage.mu.Unlock()
	return maps.Clone(r.coverage.covered)
}

// DeclaredResponses lists every answer that the effective documents of the API and of the token
// endpoint declare.
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

// UnreachableReason says why no scenario can meet a row, empty where one can.
func UnreachableReason(row DeclaredResponse) string {
	if row.Document == spec.OAuth && row.Operation != "requestAccessToken" && row.Status >= 500 {
		return "a server fails there by a bug of its own only: no fault can be injected beside " +
			"the token endpoint and the tokens"
	}
	return ""
}
