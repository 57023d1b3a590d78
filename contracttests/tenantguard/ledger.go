package tenantguard

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"

	"example.com/patmock/contracttests/report"
	"example.com/patmock/spec/schema"
)

// A Ledger is a file that says what was made at live targets, written ahead: whatever kills a run, the next sweep finds what
// it left. Each line is a JSON object, and is on the disk before the method that wrote it returns. Nothing in it is secret,
// and lines are only ever added:
//
//	{"schema":1,"at":"2026-01-31T12:00:00Z","event":"intend","target":"acme.api.identitynow.com","run":"mk3","name":"patmock-mk3...-1","owner":"ff80...","targetTime":"2026-01-31T12:00:03Z"}
//	{"schema":1,"at":"2026-01-31T12:00:01Z","event":"made","target":"acme.api.identitynow.com","run":"mk3","name":"patmock-mk3...-1","id":"2c91...","owner":"ff80..."}
//	{"schema":1,"at":"2026-01-31T12:00:02Z","event":"deleted","target":"acme.api.identitynow.com","run":"mk3","id":"2c91..."}
//
// Schema is the version of the form, 1 if it is absent, at is when the line was written, event is intend, made, refused or deleted, target is the host with its port where the
// address has one, run is the one that wrote it, name is as it was sent but for what looks like a secret, which redacted
// then tells, owner is the id of the identity, targetTime is what the clock of the target showed. A line that power loss or
// a full disk cut off ends in " #torn" once another follows it.
//
// A Ledger is safe for concurrent use, and several processes may write to one file.
type Ledger struct {
	now func() time.Time

	mu   sync.Mutex
	file *os.File
	// torn tells that the file does not end with a whole line.
	torn bool
}

// The events.
const (
	intended = "intend"
	made     = "made"
	refused  = "refused"
	deleted  = "deleted"
)

// line of a ledger.
type line struct {
	// Schema is the version of the form. Zero means 1.
	Schema   int       `json:"schema"`
	At       time.Time `json:"at"`
	Event    string    `json:"event"`
	Target   string    `json:"target"`
	Run      string    `json:"run"`
	Name     string    `json:"name,omitempty"`
	Redacted bool      `json:"redacted,omitempty"`
	ID       string    `json:"id,omitempty"`
	Owner    string    `json:"owner,omitempty"`
	// TargetTime is zero if the target sent no date.
	TargetTime time.Time `json:"targetTime,omitzero"`
}

// torn is behind what is left of a line that was not wholly written.
const torn = " #torn"

// OpenLedger opens a ledger, or begins one that only its owner can read. A folder that it makes for it, and one of the name
// .patmock, gets a .gitignore that leaves everything out. A file with anything else in it than a ledger is refused.
func OpenLedger(path string, now func() time.Time) (*Ledger, error) {
	if err := MakeFolder(filepath.Dir(path)); err != nil {
		return nil, fmt.Errorf("the ledger: %w", err)
	}
	if info, err := os.Stat(path); err == nil && info.Mode()&fs.ModeNamedPipe != 0 {
		return nil, fmt.Errorf("the ledger: %s is no file", path)
	}
	content, err := os.ReadFile(path) //nolint:gosec // the file that the person names
	isNew := errors.Is(err, fs.ErrNotExist)
	if err != nil && !isNew {
		return nil, fmt.Errorf("the ledger: %w", err)
	}
	if _, err := parseLedger(path, content); err != nil {
		return nil, err
	}
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o600) //nolint:gosec // the file that the person names
	if err != nil {
		return nil, fmt.Errorf("the ledger: %w", err)
	}
	if isNew {
		if err := syncFolder(filepath.Dir(path)); err != nil {
			return nil, errors.Join(fmt.Errorf("the ledger: %w", err), file.Close())
		}
	}
	return &Ledger{now: now, file: file, torn: len(content) > 0 && content[len(content)-1] != '\n'}, nil
}

// Intend writes that an object is about to be made: its target, run and name, the identity that it
// will belong to, and the time of the target if that is known. Made or Refused write the outcome.
func (l *Ledger) Intend(o Object) error {
	return l.write(line{
		Event: intended, Target: o.Target, Run: o.Run, Name: o.Name, Owner: o.Owner,
		TargetTime: o.TargetTime,
	})
}

// Made says that the target made the object. Owner is the id of the identity it belongs to, empty where the target does not
// say.
func (l *Ledger) Made(target, run, name, id, owner string) error {
	return l.write(line{Event: made, Target: target, Run: run, Name: name, ID: id, Owner: owner})
}

// Refused says that the target made nothing of that name.
func (l *Ledger) Refused(target, run, name string) error {
	return l.write(line{Event: refused, Target: target, Run: run, Name: name})
}

// Deleted says that an object is gone.
func (l *Ledger) Deleted(target, run, id string) error {
	return l.write(line{Event: deleted, Target: target, Run: run, ID: id})
}

// Close ends the writing. What was written is on the disk already.
func (l *Ledger) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.file.Close()
}

// write puts a line on the disk by one system call, which other processes do not get in between of.
func (l *Ledger) write(entry line) error {
	entry.Schema, entry.At = schema.Version, l.now().UTC()
	if name := report.Redact(entry.Name); name != entry.Name {
		entry.Name, entry.Redacted = name, true
	}
	entry.ID, entry.Owner = report.Redact(entry.ID), report.Redact(entry.Owner) // which are what a target calls so
	if problem := entry.problem(); problem != nil {
		return fmt.Errorf("the ledger: a line of the event %q has %w", entry.Event, problem)
	}
	text, err := json.Marshal(entry)
	if err != nil {
		return fmt.Errorf("the ledger: %w", err)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.torn {
		text = append([]byte(torn+"\n"), text...)
	}
	written, err := l.file.Write(append(text, '\n'))
	if err == nil {
		l.torn = false
		err = l.file.Sync()
	} else if written > 0 {
		l.torn = true
	}
	if err != nil {
		return fmt.Errorf("the ledger: %w", err)
	}
	return nil
}
