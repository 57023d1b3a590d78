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

// A runFile says where a running serve has its control API. healthcheck reads it, because flags
// of serve are unknown outside its process. The file is locked for as long as serve runs.
type runFile struct {
	PID int `json:"pid"`
	// Control is the base URL of the control API on this machine.
	Control string `json:"control"`
	// TokenFile is the absolute path of the file with the control token. It is empty without a
	// token, and if the token comes from a variable, which the health check of a container has as
	// well.
	TokenFile string `json:"tokenFile,omitempty"`
	// Addr and ControlAddr are the values of PATMOCK_ADDR and PATMOCK_CONTROL_ADDR that serve
	// inherited. A health check with other values is about another mock.
	Addr        string `json:"addr,omitempty"`
	ControlAddr string `json:"controlAddr,omitempty"`
	// Container reports whether serve is what a container runs.
	Container bool `json:"container,omitempty"`
	// PIDNamespace distinguishes the processes of two containers with one folder.
	PIDNamespace string `json:"pidNamespace,omitempty"`
}

const (
	runFilePattern = "patmock-serve-*.json"
	maxRunFile     = 64 << 10 // bytes
)

// runFileDirs returns the folders for a run file, in the order in which they are tried. Engines
// mount /dev/shm in every container, also if its root is read-only.
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

func newRunFile(m *Mock, tokenFlag string, env cli.Env) runFile {
	r := runFile{
		PID: os.Getpid(), Control: m.ControlURL, Container: env.Container,
		PIDNamespace: pidNamespace(),
	}
	r.Addr, r.ControlAddr = inheritedAddrs(env)
	if path, ok := strings.CutPrefix(tokenFlag, "@"); ok {
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

// pidNamespace returns the id of the process's PID namespace, empty on systems without them.
func pidNamespace() string {
	id, _ := os.Readlink("/proc/self/ns/pid")
	return id
}

// write writes the file into the first folder that takes it, and returns a function that removes
// it. Locks of other processes cannot be read past on Windows, where no file is written.
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

// writeIn writes the file. It is locked before it has a content: a file with one and without a
// lock is that of a serve that was killed.
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
		_ = os.Remove(file.Name()) // a cleaner of the folder may have been faster
		_ = lock.Unlock()          // the end of the process does it otherwise
	}, nil
}

func removeStaleRunFiles(dir string) {
	for _, path := range runFilesIn(dir) {
		if _, running, err := readRunFile(path); err == nil && !running {
			_ = os.Remove(path) // it does no harm
		}
	}
}

func runFilesIn(dir string) []string {
	paths, _ := filepath.Glob(filepath.Join(dir, runFilePattern)) // the pattern is good
	return paths
}

// runningMocks returns the run files of the serves of this user that run beside this process and
// inherited the same addresses.
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

// readRunFile reads a file, and reports whether its serve runs. It rejects files that others may
// have written: the folders are open to every user, and a control token is sent where a file says.
func readRunFile(path string) (r runFile, running bool, err error) {
	info, err := os.Lstat(path)
	if err != nil {
		return r, false, err
	}
	uid, _, known := atomicfile.OwnerOf(info)
	if !info.Mode().IsRegular() || info.Mode().Perm()&0o077 != 0 || !known || uid != os.Geteuid() ||
		info.Size() > maxRunFile {
		return r, false, fmt.Errorf("%s is no run file of this user", path)
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
