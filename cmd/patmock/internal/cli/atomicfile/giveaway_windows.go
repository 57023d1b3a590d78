package atomicfile

import "os"

// GiveAway does nothing: there is no root.
func GiveAway(*os.File, string) error { return nil }
