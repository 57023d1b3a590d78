package serve

import (
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

func TestParseBytes(t *testing.T) {
	for text, want := range map[string]int64{
		"0": 0, "4096": 4096, "12B": 12, "256MB": 256e6, "128MiB": 128 << 20, "1 gib": 1 << 30,
		"3kb": 3000, "2GB": 2e9,
		"": -1, "MB": -1, "-1": -1, "1.5GB": -1, "1TB": -1, "99999999999GiB": -1,
	} {
		got, err := parseBytes(text)
		if err != nil {
			got = -1
		}
		if got != want {
			t.Errorf("%q is %d (%v), want %d", text, got, err, want)
		}
	}
}

func TestCgroupLimit(t *testing.T) {
	const own2, own1 = "0::/user.slice/app\n", "12:cpu,cpuacct:/\n5:memory:/docker/x\n"
	tests := []struct {
		name  string
		files map[string]string
		want  int64
	}{
		{"none", nil, 0},
		{
			"version 2 in a container", map[string]string{
				"proc/self/cgroup": "0::/\n", "sys/fs/cgroup/memory.max": "536870912\n",
			}, 512 << 20,
		},
		{
			"version 2 without a limit", map[string]string{
				"proc/self/cgroup": "0::/\n", "sys/fs/cgroup/memory.max": "max\n",
			}, 0,
		},
		{
			"version 2 of a group", map[string]string{
				"proc/self/cgroup": own2, "sys/fs/cgroup/user.slice/app/memory.max": "1000\n",
			}, 1000,
		},
		{"version 2 of the group above", map[string]string{
			"proc/self/cgroup": own2, "sys/fs/cgroup/user.slice/memory.max": "900\n",
			"sys/fs/cgroup/user.slice/app/memory.max": "1000\n",
		}, 900},
		{
			"version 1 in a container", map[string]string{
				"proc/self/cgroup": own1, "sys/fs/cgroup/memory/memory.limit_in_bytes": "2000\n",
			}, 2000,
		},
		{"version 1 of a group", map[string]string{
			"proc/self/cgroup":                                    own1,
			"sys/fs/cgroup/memory/memory.limit_in_bytes":          "9223372036854771712\n",
			"sys/fs/cgroup/memory/docker/x/memory.limit_in_bytes": "3000\n",
		}, 3000},
		{
			"version 1 without a limit", map[string]string{
				"proc/self/cgroup":                           own1,
				"sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712\n",
			}, 0,
		},
		{"no /proc", map[string]string{"sys/fs/cgroup/memory.max": "4000\n"}, 4000},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			root := t.TempDir()
			for name, text := range test.files {
				path := filepath.Join(root, name)
				if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			if got := cgroupLimit(root); got != test.want {
				t.Errorf("limit %d, want %d", got, test.want)
			}
		})
	}
}

func TestDefaultBudget(t *testing.T) {
	for limit, want := range map[int64]int64{
		0: 256 << 20, 512 << 20: 128 << 20, 8 << 30: 256 << 20,
	} {
		if got := defaultBudget(limit); got != want {
			t.Errorf("budget below %d is %d, want %d", limit, got, want)
		}
	}
}

// Memory is released once after each period of activity, when the mock is idle.
func TestReleaseIdle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var count, released atomic.Int64
		stop := make(chan struct{})
		go releaseIdle(stop, count.Load, func() { released.Add(1) })
		after := func(d time.Duration, want int64) {
			t.Helper()
			time.Sleep(d)
			synctest.Wait()
			if got := released.Load(); got != want {
				t.Errorf("released %d times, want %d", got, want)
			}
		}
		after(5*time.Minute, 0)
		for range 100 {
			count.Add(1)
			after(time.Second, 0)
		}
		after(time.Minute, 1)
		after(time.Hour, 1)
		count.Add(1)
		after(20*time.Second, 1)
		after(40*time.Second, 2)
		close(stop)
	})
}
