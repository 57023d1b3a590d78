package spec_test

import (
	"errors"
	"testing"

	"example.com/patmock/spec"
)

func TestLoadWithOverlay(t *testing.T) {
	conflict := &spec.Errata{Undeclared: []spec.Undeclared{{
		ID: "conflict", Status: 409, Operations: []string{"createPersonalAccessToken"},
		Documents: []string{"v3"}, Schema: "ErrorResponseDto", Description: "Taken.",
	}}}
	corrected, err := spec.LoadWithOverlay("v3", conflict)
	if err != nil {
		t.Fatal(err)
	}
	create := corrected.Operation("createPersonalAccessToken")
	if found := create.ValidateResponse(409, "application/json",
		[]byte(`{"detailCode":"409 Conflict"}`)); found != nil {
		t.Errorf("got violations of a valid 409: %v", found)
	}
	if found := create.ValidateResponse(409, "application/json",
		[]byte(`{"detailCode":7}`)); found == nil {
		t.Error("an invalid body of a 409 is accepted")
	}
	if !create.HasStatus(415) {
		t.Error("patmock's own errata are not applied")
	}
	if corrected.Operation("patchPersonalAccessToken").HasStatus(409) {
		t.Error("another operation also declares 409")
	}
	for _, name := range []string{"v3", "v2024"} {
		shared := load(t, name)
		if shared.Operation("createPersonalAccessToken").HasStatus(409) {
			t.Errorf("the shared document %s also declares 409", name)
		}
	}
}

// Errata that do not affect a document return the shared one.
func TestLoadWithOverlay_WithoutChange(t *testing.T) {
	shared := load(t, "v2024")
	for name, more := range map[string]*spec.Errata{
		"nil": nil, "none": {}, "of another": {
			Undeclared: []spec.Undeclared{{ID: "x", Status: 409, Documents: []string{"v3"}}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			if got, err := spec.LoadWithOverlay("v2024", more); err != nil || got != shared {
				t.Errorf("got another document than Load, error %v", err)
			}
		})
	}
}

func TestLoadWithOverlay_RejectsErratumThatDoesNotFit(t *testing.T) {
	wrong := &spec.Errata{
		Contradictions: []spec.Contradiction{
			{
				ID: "wrong", Documents: []string{"v3"},
				Pointer: "/components/schemas/PatOwner/type", Published: "array",
			},
		},
	}
	var misfit *spec.ErratumError
	if _, err := spec.LoadWithOverlay("v3", wrong); !errors.As(err, &misfit) ||
		misfit.ID != "wrong" {
		t.Errorf("got error %v, want an ErratumError", err)
	}
	if _, err := spec.LoadWithOverlay("v4", wrong); !errors.As(err,
		new(*spec.UnknownDocumentError)) {
		t.Errorf("got error %v, want an UnknownDocumentError", err)
	}
}
