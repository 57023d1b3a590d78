package root

import (
	"io"
	"os"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"example.com/patmock/cmd/patmock/internal/cli"
)

// allCommands returns all commands, including help and its topics.
func allCommands() []*cobra.Command {
	root := New(cli.Env{Stdout: io.Discard, Stderr: io.Discard, Lookup: os.LookupEnv}, nil)
	root.InitDefaultHelpCmd()
	var all []*cobra.Command
	var collect func(*cobra.Command)
	collect = func(cmd *cobra.Command) {
		all = append(all, cmd)
		for _, child := range cmd.Commands() {
			collect(child)
		}
	}
	collect(root)
	return all
}

func TestHelp_Width(t *testing.T) {
	commands := allCommands()
	if len(commands) < 40 {
		t.Fatalf("%d commands, want all of them", len(commands))
	}
	for _, cmd := range commands {
		var out strings.Builder
		cmd.SetOut(&out)
		if err := cmd.Help(); err != nil {
			t.Fatal(err)
		}
		if err := cmd.Usage(); err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(out.String()) {
			line = strings.TrimSuffix(line, "\n")
			if n := utf8.RuneCountInString(line); n > cli.HelpWidth ||
				strings.HasSuffix(line, " ") {
				t.Errorf("%s: a line of %d columns: %q", cmd.CommandPath(), n, line)
			}
		}
	}
}

// Long lists of flags are hard to read, so they need groups.
func TestHelp_Groups(t *testing.T) {
	const most = 12
	for _, cmd := range allCommands() {
		byGroup := map[cli.FlagGroup][]string{}
		for _, f := range flagsOf(cmd) {
			byGroup[cli.GroupOf(f)] = append(byGroup[cli.GroupOf(f)], f.Name)
		}
		for g, names := range byGroup {
			if !slices.Contains(cli.FlagGroups(), g) {
				t.Errorf("%s: --%s is in group %q, which the help does not have", cmd.CommandPath(),
					names[0], g)
			}
			if len(names) > most {
				t.Errorf("%s: group %q has %d flags, want at most %d: see setGroup: %q",
					cmd.CommandPath(), g, len(names), most, names)
			}
		}
	}
}

func TestHelp_ShowsEveryFlag(t *testing.T) {
	for _, cmd := range allCommands() {
		usage := cmd.UsageString()
		visible := func(f *pflag.Flag) {
			if f.Name != "help" && f.Name != "version" &&
				strings.Count(usage, "\n  --"+f.Name) == 0 {
				t.Errorf("%s: the help does not show --%s", cmd.CommandPath(), f.Name)
			}
		}
		cmd.LocalFlags().VisitAll(visible)
		cmd.InheritedFlags().VisitAll(visible)
	}
}

// Common flags come first, and those of a command come before those of its mock.
func TestHelp_Order(t *testing.T) {
	for _, tt := range []struct {
		name    string
		command []string
		want    []string
	}{
		{
			"serve", []string{"serve"}, []string{
				"The mock:", "--addr", "--fixture", "--profile", "--state",
			},
		},
		{"exec", []string{"exec"}, []string{"Flags:", "--user", "--check"}},
		{
			"control", []string{"control", "fault", "list"}, []string{
				"Flags:", "--format", "The running mock:", "--url",
			},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			cmd, _, err := New(cli.Env{}, nil).Find(tt.command)
			if err != nil {
				t.Fatal(err)
			}
			_, flags, _ := strings.Cut(cmd.UsageString(), "\n\n")
			var got []string
			for line := range strings.Lines(flags) {
				heading := strings.HasSuffix(line, ":\n")
				if word := strings.Fields(line); heading {
					got = append(got, strings.TrimSpace(line))
				} else if len(word) > 0 && strings.HasPrefix(word[0], "--") {
					got = append(got, word[0])
				}
			}
			if diff := cmp.Diff(tt.want, got[:len(tt.want)]); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// Groups of commands list their subcommands.
func TestHelp_ShowsCommands(t *testing.T) {
	for _, cmd := range allCommands() {
		usage := cmd.UsageString()
		for _, child := range cmd.Commands() {
			if child.Name() == "help" {
				continue
			}
			if !strings.Contains(usage, "\n  "+child.Name()) {
				t.Errorf("%s: the help does not show %s", cmd.CommandPath(), child.Name())
			}
			for _, below := range child.Commands() {
				if !strings.Contains(usage, below.Name()) {
					t.Errorf("%s: the help does not show %s %s", cmd.CommandPath(), child.Name(),
						below.Name())
				}
			}
		}
	}
}

func TestDefaultText(t *testing.T) {
	flags := pflag.NewFlagSet("", pflag.ContinueOnError)
	flags.Duration("hour", time.Hour, "")
	flags.Duration("minutes", 10*time.Minute, "")
	flags.Duration("seconds", 30*time.Second, "")
	flags.Duration("both", 90*time.Second, "")
	flags.Duration("none", 0, "")
	flags.String("text", "a", "")
	flags.StringSlice("list", nil, "")
	flags.Bool("off", false, "")
	want := map[string]string{
		"hour": "1h", "minutes": "10m", "seconds": "30s", "both": "1m30s", "text": "a",
		"none": "", "list": "", "off": "",
	}
	flags.VisitAll(func(f *pflag.Flag) {
		if got := defaultText(f); got != want[f.Name] {
			t.Errorf("%s: got %q, want %q", f.Name, got, want[f.Name])
		}
	})
}

func TestStyle(t *testing.T) {
	terminal, err := os.Open("/dev/ptmx")
	if err != nil {
		t.Skipf("the test needs a pseudo-terminal: %v", err)
	}
	defer func() { _ = terminal.Close() }()
	for _, tt := range []struct {
		name      string
		out       io.Writer
		variables map[string]string
		want      string
	}{
		{"terminal", terminal, map[string]string{"TERM": "xterm"}, boldText("Flags:")},
		{
			"empty NO_COLOR", terminal,
			map[string]string{"TERM": "xterm", "NO_COLOR": ""},
			boldText("Flags:"),
		},
		{"NO_COLOR", terminal, map[string]string{"TERM": "xterm", "NO_COLOR": "0"}, "Flags:"},
		{"dumb terminal", terminal, map[string]string{"TERM": "dumb"}, "Flags:"},
		{"terminal of no name", terminal, nil, "Flags:"},
		{"no terminal", &strings.Builder{}, map[string]string{"TERM": "xterm"}, "Flags:"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			lookup := func(name string) (string, bool) {
				value, set := tt.variables[name]
				return value, set
			}
			if got := styleOf(tt.out, lookup)("Flags:"); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}
