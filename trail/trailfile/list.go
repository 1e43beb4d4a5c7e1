package trailfile

import (
	"errors"
	"fmt"
	"io/fs"
)

// MaxFiles is the most files of one tree.
const MaxFiles = 1 << 22

// digests is the folder in which CloudTrail's digest files lie, beside that of its records.
const digests = "CloudTrail-Digest"

// List finds the files of a tree, in the order of their names, which is that of time where CloudTrail named them. Digest files,
// which hold no records, are left out. What cannot be looked into, and what is no regular file, is among the problems. The error says that there is no tree, or no file in it, or
// far too many.
func List(fsys fs.FS) (names []string, problems []*Problem, err error) {
	err = fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil && name == ".":
			return err
		case err != nil:
			problems = append(problems, &Problem{name, "", plain(err)})
			if d != nil && d.IsDir() {
				return fs.SkipDir
			}
			return nil
		case d.IsDir() && d.Name() == digests:
			return fs.SkipDir
		case d.IsDir():
			return nil
		case !d.Type().IsRegular():
			problems = append(problems, &Problem{name, "", errors.New("no regular file")})
			return nil
		}
		names = append(names, name)
		if len(names) > MaxFiles {
			return fmt.Errorf("more than %d files", MaxFiles)
		}
		return nil
	})
	if err == nil && len(names) == 0 {
		err = errors.New("there is no file")
	}
	if err != nil {
		return nil, problems, fmt.Errorf("trailfile: %w", err)
	}
	return names, problems, nil
}
