package atomicfile

import (
	"testing"

	"example.com/patmock/fixtures/golden"
)

func TestMain(m *testing.M) { golden.Main(m) }
