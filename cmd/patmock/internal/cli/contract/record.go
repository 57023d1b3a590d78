package contract

import (
	"errors"
	"fmt"
	"path/filepath"

	"github.com/spf13/pflag"

	"example.com/patmock/cmd/patmock/internal/cli"
	"example.com/patmock/contracttests"
	"example.com/patmock/contracttests/recording"
	"example.com/patmock/contracttests/report"
	"example.com/patmock/spec"
)

// recordFlag is the directory for the recording, empty for none.
type recordFlag struct{ dir string }

func (f *recordFlag) register(flags *pflag.FlagSet) {
	flags.StringVar(&f.dir, "record", "",
		"directory for a recording of the run, with secrets removed, for contract diff and "+
			"contract propose")
	cli.SetGroup(flags, cli.GroupEvidence)
}

// begin sets o.Observe to record each case. It rejects a directory that contains anything but a
// recording before any request is sent.
func (f recordFlag) begin(
	target contracttests.Target, o *contracttests.Options,
) (*recorder, error) {
	r := &recorder{dir: f.dir, target: target}
	if f.dir == "" {
		return r, nil
	}
	writer, err := recording.Create(f.dir)
	if err != nil {
		return nil, cli.Flagf("record", " %s: %w", f.dir, err)
	}
	r.writer, o.Observe = writer, r.add
	return r, nil
}

// recorder writes recordings. Without a writer it does nothing.
type recorder struct {
	dir    string
	target contracttests.Target
	writer *recording.Writer
	err    error
}

func (r *recorder) add(o contracttests.Observation) {
	c := recording.RawCase{
		Scenario: o.Case.Scenario.ID, Version: o.Case.Version, Outcome: o.Result.Outcome,
		Exchanges: o.Exchanges[:o.CleanupStart], DialectEntries: o.DialectEntries,
	}
	for _, i := range identities(r.target) {
		c.Secrets = append(c.Secrets, i.login.ClientSecret)
	}
	r.err = errors.Join(r.err,
		r.writer.Add(recording.Normalize(c, r.target.BaseURL, r.target.RealTenant())))
}

func (r *recorder) end(env cli.Env, result *report.Report) error {
	if r.writer == nil {
		return nil
	}
	metadata := recording.About{
		Tool: result.Tool, Target: result.Target, Started: result.Started,
		Interrupted: result.Interrupted, Documents: map[string]string{},
	}
	for _, name := range spec.Names() {
		if name == spec.Control {
			continue // tenants have no control API
		}
		d, err := spec.Load(name)
		if err != nil {
			return err
		}
		metadata.Documents[name] = d.Hash()
	}
	if r.err != nil {
		return fmt.Errorf("--record %s: %w", r.dir, r.err)
	}
	dir, err := r.writer.Close(metadata)
	if err != nil {
		return fmt.Errorf("--record %s: %w", r.dir, err)
	}
	if filepath.Base(dir) != filepath.Base(r.dir) {
		// A write error is ignored: the exit code already reports the interruption.
		_, _ = fmt.Fprintf(env.Stderr,
			"patmock: %s has a complete recording: the interrupted run was recorded in %s\n",
			r.dir, dir)
	}
	return chownTree(dir)
}

func (r *recorder) discard() error {
	if r.writer == nil {
		return nil
	}
	return r.writer.Discard()
}
