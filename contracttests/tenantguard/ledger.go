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

// A Ledger is a file with the tokens created at real tenants. It is written ahead: a sweep finds
// the tokens of a run even if the run was killed. Each line is a JSON object, and is synced to disk
// before [Ledger.Write] returns. The ledger has no secrets. Lines are only appended:
//
//	{"schema":1,"time":"2026-01-31T12:00:00Z","event":"intend",
//	 "target":"acme.api.identitynow.com","run":"mk3","name":"patmock-mk3...-1",
//	 "owner":"ff80...","targetTime":"2026-01-31T12:00:03Z"}
//	{"schema":1,"time":"2026-01-31T12:00:01Z","event":"created",
//	 "target":"acme.api.identitynow.com","run":"mk3","name":"patmock-mk3...-1",
//	 "id":"2c91...","owner":"ff80..."}
//	{"schema":1,"time":"2026-01-31T12:00:02Z","event":"deleted",
//	 "target":"acme.api.identitynow.com","run":"mk3","id":"2c91..."}
//
// The lines are broken only in this comment. The field time is the time of writing the line. The
// other fields are those of [Entry]. A line that was cut off by a power failure or a full disk ends
// in " #torn" if another line follows.
//
// A Ledger is safe for concurrent use, and several processes may write to one file.
type Ledger struct {
	now func() time.Time

	mu   sync.Mutex
	file *os.File
	torn bool // the last line is incomplete
}

// An Event is the event of a line of a ledger.
type Event string

// The events.
const (
	// EventIntend precedes the sending of a create. EventCreated or EventRejected reports its
	// outcome.
	EventIntend  Event = "intend"
	EventCreated Event = "created"
	// EventRejected reports a create that created no token.
	EventRejected Event = "rejected"
	EventDeleted  Event = "deleted"
)

// line is a line of a ledger.
type line struct {
	Schema int       `json:"schema"` // version of the format, zero for 1
	Time   time.Time `json:"time"`
	Event  Event     `json:"event"`
	Entry
}

// tornMark is the end of an incomplete line.
const tornMark = " #torn"

// OpenLedger opens a ledger, or creates one that only the current user can read. It creates the
// directory by [MkdirPrivate]. It returns an error if the file is not a ledger.
func OpenLedger(path string, now func() time.Time) (*Ledger, error) {
	if err := MkdirPrivate(filepath.Dir(path)); err != nil {
		return nil, fmt.Errorf("the ledger: %w", err)
	}
	if info, err := os.Stat(path); err == nil && info.Mode()&fs.ModeNamedPipe != 0 {
		return nil, fmt.Errorf("the ledger: %s is not a file", path)
	}
	content, err := os.ReadFile(path) //nolint:gosec // the user's own file
	isNew := errors.Is(err, fs.ErrNotExist)
	if err != nil && !isNew {
		return nil, fmt.Errorf("the ledger: %w", err)
	}
	if _, err := parseLedger(path, content); err != nil {
		return nil, err
	}
	const flags = os.O_WRONLY | os.O_APPEND | os.O_CREATE
	file, err := os.OpenFile(path, flags, 0o600) //nolint:gosec // as above
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

// Close closes the file. All lines are already on disk.
func (l *Ledger) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.file.Close()
}

// Write appends a line in one system call, so that lines of other processes do not split it. It
// ignores the Time of the entry.
func (l *Ledger) Write(e Event, o Entry) error {
	entry := line{Schema: schema.Version, Time: l.now().UTC(), Event: e, Entry: o}
	if name := redact.Report(o.Name); name != o.Name {
		entry.Name, entry.Redacted = name, true
	}
	entry.ID, entry.Owner = redact.Report(o.ID), redact.Report(o.Owner) // values from the target
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
