package mockserver_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"example.com/patmock/mockserver"
	"example.com/patmock/spec/rule"
	"example.com/patmock/spec/version"
)

// A full disk causes a 503 with the path and without Retry-After. Health reports the cause until a
// write succeeds. Reads still work.
func TestFullDisk_Responds503(t *testing.T) {
	const limited = "PATMOCK_FULL_DISK"
	// the limit applies to the process, which writes other files as well
	if os.Getenv(limited) == "" {
		command := exec.CommandContext(t.Context(), os.Args[0],
			"-test.run=^TestFullDisk_Responds503$", "-test.v")
		command.Env = append(os.Environ(), limited+"=1")
		if output, err := command.CombinedOutput(); err != nil ||
			!strings.Contains(string(output), "--- PASS: TestFullDisk_Responds503") {
			t.Errorf("%v\n%s", err, output)
		}
		return
	}
	for _, profile := range []string{mockserver.ProfileFriendly, mockserver.ProfileFaithful} {
		t.Run(profile, func(t *testing.T) { checkFullDisk(t, profile) })
	}
}

func checkFullDisk(t *testing.T, profile string) {
	state := filepath.Join(t.TempDir(), "state")
	log := &bytes.Buffer{}
	config := mockserver.Config{StateFile: state, Log: slog.New(slog.NewTextHandler(log, nil))}
	config.Profile.Name, config.Profile.TokenLimit = profile, 1_000_000
	m := startWith(t, "empty", config)
	m.omitsRules = profile == mockserver.ProfileFaithful
	c := m.as("jane.doe")
	health := func() (status, cause string) {
		h, err := m.mock.Control().Health(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return h.Status, h.Cause
	}

	info, err := os.Stat(state)
	if err != nil {
		t.Fatal(err)
	}
	restore := limitFiles(t, info.Size())
	collection := version.V2026.CollectionPath()
	create := func(i int) testResponse {
		return c.post(collection,
			fmt.Sprintf(`{"name":"%d","userAwareTokenNeverExpires":true,"scope":["%s"]}`, i,
				strings.Repeat("x", 400)))
	}
	r, created := create(0), 0
	for r.status == http.StatusOK && created < 10_000 {
		created++
		r = create(created)
	}
	checkUnwritable(t, r, state)
	if status, cause := health(); status != "degraded" || !strings.Contains(cause, state) ||
		!strings.Contains(cause, syscall.EFBIG.Error()) {
		t.Errorf("health = %s because of %q, want degraded with the path and the cause", status,
			cause)
	}
	if listed := len(c.get(collection + "?owner-id=me").is(http.StatusOK).list()); listed == 0 {
		t.Error("reads failed")
	}
	limitFiles(t, 0) // a small namespace fits into free pages
	checkUnwritable(t, c.anonymous().put("/_mock/namespace", `{"fixture":"crowded"}`), state)
	checkUnwritable(t, m.in("new").login(janeID, janeSecret), state)
	if text := log.String(); strings.Contains(text, "at fault") || !strings.Contains(text, state) {
		t.Errorf("unexpected log:\n%s", text)
	}

	restore()
	create(created).is(http.StatusOK)
	if status, cause := health(); status != "ok" || cause != "" {
		t.Errorf("health = %s because of %q after a write", status, cause)
	}
}

// checkUnwritable expects the response to a change that cannot be written.
func checkUnwritable(t *testing.T, r testResponse, path string) {
	t.Helper()
	if r.status != http.StatusServiceUnavailable || r.header.Get("Retry-After") != "" ||
		!strings.Contains(r.text, path) {
		t.Errorf("%s: status %d, Retry-After %q, want 503 without, and the path: %s", r.path,
			r.status, r.header.Get("Retry-After"), r.text)
	}
	if got := r.header.Get("X-Patmock-Rule"); got != string(rule.StateUnwritable) &&
		!r.tenant.omitsRules {
		t.Errorf("rule = %q, want %s", got, rule.StateUnwritable)
	}
}

// limitFiles limits the size of the files of this process until the returned function is called.
func limitFiles(t *testing.T, size int64) (restore func()) {
	t.Helper()
	signal.Ignore(syscall.SIGXFSZ)
	t.Cleanup(func() { signal.Reset(syscall.SIGXFSZ) })
	var free syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &free); err != nil {
		t.Fatal(err)
	}
	limited := free
	limited.Cur = uint64(size)
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limited); err != nil {
		t.Fatal(err)
	}
	return func() {
		t.Helper()
		if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &free); err != nil {
			t.Fatal(err)
		}
	}
}
