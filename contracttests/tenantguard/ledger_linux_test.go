package tenantguard_test

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"example.com/patmock/contracttests/tenantguard"
)

// A line that cannot be synced is an error: /dev/null accepts writes but no sync.
func TestLedger_SyncsLines(t *testing.T) {
	l := openLedger(t, os.DevNull)
	err := l.Write(tenantguard.EventIntend, intent("a"))
	if failed, ok := errors.AsType[*fs.PathError](err); !ok || failed.Op != "sync" ||
		failed.Path != os.DevNull {
		t.Errorf("a line that is not on the disk counts: %v", err)
	}
}

// A full disk loses only the incomplete line.
func TestLedger_SurvivesFullDisk(t *testing.T) {
	const limited = "PATMOCK_FULL_DISK"
	// the limit applies to all files of the process
	if os.Getenv(limited) == "" {
		command := exec.CommandContext(t.Context(), os.Args[0],
			"-test.run=^TestLedger_SurvivesFullDisk$", "-test.v")
		command.Env = append(os.Environ(), limited+"=1")
		if output, err := command.CombinedOutput(); err != nil ||
			!strings.Contains(string(output), "--- PASS: TestLedger_SurvivesFullDisk") {
			t.Errorf("%v\n%s", err, output)
		}
		return
	}
	path := filepath.Join(t.TempDir(), "ledger.jsonl")
	l := openLedger(t, path)
	must(t, l.Write(tenantguard.EventIntend, intent("a")))

	signal.Ignore(syscall.SIGXFSZ)
	defer signal.Reset(syscall.SIGXFSZ)
	var free syscall.Rlimit
	must(t, syscall.Getrlimit(syscall.RLIMIT_FSIZE, &free))
	full := free
	full.Cur = 150 // in the middle of the second line
	must(t, syscall.Setrlimit(syscall.RLIMIT_FSIZE, &full))
	first, second := l.Write(tenantguard.EventIntend, intent("b")),
		l.Write(tenantguard.EventIntend, intent("c"))
	must(t, syscall.Setrlimit(syscall.RLIMIT_FSIZE, &free))

	for _, err := range []error{first, second} {
		if !errors.Is(err, syscall.EFBIG) {
			t.Errorf("got %v", err)
		}
	}
	a, d := tenantguard.Entry{Target: host, Run: "r", Name: "a", Time: noon}, tenantguard.Entry{
		Target: host, Run: "r", Name: "d", Time: noon,
	}
	checkEntries(t, path, a)
	must(t, l.Write(tenantguard.EventIntend, intent("d")))
	checkEntries(t, path, a, d)
}
