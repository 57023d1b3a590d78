package server

import (
	"encoding/json"
	"maps"
	"slices"

	"example.com/patmock/mockserver/dialect"
	"example.com/patmock/spec"
	"example.com/patmock/spec/evidence"
	"example.com/patmock/spec/version"
)

// follow makes the answers of a dialect known to the documents of this mock, and of no other.
func (d *documents) follow(told dialect.Dialect) error {
	if len(told) == 0 {
		return nil
	}
	for name, document := range d.named {
		more, err := declared(document, told)
		if err != nil {
			return err
		}
		if document, err = spec.LoadWithOverlay(name, more); err != nil {
			return err
		}
		d.named[name] = document
		if name == spec.OAuth {
			d.oauth = document
		} else if _, served := d.versions[version.Version(name)]; served {
			d.versions[version.Version(name)] = document
		}
	}
	return nil
}

// declared is what a document lacks for the answers of a dialect to be those of its operations.
func declared(document *spec.Document, told dialect.Dialect) (*spec.Errata, error) {
	more, here := &spec.Errata{}, []string{document.Name}
	for _, e := range dialect.Entries() {
		a := told[e.ID]
		var lacking []string
		for _, op := range document.Operations {
			if a.Refuses() && e.Concerns(version.Version(document.Name), op.Name) &&
				!op.Declares(a.Status) {
				lacking = append(lacking, op.Name)
			}
		}
		if lacking != nil {
			more.Undeclared = append(more.Undeclared, spec.Undeclared{
				ID: "dialect " + e.ID, Status: a.Status, Operations: lacking, Documents: here,
				Schema: "ErrorResponseDto", OAuthSchema: "OAuthError",
				Description: "Answered by a tenant, as the mock was told.", Reason: finding,
				Evidence: evidence.Assumed,
			})
		}
		if e.ID == dialect.NeverExpiringAnswer && a.Value == dialect.Absent &&
			slices.Contains(e.Versions, version.Version(document.Name)) {
			more.Contradictions = append(more.Contradictions, spec.Contradiction{
				ID: "dialect " + e.ID, Documents: here,
				Pointer:   "/components/schemas/CreatePersonalAccessTokenResponse/required",
				Published: append(slices.Clone(dated), "expirationDate"), Effective: dated,
				Reason: finding, Evidence: evidence.Assumed,
			})
		}
	}
	if document.Name != spec.OAuth {
		return more, nil
	}
	known, all, err := errorKinds(document, told)
	if err == nil && len(all) > len(known) {
		more.Contradictions = append(more.Contradictions, spec.Contradiction{
			ID: "dialect errors", Documents: here,
			Pointer:   "/components/schemas/OAuthError/properties/error/enum",
			Published: known, Effective: all, Reason: finding, Evidence: evidence.Assumed,
		})
	}
	return more, err
}

// finding is why a document is changed.
const finding = "A finding that the mock was told to follow."

// dated are the properties of the answer to create that are required, less the date.
var dated = []string{
	"id", "secret", "scope", "name", "owner", "created", "accessTokenValiditySeconds",
}

// errorKinds are those that the token endpoint's document knows, and the same with those that are
// told.
func errorKinds(document *spec.Document, told dialect.Dialect) (known, all []string, err error) {
	var outline struct {
		Components struct {
			Schemas map[string]struct {
				Properties map[string]struct{ Enum []string }
			}
		}
	}
	if err := json.Unmarshal(document.JSON(), &outline); err != nil {
		return nil, nil, err
	}
	known = outline.Components.Schemas["OAuthError"].Properties["error"].Enum
	all = slices.Clone(known)
	for _, id := range slices.Sorted(maps.Keys(told)) {
		if kind := told[id].Error; kind != "" && !slices.Contains(all, kind) {
			all = append(all, kind)
		}
	}
	return known, all, nil
}
