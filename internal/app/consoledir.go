package app

import (
	"io/fs"
	"os"
)

// consoleFiles are the files of the setting console-dir; nil for those in the binary. Nothing outside of the directory is
// reached through a link in it.
func (a *App) consoleFiles() (fs.FS, error) {
	if a.config.ConsoleDir == "" {
		return nil, nil
	}
	root, err := os.OpenRoot(a.config.ConsoleDir)
	if err != nil {
		return nil, wrong("console-dir", "%w", err)
	}
	return root.FS(), nil // open as long as the process is
}
