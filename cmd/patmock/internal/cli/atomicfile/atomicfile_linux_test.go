package atomicfile

import (
	"errors"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// TestWrite_KeepsOwner checks that a replaced file keeps its mode and owner.
func TestWrite_KeepsOwner(t *testing.T) {
	path := filepath.Join(t.TempDir(), "report.xml")
	err := errors.Join(os.WriteFile(path, []byte("old"), 0o600), os.Chmod(path, 0o664))
	uid, gid := os.Getuid(), os.Getgid()
	if uid == 0 {
		uid, gid = 1234, 1235
		err = errors.Join(err, os.Chown(path, uid, gid))
	}
	if err = errors.Join(err, Write(path, 0o644, []byte("new"))); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if gotUID, gotGID, _ := OwnerOf(info); gotUID != uid || gotGID != gid || info.Mode() != 0o664 {
		t.Errorf("it belongs to %d:%d and has mode %s, want %d:%d", gotUID, gotGID, info.Mode(),
			uid, gid)
	}
}

// TestWrite_InPlace checks files that cannot be replaced: one in a read-only directory,
// and a bind mount.
func TestWrite_InPlace(t *testing.T) {
	dir, err := os.MkdirTemp("", "place") //nolint:usetesting // must be accessible
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) }) // the system's temporary files
	path := filepath.Join(dir, "report.xml")
	err = errors.Join(os.WriteFile(path, []byte("something old"), 0o600), os.Chmod(path, 0o666),
		os.Chmod(dir, 0o555))
	if err != nil {
		t.Fatal(err)
	}
	write := func(t *testing.T) {
		t.Helper()
		before, errBefore := os.Stat(path)
		err := Write(path, 0o644, []byte("new"))
		after, errAfter := os.Stat(path)
		if err := errors.Join(err, errBefore, errAfter); err != nil {
			t.Fatal(err)
		}
		if got := read(t, path); got != "new" || !os.SameFile(before, after) {
			t.Errorf("the file contains %q", got)
		}
	}
	t.Run("denied folder", func(t *testing.T) { runUnprivileged(t, func() { write(t) }) })
	t.Run("mount", func(t *testing.T) {
		if os.Getuid() != 0 {
			t.Skip("only root can mount")
		}
		host := filepath.Join(t.TempDir(), "host")
		if err := os.WriteFile(host, []byte("something old"), 0o600); err != nil {
			t.Fatal(err)
		}
		err := unix.Mount(host, path, "", unix.MS_BIND, "")
		if errors.Is(err, unix.EPERM) {
			t.Skipf("this root cannot mount: %v", err)
		}
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := unix.Unmount(path, 0); err != nil {
				t.Error(err)
			}
		})
		write(t)
		if got := read(t, host); got != "new" {
			t.Errorf("outside the container the file contains %q", got)
		}
	})
}

// TestWrite_SpecialFiles checks files that are not regular.
func TestWrite_SpecialFiles(t *testing.T) {
	t.Parallel() // it mostly waits
	dir := t.TempDir()
	fifo := filepath.Join(dir, "fifo")
	if err := unix.Mkfifo(fifo, 0o600); err != nil {
		t.Fatal(err)
	}
	t.Run("FIFO", func(t *testing.T) {
		content := make(chan string, 1)
		go func() {
			text, err := os.ReadFile(fifo)
			if err != nil {
				t.Error(err)
			}
			content <- string(text)
		}()
		large := make([]byte, 1<<20) // more than the buffer of a pipe
		if err := Write(fifo, 0o644, large); err != nil {
			t.Fatal(err)
		}
		select {
		case got := <-content:
			if got != string(large) {
				t.Errorf("its reader gets %d bytes", len(got))
			}
		case <-time.After(time.Minute):
			t.Error("its reader gets nothing")
		}
	})
	t.Run("FIFO without a reader", func(t *testing.T) {
		if err := Write(fifo, 0o644, []byte("lost")); err == nil {
			t.Error("no error")
		}
	})
	t.Run("socket", func(t *testing.T) {
		path := filepath.Join(dir, "socket")
		l, err := net.Listen("unix", path)
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close() //nolint:errcheck // nothing was sent
		if err := Write(path, 0o644, []byte("lost")); err == nil {
			t.Error("no error")
		}
	})
	t.Run("device", func(t *testing.T) {
		if os.Getuid() != 0 {
			t.Skip("only root can make a device")
		}
		path := filepath.Join(dir, "null")
		if err := unix.Mknod(path, unix.S_IFCHR|0o600, int(unix.Mkdev(1, 3))); err != nil {
			t.Fatal(err)
		}
		err := Write(path, 0o644, []byte("for the device"))
		info, errStat := os.Stat(path)
		if err := errors.Join(err, errStat); err != nil {
			t.Fatal(err)
		}
		if info.Mode().Type() != fs.ModeDevice|fs.ModeCharDevice {
			t.Errorf("it is %s now", info.Mode())
		}
	})
}
