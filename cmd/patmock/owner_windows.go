package main

import "io/fs"

// ownerOf reports that owners are unknown: they have no numbers here.
func ownerOf(fs.FileInfo) (uid, gid int, known bool) { return 0, 0, false }
