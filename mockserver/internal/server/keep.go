package server

import (
	"encoding/json"
	"errors"
	"fmt"

	"example.com/patmock/fixtures"
	"example.com/patmock/mockserver/internal/clock"
	"example.com/patmock/mockserver/internal/oauth"
)

// The records that a state file keeps beside a tenant.
const (
	recordClock      = "clock"
	recordFixture    = "fixture"
	recordGeneration = "generation"
	recordIgnored    = "ignored"
)

// load takes the tenant from the state file, or starts it where that does not know it.
func (t *tenant) load() error {
	if t.durable == nil {
		t.generation = oauth.NewGeneration()
		return t.Start(nil, false)
	}
	ok, err := t.durable.Load()
	if err != nil {
		return err
	}
	if !ok {
		if err := t.begin(); err != nil {
			return errors.Join(err, t.server.file.Delete(t.name)) // nothing half made stays
		}
		return nil
	}
	t.used.Store(true)
	if record, err := t.durable.Record(recordClock); err != nil {
		return err
	} else if record != nil {
		if err := json.Unmarshal(record, t.clock); err != nil {
			return fmt.Errorf("the clock of namespace %s: %w", t.name, err)
		}
	}
	generation, err := t.durable.Record(recordGeneration)
	if err != nil {
		return err
	}
	t.generation = string(generation)
	ignored, err := t.durable.Record(recordIgnored)
	if err != nil {
		return err
	}
	t.ignored.Store(ignored != nil)
	record, err := t.durable.Record(recordFixture)
	if err != nil || record == nil {
		return err
	}
	var from startedFrom
	if err := json.Unmarshal(record, &from); err != nil {
		return fmt.Errorf("the fixture of namespace %s: %w", t.name, err)
	}
	t.fixture, err = fixtures.Parse(from.Source, from.Tenant)
	return err
}

// begin starts a namespace that the state file does not have.
func (t *tenant) begin() error {
	t.generation = oauth.NewGeneration()
	if err := t.record(recordGeneration, []byte(t.generation)); err != nil {
		return err
	}
	return t.Start(nil, false)
}

// startedFrom is how a fixture of a namespace's own outlives the process.
type startedFrom struct {
	Source string          `json:"source"`
	Tenant json.RawMessage `json:"tenant"`
}

// MoveClock implements control.Tenant. Moves come one after the other, so that the last one is what is kept.
func (t *tenant) MoveClock(change func(*clock.Clock) error) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	before, err := json.Marshal(t.clock)
	if err != nil {
		return err
	}
	if err := change(t.clock); err != nil {
		return err
	}
	if err := t.keepClockLocked(); err != nil {
		return errors.Join(err, json.Unmarshal(before, t.clock))
	}
	return nil
}

func (t *tenant) keepClockLocked() error {
	record, err := json.Marshal(t.clock)
	if err != nil {
		return err
	}
	return t.record(recordClock, record)
}

func (t *tenant) record(name string, data []byte) error {
	if t.durable == nil {
		return nil
	}
	return t.durable.PutRecord(name, data)
}
