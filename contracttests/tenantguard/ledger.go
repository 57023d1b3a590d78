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

	"example.com/patmock/spec/redact"
	"example.com/patmock/spec/schema"
)

// A Ledger is a file of what was created at real tenants, written ahead: whatever kills a run, the
// next sweep finds what it left. Each line is a JSON object, and is on the disk when [Ledger.Write]
// returns. It has no secrets, and lines are only ever appended:
//
//	{"schema":1,"time":"2026-01-31T12:00:00Z","event":"intend","target":"acme.api.identitynow.com","run":"mk3","name":"patmock-mk3...-1","owner":"ff80...","targetTime":"2026-01-31T12:00:03Z"}
//	{"schema":1,"time":"2026-01-31T12:00:01Z","event":"created","target":"acme.api.identitynow.com","run":"mk3","name":"patmock-mk3...-1","id":"2c91...","owner":"ff80..."}
//	{"schema":1,"time":"2026-01-31T12:00:02Z","event":"deleted","target":"acme.api.identitynow.com","run":"mk3","id":"2c91..."}
//
// The field at is when the line was written; the others are those of [Entry]. A line that power
// loss or a full disk cut off ends in " #torn" once another follows it.
//
// A Ledger is safe for concurrent use, and several processes may write to one file.
type Ledger struct {
	now func() time.Time

	mu   sync.Mutex
	file *os.File
	torn bool // the file does not end with a complete line
}

// An Event is what a line of a ledger reports.
type Event string

// The events.
const (
	// Intended is a create that is about to be sent. Made or Refused have its outcome.
	EventIntend  Event = "intend"
	EventCreated Event = "created"
	// Refused is a create that made nothing.
	EventRejected Event = "rejected"
	EventDeleted  Event = "deleted"
)

// line is a line of a ledger.
type line struct {
	Schema int       `json:"schema"` // of the form, zero for 1
	Time   time.Time `json:"time"`
	Event  Event     `json:"event"`
	Entry
}

// torn is behind what is left of an incomplete line.
const tornMark = " #torn"

// OpenLedger opens a ledger, or creates one that only its owner can read, in a directory as
// [MkdirPrivate] makes it. It rejects a file that is no ledger.
func OpenLedger(path string, now func() time.Time) (*Ledger, error) {
	if err := MkdirPrivate(filepath.Dir(path)); err != nil {
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
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o600) //nolint:gosec // as above
	if err != nil {
		return nil, fmt.Errorf("the ledger: %w", err)
	}
	if isNew {
		if err := syncDir(filepath.Dir(path)); err != nil {
			return nil, errors.Join(fmt.Errorf("the ledger: %w", err), file.Close())
		}
	}
	isTorn := len(content) > 0 && content[len(content)-1] != '\n'
	return &Ledger{now: now, file: file, torn: isTorn}, nil
}

// Close closes the file. Its lines are on the disk already.
func (l *Ledger) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.file.Close()
}

// Write appends a line, by one system call, so that lines of other processes do not split it. The
// time At of the object is ignored.
func (l *Ledger) Write(e Event, o Entry) error {
	entry := line{Schema: schema.Version, Time: l.now().UTC(), Event: e, Entry: o}
	if name := redact.Report(o.Name); name != o.Name {
		entry.Name, entry.Redacted = name, true
	}
	entry.ID, entry.Owner = redact.Report(o.ID), redact.Report(o.Owner) // as the target sent them
	if problem := entry.validate(); problem != nil {
		return fmt.Errorf("the ledger: a line of the event %q has %w", e, problem)
	}
	text, err := json.Marshal(entry)
	if err != nil {
		return fmt.Errorf("the ledger: %w", err)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.torn {
		text = append([]byte(tornMark+"\n"), text...)
	}
	n, err := l.file.Write(append(text, '\n'))
	if err == nil {
		l.torn = false
		err = l.file.Sync()
	} else if n > 0 {
		l.torn = true
	}
	if err != nil {
		return fmt.Errorf("the ledger: %w", err)
	}
	return nil
}
