package file_test

import (
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"syscall"
	"testing"

	"example.com/patmock/mockserver/internal/pat"
)

// A file that cannot grow, as on a full disk, rejects writes until there is space again.
func TestWrite_FullDisk(t *testing.T) {
	const env = "PATMOCK_FULL_DISK"
	// the limit applies to the entire process, so that the test needs its own
	if os.Getenv(env) == "" {
		command := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestWrite_FullDisk$",
			"-test.v")
		command.Env = append(os.Environ(), env+"=1")
		if output, err := command.CombinedOutput(); err != nil ||
			!strings.Contains(string(output), "--- PASS: TestWrite_FullDisk") {
			t.Errorf("%v\n%s", err, output)
		}
		return
	}
	first := token("first", ann, 0)
	f, path, s := newStore(t, first)
	info, err := os.Stat(path)
	checkError(t, nil, err)
	want := []*pat.Token{first}
	next := token("next", ann, 1)

	signal.Ignore(syscall.SIGXFSZ)
	defer signal.Reset(syscall.SIGXFSZ)
	var unlimited syscall.Rlimit
	checkError(t, nil, syscall.Getrlimit(syscall.RLIMIT_FSIZE, &unlimited))
	limit := unlimited
	limit.Cur = uint64(info.Size())
	checkError(t, nil, syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limit))
	for i := 0; err == nil && i < 10000; i++ {
		if err = s.Create(t.Context(), next, 0); err == nil {
			want = append(want, next)
			next = token(fmt.Sprintf("%05d", i), ann, i+2)
		}
	}
	again := s.Create(t.Context(), next, 0)
	checkError(t, nil, syscall.Setrlimit(syscall.RLIMIT_FSIZE, &unlimited))

	checkContains(t, err, syscall.EFBIG.Error()) // bbolt does not wrap it
	checkContains(t, again, syscall.EFBIG.Error())
	checkTokens(t, want, s)
	checkError(t, nil, s.Create(t.Context(), next, 0))
	want = append(want, next)
	checkTokens(t, want, s)
	checkFile(t, want, f, path)
}
