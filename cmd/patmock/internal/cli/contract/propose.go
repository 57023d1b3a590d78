package contract

import (
	"strings"

	"github.com/spf13/cobra"

	"example.com/patmock/cmd/patmock/internal/cli"
	"example.com/patmock/contracttests/recording"
	"example.com/patmock/mockserver/dialect"
	"example.com/patmock/spec/schema"
)

func newContractPropose(env cli.Env) *cobra.Command {
	all := false
	cmd := &cobra.Command{
		Use:               "propose DIR",
		ValidArgsFunction: cli.FirstArgument(cli.CompleteDirectory),
		Short:             "Print the dialect of a recorded target, for serve --dialect",
		Long: "Read the recording of a run (contract run --record DIR) and print a dialect: the " +
			"responses of the target to open questions, if they differ from those of the mock. " +
			"Comments list responses that differ between versions, and responses that the mock " +
			"cannot give.",
		Example: "  patmock contract run --run name-taken --versions v2026 --record recording " +
			"&&\n" +
			"    patmock contract propose recording",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return cli.Usagef("DIR", "expected the directory of a recording, got %d arguments",
					len(args))
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			format := cli.Format(cmd)
			recording, err := recording.Open(args[0])
			if err != nil {
				return cli.Usagef("DIR", "%w", err)
			}
			p := proposal{recording: recording, all: all}
			lines, err := p.lines()
			if err != nil {
				return err
			}
			if format == "json" {
				return cli.PrintJSON(env.Stdout, dialectJSON(lines))
			}
			_, err = env.Stdout.Write(dialect.Write(p.header(), lines))
			return err
		},
	}
	cli.FormatFlag(cmd, cli.YAMLOrJSON...)
	cmd.Flags().BoolVar(&all, "all", false, "include responses that equal those of the mock")
	return cmd
}

// dialectJSON returns the entries as the JSON form of a dialect file, which has no comments.
func dialectJSON(lines []dialect.FileEntry) map[string]any {
	file := map[string]any{schema.Field: schema.Version}
	for _, l := range lines {
		if l.ID != "" {
			file[l.ID] = l.Response
		}
	}
	return file
}

// A proposal derives a dialect from a recording.
type proposal struct {
	recording *recording.Recording
	all       bool
}

func (p proposal) lines() (lines []dialect.FileEntry, err error) {
	var untested, defaults []string
	for _, e := range dialect.Entries() {
		findings := p.findings(e)
		if len(findings) == 0 {
			untested = append(untested, e.ID)
			continue
		}
		line, differs := p.line(e, findings)
		if !differs && !p.all {
			defaults = append(defaults, e.ID)
			continue
		}
		lines = append(lines, line)
	}
	if len(lines)+len(defaults) == 0 {
		return nil,
			cli.Usagef("DIR",
				"the recording of %s covers no dialect entry: see patmock spec dialect for "+
					"entries and their scenarios", p.recording.Target.Name)
	}
	for _, rest := range []struct {
		what string
		ids  []string
	}{{"Same as the mock: ", defaults}, {"Not tested: ", untested}} {
		if rest.ids != nil {
			lines = append(lines, dialect.FileEntry{
				Comments: []string{rest.what + strings.Join(rest.ids, ", ") + "."},
			})
		}
	}
	return lines, nil
}

// header returns comments about the origin of the proposal.
func (p proposal) header() []string {
	about := p.recording.About
	header := []string{
		"Dialect of " + about.Target.Name + ", recorded on " +
			about.Started.UTC().Format("2006-01-02 15:04 MST") + " by " + about.Tool + ".",
		"For patmock serve --dialect FILE.",
	}
	if !about.Target.RealTenant {
		header = append(header,
			"The recording is of a patmock ("+about.Target.Version+
				"), and is no evidence about a tenant.")
	}
	if about.Interrupted {
		header = append(header, "The run was interrupted, so some questions are not tested.")
	}
	return header
}

type finding struct {
	// scenario and version identify the recorded case.
	scenario, version string
	response          dialect.Response
	// problem is the reason why the mock cannot respond in the same way, or empty.
	problem string
}

func (f finding) text() string {
	if f.problem != "" {
		return f.problem
	}
	return f.response.String()
}

func (p proposal) findings(e dialect.Entry) []finding {
	var all []finding
	for _, t := range p.recording.Cases {
		if step, ok := t.DialectStep(e.ID); ok {
			response, problem := responseTo(e, step)
			all = append(all, finding{t.Scenario, string(t.Version), response, problem})
		}
	}
	return all
}

// line returns the entry of e with the findings as comments. It has no response if the findings
// differ, or if the mock cannot respond in the same way. differs is false if all findings match the
// mock's default.
func (p proposal) line(e dialect.Entry, findings []finding) (line dialect.FileEntry, differs bool) {
	line = dialect.FileEntry{
		ID: e.ID, Response: findings[0].response, Comments: []string{e.Question},
	}
	suffix := " by " + p.recording.Target.Name + ", " +
		p.recording.Started.UTC().Format("2006-01-02")
	for _, group := range groupFindings(findings) {
		line.Comments = append(line.Comments, group+suffix)
	}
	for _, f := range findings {
		if f.problem == "" && f.response == findings[0].response {
			continue
		}
		if f.problem == "" && withoutText(f.response) == withoutText(findings[0].response) {
			if withoutText(line.Response) != line.Response {
				line.Comments = append(line.Comments, "The texts differ and are omitted.")
			}
			line.Response = withoutText(line.Response)
			continue
		}
		reason := "the responses differ"
		if f.problem != "" {
			reason = "the mock cannot respond like this"
		}
		line.ID = ""
		line.Comments = append(line.Comments, e.ID+" is omitted: "+reason+".")
		return line, true
	}
	return line, !isDefault(e, line.Response)
}

func withoutText(response dialect.Response) dialect.Response {
	response.Text, response.Description = "", ""
	return response
}

// isDefault reports whether response is the default response of the mock. A text or description
// without a default matches any.
func isDefault(e dialect.Entry, response dialect.Response) bool {
	if e.Default.Text == "" {
		response.Text = ""
	}
	if e.Default.Description == "" {
		response.Description = ""
	}
	return len(dialect.Dialect{e.ID: response}.NonDefault()) == 0
}

// groupFindings formats the findings by scenario and response: "409 Conflict to
// create/name-taken-is-400 in v3, v2024".
func groupFindings(findings []finding) []string {
	var order []string
	versions := map[string][]string{}
	for _, f := range findings {
		group := f.text() + " to " + f.scenario
		if _, ok := versions[group]; !ok {
			order = append(order, group)
		}
		versions[group] = append(versions[group], f.version)
	}
	for i, group := range order {
		if versionList := strings.Trim(strings.Join(versions[group], ", "),
			", "); versionList != "" {
			order[i] += " in " + versionList
		}
	}
	return order
}
