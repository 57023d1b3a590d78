//go:build !windows

package atomicfile

import (
	"io/fs"
	"syscall"
)

// OwnerOf returns the ids of the user and the group that a file belongs to, if they are known.
func OwnerOf(info fs.FileInfo) (uid, gid int, ok bool) {
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return 0, 0, false
	}
	return int(stat.Uid), int(stat.Gid), true
}
