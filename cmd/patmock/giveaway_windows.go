package main

import "os"

// giveAway does nothing: there is no root.
func giveAway(*os.File, string) error { return nil }
