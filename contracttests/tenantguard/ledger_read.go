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

// An Object is one of a ledger that is not known to be gone.
type Object struct {
	// Target is the host of the tenant that has it.
	Target string
	// Run that made it.
	Run string
	// Name it was made with. It may have another by now.
	Name string
	// Redacted tells that the name looked like a secret, and that Name is not it.
	Redacted bool
	// ID is empty where nobody knows whether the object was made.
	ID string
	// Owner is the id of the identity it belongs to, empty where the target did not say.
	Owner string
	// At is when it was made, or meant to be.
	At time.Time
	// TargetTime is what the clock of the target showed then. It is zero for objects with an ID, and
	// if the target sent no date.
	TargetTime time.Time
}

// ReadLedger returns the objects that are not known to be gone, in the order they were made in: those with an id, and those
// that were intended, and nobody knows what became of it. A ledger that there is not has none. A last line that was cut off
// is left out; any other damage is a [LedgerError].
func ReadLedger(path string) ([]Object, error) {
	content, err := os.ReadFile(path) //nolint:gosec // the file that the person names
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("the ledger: %w", err)
	}
	return parseLedger(path, content)
}

func parseLedger(path string, content []byte) ([]Object, error) {
	var b book
	for number := 1; len(content) > 0; number++ {
		text, rest, whole := bytes.Cut(content, []byte("\n"))
		content = rest
		kept := text
		for cut := true; cut; { // what follows a torn line may be torn itself, behind the mark
			kept, cut = bytes.CutSuffix(kept, []byte(torn))
		}
		entry, err := parseLine(kept)
		switch {
		case err == nil:
			b.enter(entry)
		case whole && len(kept) == len(text), err.Kind == OtherSchema, err.Kind == UnknownField:
			return nil, &LedgerError{path, number, err}
		}
	}
	return b.objects(), nil
}

// parseLine reads a line. A part of one is never a line: it lacks the last brace.
func parseLine(text []byte) (entry line, err *LineError) {
	var head struct {
		Schema *int `json:"schema"`
	}
	if json.Unmarshal(text, &head) == nil && head.Schema != nil {
		if err := schema.Check(*head.Schema); err != nil {
			return entry, &LineError{OtherSchema, schema.Field, err.Error()}
		}
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	failed := schema.Explain(decoder.Decode(&entry), entry)
	if unknown, ok := errors.AsType[*schema.UnknownFieldError](failed); ok {
		return entry, &LineError{UnknownField, unknown.Field, unknown.Error()}
	}
	if failed != nil {
		return entry, &LineError{Kind: Malformed, text: "no line of a ledger"}
	}
	if decoder.InputOffset() != int64(len(text)) {
		return entry, &LineError{Kind: TrailingText, text: "something follows the line of a ledger"}
	}
	return entry, entry.problem()
}

// problem says what a line lacks, nil for nothing.
func (e line) problem() *LineError {
	switch {
	case !slices.Contains([]string{intended, made, refused, deleted}, e.Event):
		return &LineError{UnknownValue, "event", "an unknown event"}
	case e.Target == "":
		return &LineError{Missing, "target", "no target"}
	case e.ID == "" && (e.Event == made || e.Event == deleted):
		return &LineError{Missing, "id", "no id"}
	}
	return nil
}

// book is what a ledger amounts to.
type book struct {
	entries []line
	// gone are the objects that were deleted, by target and id.
	gone map[[2]string]bool
}

// enter takes a line. What became of an intent takes it back, the latest of that name first: an earlier one may be there
// because its run was killed.
func (b *book) enter(entry line) {
	entry.Target = strings.ToLower(entry.Target)
	switch entry.Event {
	case deleted:
		if b.gone == nil {
			b.gone = map[[2]string]bool{}
		}
		b.gone[[2]string{entry.Target, entry.ID}] = true
		return
	case made, refused:
		for i, earlier := range slices.Backward(b.entries) {
			if earlier.Event == intended && earlier.Target == entry.Target && earlier.Run == entry.Run && earlier.Name == entry.Name {
				b.entries = slices.Delete(b.entries, i, i+1)
				break
			}
		}
	}
	if entry.Event != refused {
		b.entries = append(b.entries, entry)
	}
}

// objects are those that are not gone, each once.
func (b *book) objects() (left []Object) {
	seen := map[[2]string]bool{}
	for _, e := range b.entries {
		key := [2]string{e.Target, e.ID}
		if e.ID != "" && (b.gone[key] || seen[key]) {
			continue
		}
		seen[key] = true
		left = append(left, Object{Target: e.Target, Run: e.Run, Name: e.Name, Redacted: e.Redacted, ID: e.ID, Owner: e.Owner, At: e.At, TargetTime: e.TargetTime})
	}
	return left
}
