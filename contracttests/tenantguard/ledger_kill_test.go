//go:build !windows

package tenantguard_test

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"example.com/patmock/contracttests/tenantguard"
)

// Two processes write to a ledger concurrently and are killed. The ledger has every acknowledged
// line.
func TestLedger_SurvivesKill(t *testing.T) {
	const path = "PATMOCK_LEDGER"
	if ledger := os.Getenv(path); ledger != "" {
		writeUntilKilled(ledger)
		return
	}
	ledger := filepath.Join(t.TempDir(), "ledger.jsonl")
	acknowledged := map[string]bool{}
	const rounds = 5
	for range rounds {
		var mu sync.Mutex
		var group sync.WaitGroup
		for range 2 {
			writer := exec.CommandContext(t.Context(), os.Args[0],
				"-test.run=^TestLedger_SurvivesKill$")
			writer.Env = append(os.Environ(), path+"="+ledger)
			output, err := writer.StdoutPipe()
			must(t, err, writer.Start())
			group.Go(func() {
				lines := bufio.NewReader(output)
				for n := 0; ; n++ {
					line, err := lines.ReadString('\n')
					if err != nil {
						break
					}
					mu.Lock()
					acknowledged[strings.TrimSpace(line)] = true
					mu.Unlock()
					if n == 20 {
						_ = writer.Process.Kill() // the output so far is read
					}
				}
				_ = writer.Wait() // killed
			})
		}
		group.Wait()
	}
	objects, err := tenantguard.ReadLedger(ledger)
	must(t, err)
	for _, o := range objects {
		delete(acknowledged, o.ID)
	}
	t.Logf("%d objects", len(objects))
	if len(objects) < rounds*2*20 {
		t.Errorf("%d objects in %d rounds show nothing", len(objects), rounds)
	}
	for id := range acknowledged {
		t.Errorf("%s was acknowledged, and is lost", id)
	}
}

// writeUntilKilled prints the lines on disk to standard output.
func writeUntilKilled(path string) {
	l, err := tenantguard.OpenLedger(path, atNoon)
	if err != nil {
		panic(err)
	}
	var group sync.WaitGroup
	for side := range 4 {
		group.Go(func() {
			for i := 0; ; i++ {
				id := fmt.Sprintf("%d-%d-%d", os.Getpid(), side, i)
				if err := writeCreated(l, host, "r", "patmock-r-"+id, id, "me"); err != nil {
					panic(err)
				}
				if _, err := fmt.Println(id); err != nil {
					return // standard output is closed
				}
			}
		})
	}
	group.Wait()
}
