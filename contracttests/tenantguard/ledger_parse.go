package tenantguard

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"time"

	"example.com/patmock/spec/schema"
)

// An Entry is a token that a run created, or a create with an unknown outcome.
type Entry struct {
	// Target is the host of the tenant, with the port if the URL has one.
	Target string `json:"target"`
	// Run is the id of the run.
	Run string `json:"run"`
	// Name is the name at creation.
	Name string `json:"name,omitempty"`
	// Redacted reports that the original name looks like a secret, and that Name is redacted.
	Redacted bool `json:"redacted,omitempty"`
	// ID is empty if the outcome of the create is unknown.
	ID string `json:"id,omitempty"`
	// Owner is the id of the owning identity, empty if unknown.
	Owner string `json:"owner,omitempty"`
	// TargetTime is the time of the target when the create was sent. It is zero for entries with an
	// ID, and if the target sent no date.
	TargetTime time.Time `json:"targetTime,omitzero"`
	// Time is the time at which the token was created, or its create was sent.
	Time time.Time `json:"-"`
}

// ReadLedger returns the entries whose tokens may exist, in order of creation: tokens with an id,
// and creates with an unknown outcome. A missing file has no entries. An incomplete last line is
// ignored. Other damage is a [LedgerError].
func ReadLedger(path string) ([]Entry, error) {
	content, err := os.ReadFile(path) //nolint:gosec // the user's own file
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("the ledger: %w", err)
	}
	return parseLedger(path, content)
}

func parseLedger(path string, content []byte) ([]Entry, error) {
	s := ledgerState{deleted: map[entryKey]bool{}}
	for number := 1; len(content) > 0; number++ {
		text, rest, complete := bytes.Cut(content, []byte("\n"))
		content = rest
		entryText := text
		// a torn line may have several marks
		for marked := true; marked; {
			entryText, marked = bytes.CutSuffix(entryText, []byte(tornMark))
		}
		entry, err := parseLine(entryText)
		switch {
		case err == nil:
			s.apply(entry)
		case complete && len(entryText) == len(text), err.Kind == OtherSchema,
			err.Kind == UnknownField:
			err.Path, err.Line = path, number
			return nil, err
		}
	}
	return s.remaining(), nil
}

// parseLine parses a line. An incomplete line is never valid, since it lacks the last brace.
func parseLine(text []byte) (entry line, err *LedgerError) {
	var head struct {
		Schema *int `json:"schema"`
	}
	if json.Unmarshal(text, &head) == nil && head.Schema != nil {
		if err := schema.Check(*head.Schema); err != nil {
			return entry, &LedgerError{Kind: OtherSchema, Field: schema.Field, text: err.Error()}
		}
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	decodeErr := schema.Explain(decoder.Decode(&entry), entry)
	if fieldErr, ok := errors.AsType[*schema.UnknownFieldError](decodeErr); ok {
		return entry, &LedgerError{
			Kind: UnknownField, Field: fieldErr.Field, text: fieldErr.Error(),
		}
	}
	if decodeErr != nil {
		return entry, &LedgerError{Kind: Malformed, text: "not a line of a ledger"}
	}
	if decoder.InputOffset() != int64(len(text)) {
		return entry, &LedgerError{
			Kind: TrailingText, text: "trailing text after the line of a ledger",
		}
	}
	return entry, entry.validate()
}

// validate returns the first error of a line, or nil if the line is valid.
func (e line) validate() *LedgerError {
	switch {
	case !slices.Contains([]Event{EventIntend, EventCreated, EventRejected, EventDeleted}, e.Event):
		return &LedgerError{Kind: UnknownValue, Field: "event", text: "an unknown event"}
	case e.Target == "":
		return &LedgerError{Kind: Missing, Field: "target", text: "no target"}
	case e.ID == "" && (e.Event == EventCreated || e.Event == EventDeleted):
		return &LedgerError{Kind: Missing, Field: "id", text: "no id"}
	}
	return nil
}

// ledgerState accumulates the lines of a ledger.
type ledgerState struct {
	entries []Entry
	deleted map[entryKey]bool // the line may precede that of the create
}

type entryKey struct{ target, id string }

// apply applies a line. The outcome of a create replaces the latest intent with its name. An
// earlier intent may belong to a run that was killed.
func (s *ledgerState) apply(l line) {
	o := l.Entry
	o.Target, o.Time = strings.ToLower(o.Target), l.Time
	if l.Event == EventDeleted {
		s.deleted[entryKey{o.Target, o.ID}] = true
		return
	}
	if l.Event != EventIntend {
		for i, p := range slices.Backward(s.entries) {
			if p.ID == "" && p.Target == o.Target && p.Run == o.Run && p.Name == o.Name {
				s.entries = slices.Delete(s.entries, i, i+1)
				break
			}
		}
	}
	if l.Event != EventRejected {
		s.entries = append(s.entries, o)
	}
}

// remaining returns the entries whose tokens may exist, each once.
func (s *ledgerState) remaining() (remaining []Entry) {
	for _, o := range s.entries {
		key := entryKey{o.Target, o.ID}
		if o.ID == "" || !s.deleted[key] {
			remaining = append(remaining, o)
		}
		s.deleted[key] = true // return each entry once
	}
	return remaining
}
