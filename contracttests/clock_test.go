package contracttests_test

import "time"

func now() time.Time { return time.Now() } //nolint:forbidigo // headers follow wall time
