package atomicfile

import "io/fs"

// OwnerOf reports that owners are unknown: they have no numbers here.
func OwnerOf(fs.FileInfo) (uid, gid int, known bool) { return 0, 0, false }
