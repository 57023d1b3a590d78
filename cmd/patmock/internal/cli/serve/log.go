package serve

import (
	"io"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/lmittmann/tint"

	"example.com/patmock/cmd/patmock/internal/cli"
)

// The values of --log-format and --log-level.
var (
	logFormats = []string{"text", "json"}
	logLevels  = []string{"debug", "info", "warn", "error"}
)

func newLog(format, level string, w io.Writer) (*slog.Logger, error) {
	var l slog.Level
	if err := l.UnmarshalText([]byte(level)); err != nil || strings.ContainsAny(level, "+-") {
		return nil,
			cli.Flagf("log-level", " %q: expected debug, info, warn or error%s", level,
				cli.DidYouMean(level, logLevels))
	}
	switch format {
	case "text": // for people: messages without quotes
		options := &tint.Options{Level: l, NoColor: true, TimeFormat: time.TimeOnly}
		if l > slog.LevelDebug {
			options.ReplaceAttr = dropRequestAttrs
		}
		return slog.New(tint.NewTextHandler(w, options)), nil
	case "json":
		return slog.New(slog.NewJSONHandler(w, &slog.HandlerOptions{Level: l})), nil
	}
	return nil,
		cli.Flagf("log-format", " %q: expected text or json%s", format,
			cli.DidYouMean(format, logFormats))
}

// dropRequestAttrs drops attributes that are only useful in other logs, because the message already
// identifies the request. It also drops an empty rule.
func dropRequestAttrs(groups []string, a slog.Attr) slog.Attr {
	if len(groups) == 0 &&
		(slices.Contains([]string{"requestId", "operation", "namespace"}, a.Key) ||
			a.Key == "rule" && a.Value.String() == "") {
		return slog.Attr{}
	}
	return a
}
