package console

import (
	"io/fs"
	"net/http"
)

// application serves the files of the web application.
func application(files fs.FS) http.Handler {
	if files == nil {
		return http.NotFoundHandler()
	}
	return http.StripPrefix(applicationPath, http.FileServerFS(files))
}
