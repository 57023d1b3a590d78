package namespace

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"example.com/patmock/fixtures"
	"example.com/patmock/internal/pathpattern"
	"example.com/patmock/mockserver/control"
	"example.com/patmock/mockserver/internal/stub"
	"example.com/patmock/spec/rule"
)

// fromStub and toStub convert between the types of fixtures and of the control API.
func fromStub(s fixtures.Stub) control.Stub {
	return control.Stub{
		ID: s.ID, Method: s.Method, Path: s.Path, Scope: s.Scope, Status: s.Status,
		Header: s.Header, ContentType: s.ContentType, Body: s.Body,
	}
}

func toStub(s control.Stub) fixtures.Stub {
	return fixtures.Stub{
		ID: s.ID, Method: s.Method, Path: s.Path, Scope: s.Scope, Status: s.Status,
		Header: s.Header, ContentType: s.ContentType, Body: s.Body,
	}
}

func mapStubs[S, T any](all []S, convert func(S) T) []T {
	var converted []T
	for _, s := range all {
		converted = append(converted, convert(s))
	}
	return converted
}

// placeholderID is the id of a stub for the validation of one whose id is generated later.
const placeholderID = "new"

// AddStub adds a stub. Errors in its content are fixtures.Errors.
func (n *Namespace) AddStub(req control.Stub) (control.Stub, error) {
	s := toStub(req)
	s.ID = cmp.Or(req.ID, placeholderID)
	s.SetDefaults()
	tenant := emptyTenant()
	tenant.Stubs = []fixtures.Stub{s}
	if err := inRequest(tenant.Validate(), "stubs[0]."); err != nil {
		return req, err
	}
	if err := inRequest(n.config.checkSimulated(tenant.Stubs), "stubs[0]."); err != nil {
		return req, err
	}
	size := s.Size()
	s.ID = req.ID
	n.mu.Lock()
	defer n.mu.Unlock()
	added, err := n.Stubs.Add(fromStub(s), size)
	if err != nil {
		return req, err
	}
	if err := n.saveStubsLocked(n.Stubs.List()); err != nil {
		_ = n.Stubs.Remove(added.ID) // it exists
		return req, err
	}
	return added, nil
}

// RemoveStub removes the stub with the given id. The error is stub.ErrUnknown if there is none.
func (n *Namespace) RemoveStub(id string) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	rest := slices.DeleteFunc(n.Stubs.List(), func(s control.Stub) bool { return s.ID == id })
	if err := n.saveStubsLocked(rest); err != nil {
		return err
	}
	return n.Stubs.Remove(id)
}

// ClearStubs removes all stubs.
func (n *Namespace) ClearStubs() error {
	n.mu.Lock()
	defer n.mu.Unlock()
	if err := n.saveStubsLocked(nil); err != nil {
		return err
	}
	n.Stubs.Clear()
	return nil
}

// replaceStubsLocked replaces the stubs by those of a fixture, together with the rest of the
// state, which replace replaces. On an error nothing is changed.
func (n *Namespace) replaceStubsLocked(
	fixture *fixtures.Tenant, charge stub.Charge, replace func() error,
) error {
	if err := n.config.checkSimulated(fixture.Stubs); err != nil {
		return err
	}
	before := n.Stubs.List()
	sizes := func(of []fixtures.Stub) func(int) int {
		return func(i int) int { return of[i].Size() }
	}
	next := mapStubs(fixture.Stubs, fromStub)
	if err := n.saveStubsLocked(next); err != nil {
		return err
	}
	if err := n.Stubs.Replace(next, sizes(fixture.Stubs), charge); err != nil {
		_ = n.saveStubsLocked(before) // the first error is the cause
		return err
	}
	err := replace()
	if err != nil {
		_ = n.saveStubsLocked(before)
		_ = n.Stubs.Replace(before, sizes(mapStubs(before, toStub)), stub.Forced)
	}
	return err
}

// saveStubsLocked writes stubs to the state file, unless it has them already.
func (n *Namespace) saveStubsLocked(all []control.Stub) error {
	if n.durable == nil {
		return nil
	}
	var record []byte // nil for no stubs
	if len(all) > 0 {
		saved := slices.Clone(all)
		for i := range saved {
			saved[i].Hits = 0
		}
		var err error
		if record, err = json.Marshal(saved); err != nil {
			return err
		}
	}
	if string(record) == n.savedStubs {
		return nil
	}
	if err := n.record(recordStubs, record); err != nil {
		return err
	}
	n.savedStubs = string(record)
	return nil
}

// loadStubs loads the stubs from the state file.
func (n *Namespace) loadStubs() error {
	record, err := n.durable.Record(recordStubs)
	if err != nil || record == nil {
		return err
	}
	n.savedStubs = string(record)
	var all []control.Stub
	if err := json.Unmarshal(record, &all); err != nil {
		return fmt.Errorf("the stubs of namespace %s: %w", n.Name, err)
	}
	saved := mapStubs(all, toStub)
	return n.Stubs.Replace(all, func(i int) int { return saved[i].Size() }, stub.Forced)
}

// checkSimulated returns fixtures.Errors for stubs that match a path that the mock simulates.
func (c *Config) checkSimulated(stubs []fixtures.Stub) error {
	if c.Simulated == nil {
		return nil
	}
	var errs fixtures.Errors
	for i, s := range stubs {
		pattern, err := pathpattern.Parse(s.Path)
		if err != nil {
			return err
		}
		simulated, err := c.Simulated(pattern)
		if err != nil {
			return err
		}
		if simulated != "" {
			message := fmt.Sprintf("patmock simulates %s: expected another path, got %s",
				simulated, s.Path)
			if s.Line > 0 {
				message += fmt.Sprintf(" in line %d", s.Line)
			}
			errs = append(errs, fixtures.Error{
				Field: fmt.Sprintf("stubs[%d].path", i), Rule: rule.StubSimulated,
				Message: message,
			})
		}
	}
	if len(errs) == 0 {
		return nil
	}
	return errs
}

// emptyTenant returns a valid tenant with one identity.
func emptyTenant() *fixtures.Tenant {
	return &fixtures.Tenant{
		ID: fixtures.DefaultTenantID, Name: fixtures.DefaultName, Pod: fixtures.DefaultPod,
		Identities: []fixtures.Identity{{ID: strings.Repeat("0", 32), Name: "user"}},
	}
}
