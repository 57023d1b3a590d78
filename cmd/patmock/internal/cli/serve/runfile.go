package serve

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/gofrs/flock"

	"example.com/patmock/cmd/patmock/internal/cli"
	"example.com/patmock/cmd/patmock/internal/cli/atomicfile"
)

// A runFile has the address of a running mock's control API. healthcheck reads it, because the
// flags of serve are not visible to other processes. serve keeps the file locked while it runs.
type runFile struct {
	PID int `json:"pid"`
	// Control is the base URL of the control API on this machine.
	Control string `json:"control"`
	// TokenFile is the absolute path of the file with the control token. It is empty without a
	// token, and if the token comes from a variable. The health check of a container has the same
	// variables.
	TokenFile string `json:"tokenFile,omitempty"`
	// CAFile is the absolute path of the file with the authorities to trust. It is empty for plain
	// http. ServerName is the name of the certificate, if it is not valid for Control.
	CAFile     string `json:"caFile,omitempty"`
	ServerName string `json:"serverName,omitempty"`
	// Addr and ControlAddr are the values of PATMOCK_ADDR and PATMOCK_CONTROL_ADDR that serve
	// inherited. A health check ignores run files with other values.
	Addr        string `json:"addr,omitempty"`
	ControlAddr string `json:"controlAddr,omitempty"`
	// Container reports whether serve is the main process of a container.
	Container bool `json:"container,omitempty"`
	// PIDNamespace distinguishes the processes of containers that share a directory.
	PIDNamespace string `json:"pidNamespace,omitempty"`
}

const (
	runFilePattern = "patmock-serve-*.json"
	maxRunFile     = 64 << 10 // bytes
)

// runFileDirs returns the candidate directories of a run file, in order of preference. Container
// engines mount /dev/shm even if the root file system is read-only.
func runFileDirs(env cli.Env) []string {
	runtimeDir, _ := env.Lookup("XDG_RUNTIME_DIR")
	var dirs []string
	for _, dir := range []string{runtimeDir, os.TempDir(), "/run", "/dev/shm"} {
		if dir = filepath.Clean(dir); filepath.IsAbs(dir) && !slices.Contains(dirs, dir) {
			dirs = append(dirs, dir)
		}
	}
	return dirs
}

func newRunFile(m *Mock, f Flags, env cli.Env) runFile {
	r := runFile{
		PID: os.Getpid(), Control: m.ControlURL, Container: env.Container,
		PIDNamespace: pidNamespace(),
	}
	r.Addr, r.ControlAddr = inheritedAddrs(env)
	r.setTrust(m, f.tls)
	if path, ok := strings.CutPrefix(f.controlToken, "@"); ok {
		r.TokenFile = path
		if absolute, err := filepath.Abs(path); err == nil {
			r.TokenFile = absolute
		}
	}
	return r
}

func inheritedAddrs(env cli.Env) (addr, controlAddr string) {
	addr, _ = env.Lookup(cli.Variable("addr"))
	controlAddr, _ = env.Lookup(cli.Variable("control-addr"))
	return addr, controlAddr
}

// pidNamespace returns the ID of the process's PID namespace, or "" on systems without them.
func pidNamespace() string {
	id, _ := os.Readlink("/proc/self/ns/pid")
	return id
}

// write writes the file to the first writable directory, and returns a function that removes it. It
// does nothing on Windows, because other processes cannot read a locked file.
func (r runFile) write(dirs []string) (remove func(), err error) {
	if runtime.GOOS == "windows" {
		return func() {}, nil
	}
	var errs []error
	for _, dir := range dirs {
		remove, err := r.writeIn(dir)
		if err == nil {
			return remove, nil
		}
		errs = append(errs, err)
	}
	return nil, errors.Join(errs...)
}

// writeIn writes the file to dir. It locks the file before writing: a nonempty file without a lock
// belongs to a killed process.
func (r runFile) writeIn(dir string) (remove func(), err error) {
	removeStaleRunFiles(dir)
	file, err := os.CreateTemp(dir, runFilePattern) // mode 0600
	if err != nil {
		return nil, err
	}
	content, err := json.Marshal(r)
	lock := flock.New(file.Name())
	if err == nil {
		var locked bool
		if locked, err = lock.TryLock(); err == nil && !locked {
			err = fmt.Errorf("%s is locked", file.Name())
		}
	}
	if err == nil {
		_, err = file.Write(content)
	}
	if err = errors.Join(err, file.Close()); err != nil {
		return nil, errors.Join(err, lock.Unlock(), os.Remove(file.Name()))
	}
	return func() {
		_ = os.Remove(file.Name()) // it may have been cleaned up already
		_ = lock.Unlock()          // the lock ends with the process otherwise
	}, nil
}

func removeStaleRunFiles(dir string) {
	for _, path := range runFilesIn(dir) {
		r, running, err := readRunFile(path)
		if err != nil || running {
			continue
		}
		_ = os.Remove(path) // a stale file is harmless
		if ok, _ := filepath.Match(filepath.Join(dir, caFilePattern), r.CAFile); ok {
			_ = os.Remove(r.CAFile) // of the same killed process
		}
	}
}

func runFilesIn(dir string) []string {
	paths, _ := filepath.Glob(filepath.Join(dir, runFilePattern)) // the pattern is valid
	return paths
}

// runningMocks returns the run files of this user's mocks in this PID namespace that inherited the
// same addresses.
func runningMocks(env cli.Env) []runFile {
	if runtime.GOOS == "windows" {
		return nil
	}
	addr, controlAddr := inheritedAddrs(env)
	var all []runFile
	for _, dir := range runFileDirs(env) {
		for _, path := range runFilesIn(dir) {
			r, running, err := readRunFile(path)
			if err == nil && running && r.PIDNamespace == pidNamespace() && r.Addr == addr &&
				r.ControlAddr == controlAddr {
				all = append(all, r)
			}
		}
	}
	return all
}

// readRunFile reads a run file, and reports whether its mock is running. It rejects files that
// other users may have written: the directories are public, and a control token is sent to the
// address in the file.
func readRunFile(path string) (r runFile, running bool, err error) {
	info, err := os.Lstat(path)
	if err != nil {
		return r, false, err
	}
	uid, _, known := atomicfile.OwnerOf(info)
	if !info.Mode().IsRegular() || info.Mode().Perm()&0o077 != 0 || !known || uid != os.Geteuid() ||
		info.Size() > maxRunFile {
		return r, false, fmt.Errorf("%s is not a run file of this user", path)
	}
	content, err := os.ReadFile(path) //nolint:gosec // as checked above
	if err == nil {
		err = json.Unmarshal(content, &r)
	}
	if err != nil {
		return r, false, err
	}
	lock := flock.New(path, flock.SetFlag(os.O_RDONLY))
	free, err := lock.TryRLock()
	if err != nil {
		return r, false, err
	}
	return r, !free, lock.Unlock()
}
