//go:build !windows

package atomicfile

import (
	"io/fs"
	"syscall"
)

// OwnerOf returns the user and group IDs of the owner of a file, if they are known.
func OwnerOf(info fs.FileInfo) (uid, gid int, ok bool) {
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return 0, 0, false
	}
	return int(stat.Uid), int(stat.Gid), true
}
