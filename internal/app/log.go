package app

import (
	"io"
	"log/slog"
	"os"
)

// newLogger writes to w in a format: "text", "json", or "" for text on a terminal and JSON elsewhere.
func newLogger(w io.Writer, format string) *slog.Logger {
	if format == "json" || format == "" && !isTerminal(w) {
		return slog.New(slog.NewJSONHandler(w, nil))
	}
	return slog.New(slog.NewTextHandler(w, nil))
}

func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
