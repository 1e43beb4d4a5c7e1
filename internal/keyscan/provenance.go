package keyscan

import (
	"context"
	"slices"
	"strings"
	"time"
)

// maxAsked is how many objects are asked about in one walk through the history.
const maxAsked = 500

// headFormat begins what is told of a commit; parts end in zero bytes.
const headFormat = "--format=tformat:\x01%H%x00%an <%ae>%x00%aI%x00%cI%x00"

// head is the beginning of a commit.
type head struct {
	commit, author string
	date, modified time.Time
}

func (h *head) put(p *Place) {
	p.Commit, p.Author, p.Date, p.Modified = h.commit, h.author, h.date, h.modified
}

// provenance finds the first commit that has each object with a key, and the object's path there. It walks through the
// history only if something was found.
func (s *scan) provenance(ctx context.Context, g *git, p past, hits []placed) error {
	blobs, commits := map[string][]*Place{}, map[string][]*Place{}
	for i := range hits {
		switch place := &hits[i].place; {
		case place.Commit != "":
			commits[place.Commit] = append(commits[place.Commit], place)
		case !place.Message:
			blobs[place.Object] = append(blobs[place.Object], place)
		}
	}
	for _, ids := range parts(commits) {
		r := &logReader{head: func(h head) {
			for _, place := range commits[h.commit] {
				h.put(place)
			}
		}}
		if err := g.each(ctx, strings.NewReader(strings.Join(ids, "\n")), 0, r.read, "log", "-z", "--no-walk=unsorted", "--stdin", headFormat); err != nil {
			return err
		}
	}
	for _, ids := range parts(blobs) {
		r := &logReader{head: func(head) {}, blob: func(h head, id, path string) {
			for _, place := range blobs[id] {
				if place.Commit == "" {
					h.put(place)
					place.File = path
				}
			}
		}}
		if err := g.each(ctx, strings.NewReader(p.stash), 0, r.read, s.changes(p, ids)...); err != nil {
			return err
		}
	}
	return nil
}

// changes is the command that tells, oldest first, which commits brought objects to which paths. In a partial clone git would
// fetch all that it compares if it were told which objects are meant: there it tells every change.
func (s *scan) changes(p past, ids []string) []string {
	args := []string{"log", "-z", "--ignore-missing", "--all", "--stdin", "--reverse", "--topo-order", "--root", "-m", "--raw", "--no-abbrev",
		"--no-renames", "--no-ext-diff", "--no-textconv", headFormat}
	if s.Unreachable {
		args = append(args, "--reflog")
	}
	for _, id := range ids {
		if !p.partial {
			args = append(args, "--find-object="+id)
		}
	}
	return args
}

// parts gives the ids in parts that one command takes.
func parts(places map[string][]*Place) [][]string {
	var ids []string
	for id := range places {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return slices.Collect(slices.Chunk(ids, maxAsked))
}

// logReader reads what git log writes with -z and headFormat, part by part.
type logReader struct {
	head func(head)
	blob func(h head, id, path string) // a commit made a path hold that blob

	now   head
	parts int    // of the head that are still to come
	id    string // of the blob whose path comes next
}

func (r *logReader) read(part string) error {
	switch {
	case r.id != "":
		if r.id != "-" {
			r.blob(r.now, r.id, part)
		}
		r.id = ""
	case r.parts == 3:
		r.now.author = part
		r.parts--
	case r.parts > 0:
		at, err := time.Parse(time.RFC3339, part)
		if err != nil {
			return errAnswer
		}
		if r.parts--; r.parts == 1 {
			r.now.date, r.now.modified = at, at
			return nil
		}
		if at.After(r.now.modified) {
			r.now.modified = at
		}
		r.head(r.now)
	default:
		return r.line(strings.TrimLeft(part, "\n"))
	}
	return nil
}

func (r *logReader) line(part string) error {
	if commit, ok := strings.CutPrefix(part, "\x01"); ok {
		r.now, r.parts = head{commit: commit}, 3
		return nil
	}
	if part == "" {
		return nil
	}
	f := strings.Fields(part) // :MODE MODE OLD NEW STATUS
	if len(f) != 5 || f[0][0] != ':' {
		return errAnswer
	}
	if r.id = f[3]; f[4] == "D" || r.blob == nil {
		r.id = "-"
	}
	return nil
}
