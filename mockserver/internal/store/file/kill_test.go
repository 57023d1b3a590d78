package file_test

import (
	"bufio"
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"strconv"
	"sync"
	"testing"

	"example.com/patmock/fixtures/golden"
	"example.com/patmock/mockserver/internal/pat"
	"example.com/patmock/mockserver/internal/store/file"
)

// Environment variables of the killed process and of the number of rounds.
const (
	victimFile  = "PATMOCK_KILL_FILE"
	victimRound = "PATMOCK_KILL_ROUND"
	killRounds  = "PATMOCK_KILL_ROUNDS"
)

func TestMain(m *testing.M) {
	if path := os.Getenv(victimFile); path != "" {
		if err := createForever(path, os.Getenv(victimRound)); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
	golden.Main(m)
}

// createForever creates tokens in several goroutines, and prints the id of each acknowledged token.
func createForever(path, round string) error {
	f, err := file.Open(path, slog.New(slog.NewTextHandler(os.Stderr, nil)))
	if err != nil {
		return err
	}
	s, err := f.Namespace("default")
	if err != nil {
		return err
	}
	ok, err := s.Load()
	if err == nil && !ok {
		err = s.AddIdentity(context.Background(), users[0], nil)
	}
	if err != nil {
		return err
	}
	errs := make(chan error)
	for worker := range 4 {
		go func() {
			for i := 0; ; i++ {
				id := fmt.Sprintf("%s-%d-%d", round, worker, i)
				if err := s.Create(context.Background(), token(id, pat.Owner{ID: "ann"}, i),
					0); err != nil {
					errs <- err
				}
				// a single write, so that lines do not mix
				if _, err := fmt.Println(id); err != nil {
					errs <- err
				}
			}
		}()
	}
	return <-errs
}

// Acknowledged tokens exist after repeated kills of the process.
func TestKill(t *testing.T) {
	rounds := 20
	if text := os.Getenv(killRounds); text != "" {
		var err error
		if rounds, err = strconv.Atoi(text); err != nil {
			t.Fatalf("%s: %v", killRounds, err)
		}
	}
	path := newPath(t)
	var acknowledged []string
	for round := range rounds {
		acknowledged = append(acknowledged, runAndKill(t, path, round)...)
		f, warnings := openWithWarnings(t, path)
		if warnings != "" {
			t.Logf("round %d: %s", round, warnings)
		}
		s := openNamespace(t, f, "default")
		loadTenant(t, s)
		for _, id := range acknowledged {
			if _, err := s.Token(t.Context(), id); err != nil {
				t.Errorf("round %d: token %s: %v", round, id, err)
			}
		}
		checkError(t, nil, f.Close())
	}
	t.Logf("%d tokens were acknowledged in %d rounds", len(acknowledged), rounds)
}

// runAndKill starts a process, kills it after some lines of output, and returns all lines. The
// number of lines depends on the round.
func runAndKill(t *testing.T, path string, round int) (lines []string) {
	t.Helper()
	command := exec.CommandContext(t.Context(), os.Args[0])
	command.Env = append(os.Environ(), victimFile+"="+path, victimRound+"="+strconv.Itoa(round))
	command.Stderr = os.Stderr
	output, err := command.StdoutPipe()
	checkError(t, nil, err)
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	var once sync.Once
	kill := func() { once.Do(func() { checkError(t, nil, command.Process.Kill()) }) }
	defer kill()
	for scanner := bufio.NewScanner(output); scanner.Scan(); {
		lines = append(lines, scanner.Text())
		if len(lines) > round*7%23 {
			kill()
		}
	}
	if err := command.Wait(); err == nil || command.ProcessState.Exited() {
		t.Fatalf("round %d: process exited before it was killed: %v", round, err)
	}
	return lines
}
