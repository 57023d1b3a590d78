package pat_test

import (
	"errors"
	"strings"
	"testing"

	"example.com/patmock/mockserver/internal/pat"
	"example.com/patmock/spec/version"
)

// An id formatted as a UUID is unknown. All operations return advice with the correct form.
func TestIDAdvice_ForUUIDs(t *testing.T) {
	const uuid, valid = "FACEFACE-face-face-face-facefaceface", "facefacefacefacefacefacefaceface"
	service := newService(newStore(t, expiringToken("a", ann)))
	call := callOf(admin(ann), version.V1)
	never := []pat.PatchOperation{
		{Op: "replace", Path: "/expirationDate", Value: []byte(`"2026-05-01T00:00:00Z"`)},
	}
	for name, do := range map[string]func(id string) error{
		"delete": func(id string) error { return deleteToken(t.Context(), service, call, id) },
		"patch": func(id string) error {
			_, err := patchToken(t.Context(), service, call, id, never)
			return err
		},
		"bulk": func(id string) error {
			_, err := bulkUpdate(t.Context(), service, call, []string{id}, never)
			return err
		},
		"list": func(id string) error {
			_, err := service.List(t.Context(), user(ann), pat.ListQuery{OwnerID: id})
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			for id, want := range map[string]bool{
				uuid: true, strings.ToUpper(valid): true, "of another form": false,
				valid[:31] + "0": false,
			} {
				ruleErr, ok := errors.AsType[*pat.Error](do(id))
				if !ok {
					t.Fatalf("%s: no error with a rule", id)
				}
				if got := strings.Contains(ruleErr.Advice, valid); got != want {
					t.Errorf("%s: advice %q, want it to name the id: %t", id, ruleErr.Advice, want)
				}
			}
		})
	}
}
