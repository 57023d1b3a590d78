package cli

import (
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestConfirm(t *testing.T) {
	for _, tt := range []struct {
		name, typed string
		want        bool
	}{
		{"yes", "yes\n", true},
		{"yes with blanks, of Windows", " yes \r\n", true},
		{"yes at the end of a file", "yes", true},
		{"no", "no\n", false},
		{"y", "y\n", false},
		{"capitals", "YES\n", false},
		{"yes, then more", "yes please\n", false},
		{"yes in the second line", "\nyes\n", false},
		{"end of input", "", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var out bytes.Buffer
			if got := Confirm(t.Context(), strings.NewReader(tt.typed), &out,
				"Really?"); got != tt.want {
				t.Errorf("got %v, want %v", got, tt.want)
			}
			if out.String() != "Really?" {
				t.Errorf("printed %q", &out)
			}
		})
	}
}

func TestConfirm_EndsWithContext(t *testing.T) {
	in, typed := io.Pipe()
	defer func() { _ = typed.Close() }()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if Confirm(ctx, in, io.Discard, "Really?") {
		t.Error("an interruption confirms")
	}
}

func TestIsTerminal(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]bool{file: false, os.DevNull: false, "/dev/ptmx": true} {
		stream, err := os.Open(path)
		if os.IsNotExist(err) && want {
			continue // a system without such pseudoterminals
		}
		if err != nil {
			t.Fatal(err)
		}
		if got := IsTerminal(stream); got != want {
			t.Errorf("%s is a terminal: %v", path, got)
		}
		if err := stream.Close(); err != nil {
			t.Error(err)
		}
	}
	if IsTerminal(nil) || IsTerminal(&bytes.Buffer{}) {
		t.Error("a stream that is no file is a terminal")
	}
}
