package awsimport

import (
	"errors"
	"io/fs"

	"github.com/warder-iam/warder/arn"
)

// Read reads every file of the bundle and recognises each by its content. The error says that nothing can be read at
// all: there is no such folder, or there is no file in it. Whatever else goes wrong is in Files and Problems.
func Read(fsys fs.FS, opts Options) (*Bundle, error) {
	return nil, errors.New("awsimport: reading is not written yet")
}

// serviceOf is the service in an ARN, "" if it is none.
func serviceOf(name string) string {
	a, err := arn.Parse(name)
	if err != nil {
		return ""
	}
	return a.Service
}
