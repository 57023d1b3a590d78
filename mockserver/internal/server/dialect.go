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

// applyDialect adds the responses of a dialect to the documents of this mock only.
func (d *documents) applyDialect(entries dialect.Dialect) error {
	if len(entries) == 0 {
		return nil
	}
	for name, document := range d.byName {
		errata, err := dialectErrata(document, entries)
		if err != nil {
			return err
		}
		if document, err = spec.LoadWithOverlay(name, errata); err != nil {
			return err
		}
		d.byName[name] = document
		if name == spec.OAuth {
			d.oauth = document
		} else if _, served := d.versions[version.Version(name)]; served {
			d.versions[version.Version(name)] = document
		}
	}
	return nil
}

// dialectErrata returns the errata that declare the responses of a dialect in a document.
func dialectErrata(document *spec.Document, entries dialect.Dialect) (*spec.Errata, error) {
	errata, names := &spec.Errata{}, []string{document.Name}
	for _, e := range dialect.Entries() {
		entry := entries[e.ID]
		var missing []string
		for _, op := range document.Operations {
			if entry.Rejects() && e.AppliesTo(version.Version(document.Name), op.Name) &&
				!op.HasStatus(entry.Status) {
				missing = append(missing, op.Name)
			}
		}
		if missing != nil {
			errata.Undeclared = append(errata.Undeclared, spec.Undeclared{
				ID: "dialect " + e.ID, Status: entry.Status, Operations: missing, Documents: names,
				Schema: "ErrorResponseDto", OAuthSchema: "OAuthError",
				Description: "A response of the configured dialect.", Reason: dialectReason,
				Evidence: evidence.Assumed,
			})
		}
		if e.ID == dialect.NeverExpiringResponse && entry.Value == dialect.Absent &&
			slices.Contains(e.Versions, version.Version(document.Name)) {
			errata.Contradictions = append(errata.Contradictions, spec.Contradiction{
				ID: "dialect " + e.ID, Documents: names,
				Pointer:   "/components/schemas/CreatePersonalAccessTokenResponse/required",
				Published: append(slices.Clone(requiredProperties), "expirationDate"),
				Effective: requiredProperties,
				Reason:    dialectReason, Evidence: evidence.Assumed,
			})
		}
	}
	if document.Name != spec.OAuth {
		return errata, nil
	}
	known, all, err := errorCodes(document, entries)
	if err == nil && len(all) > len(known) {
		errata.Contradictions = append(errata.Contradictions, spec.Contradiction{
			ID: "dialect errors", Documents: names,
			Pointer:   "/components/schemas/OAuthError/properties/error/enum",
			Published: known, Effective: all, Reason: dialectReason, Evidence: evidence.Assumed,
		})
	}
	return errata, err
}

// dialectReason is the reason of the errata.
const dialectReason = "The configured dialect differs from the defaults."

// requiredProperties are the required properties of a create response, except the expiration date.
var requiredProperties = []string{
	"id", "secret", "scope", "name", "owner", "created", "accessTokenValiditySeconds",
}

// errorCodes returns the error codes that the document of the token endpoint declares, and a copy
// with the codes of a dialect added.
func errorCodes(document *spec.Document, entries dialect.Dialect) (known, all []string, err error) {
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
	for _, id := range slices.Sorted(maps.Keys(entries)) {
		if code := entries[id].Error; code != "" && !slices.Contains(all, code) {
			all = append(all, code)
		}
	}
	return known, all, nil
}
