package namespace

import (
	"encoding/json"
	"errors"
	"fmt"

	"example.com/patmock/fixtures"
	"example.com/patmock/mockserver/internal/oauth"
)

// Records of a namespace in the state file besides its tenant.
const (
	recordClock          = "clock"
	recordFixture        = "fixture"
	recordGeneration     = "generation"
	recordIgnoreFindings = "ignored"
	recordStubs          = "stubs"
)

// load loads the namespace from the state file. It creates the namespace if the file does not
// contain it.
func (n *Namespace) load() error {
	if n.durable == nil {
		n.generation = oauth.NewGeneration()
		return n.Start(nil, false)
	}
	ok, err := n.durable.Load()
	if err != nil {
		return err
	}
	if !ok {
		if err := n.startNew(); err != nil {
			// leave no incomplete namespace behind
			return errors.Join(err, n.config.File.Delete(n.Name))
		}
		return nil
	}
	n.Dirty.Store(true)
	if record, err := n.durable.Record(recordClock); err != nil {
		return err
	} else if record != nil {
		if err := json.Unmarshal(record, n.Clock); err != nil {
			return fmt.Errorf("the clock of namespace %s: %w", n.Name, err)
		}
	}
	generation, err := n.durable.Record(recordGeneration)
	if err != nil {
		return err
	}
	n.generation = string(generation)
	ignoreFindings, err := n.durable.Record(recordIgnoreFindings)
	if err != nil {
		return err
	}
	n.IgnoreFindings.Store(ignoreFindings != nil)
	if err := n.loadStubs(); err != nil {
		return err
	}
	record, err := n.durable.Record(recordFixture)
	if err != nil || record == nil {
		return err
	}
	var saved fixtureRecord
	if err := json.Unmarshal(record, &saved); err != nil {
		return fmt.Errorf("the fixture of namespace %s: %w", n.Name, err)
	}
	n.fixture, err = fixtures.Parse(saved.Source, saved.Tenant)
	return err
}

// startNew creates a namespace that the state file does not contain.
func (n *Namespace) startNew() error {
	n.generation = oauth.NewGeneration()
	if err := n.record(recordGeneration, []byte(n.generation)); err != nil {
		return err
	}
	return n.Start(nil, false)
}

// fixtureRecord is the record of a namespace's own fixture.
type fixtureRecord struct {
	Source string          `json:"source"`
	Tenant json.RawMessage `json:"tenant"`
}

// MoveClock changes the clock and persists it. Calls are serialized, so that the state file
// contains the last change.
func (n *Namespace) MoveClock(change func(Clock) error) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	before, err := json.Marshal(n.Clock)
	if err != nil {
		return err
	}
	if err := change(n.Clock); err != nil {
		return err
	}
	if err := n.saveClockLocked(); err != nil {
		return errors.Join(err, json.Unmarshal(before, n.Clock))
	}
	return nil
}

func (n *Namespace) saveClockLocked() error {
	record, err := json.Marshal(n.Clock)
	if err != nil {
		return err
	}
	return n.record(recordClock, record)
}

func (n *Namespace) record(name string, data []byte) error {
	if n.durable == nil {
		return nil
	}
	return n.durable.PutRecord(name, data)
}
