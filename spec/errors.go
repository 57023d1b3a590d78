package spec

import (
	"fmt"
	"strings"
)

// UnknownDocumentError is the error for a name without a document.
type UnknownDocumentError struct{ Name string }

func (e *UnknownDocumentError) Error() string {
	return fmt.Sprintf("unknown document %q: expected one of %s", e.Name,
		strings.Join(Names(), ", "))
}

// A Step is a step of [Parse].
type Step string

// The steps, in order.
const (
	StepRead     Step = "read"
	StepCorrect  Step = "correct" // by errata
	StepLoad     Step = "load"
	StepValidate Step = "validate"
	StepRoute    Step = "route"
)

// DocumentError is the error for a document that cannot be used.
type DocumentError struct {
	Name string
	Step Step
	Err  error
}

func (e *DocumentError) Error() string {
	if e.Step == StepRoute {
		return fmt.Sprintf("document %s: %v", e.Name, e.Err)
	}
	return fmt.Sprintf("%s document %s: %v", e.Step, e.Name, e.Err)
}

func (e *DocumentError) Unwrap() error { return e.Err }

// ErratumError is the error for an erratum that does not fit a document.
type ErratumError struct {
	ID  string
	Err error
}

func (e *ErratumError) Error() string { return fmt.Sprintf("erratum %s: %v", e.ID, e.Err) }

func (e *ErratumError) Unwrap() error { return e.Err }
