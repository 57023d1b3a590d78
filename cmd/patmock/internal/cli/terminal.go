package cli

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"strings"
)

// IsTerminal reports whether a stream is a terminal.
func IsTerminal(stream any) bool {
	file, ok := stream.(*os.File)
	if !ok {
		return false
	}
	info, err := file.Stat()
	if err != nil || info.Mode()&os.ModeCharDevice == 0 {
		return false
	}
	devNull, err := os.Stat(os.DevNull) // also a character device
	return err != nil || !os.SameFile(info, devNull)
}

// Confirm prints a question and reports whether the next line of in is yes. It returns false when
// ctx ends.
func Confirm(ctx context.Context, in io.Reader, out io.Writer, question string) bool {
	if _, err := fmt.Fprint(out, question); err != nil {
		return false
	}
	line := make(chan string, 1)
	go func() { // the goroutine may block until the process ends
		text, _ := bufio.NewReader(in).ReadString('\n') // an error means no
		line <- text
	}()
	select {
	case text := <-line:
		return strings.TrimSpace(text) == "yes"
	case <-ctx.Done():
		return false
	}
}
