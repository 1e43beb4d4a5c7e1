package trail

import (
	"crypto/sha256"
	"fmt"
	"io"
	"io/fs"
)

// logCheck checks one log file.
type logCheck struct {
	file    LogFile
	records *FileRecords // nil for CloudTrail's
	chain   Hash         // of the records, before the file and then after it
	tags    []byte       // of the records that are there
}

func (l *logCheck) check(fsys fs.FS, name string) *Problem {
	data, err := readObject(fsys, name, maxObject)
	if err != nil {
		return &Problem{Kind: "unreadable", Text: err.Error()}
	}
	sum := newTextHash()
	text := io.Writer(sum)
	if l.records != nil {
		text = io.MultiWriter(sum, newSplitter(func(record [sha256.Size]byte) {
			if len(l.tags) <= len(l.records.Tags) { // one more than there should be shows that there are more
				l.tags = append(l.tags, record[:TagSize]...)
			}
			l.chain = l.chain.next(record)
		}))
	}
	err = gunzip(text, data, maxLogText)
	if err == nil && sum.String() == l.file.Hash {
		return l.strict(data)
	}
	p := &Problem{Kind: "changed", Text: "its text does not have the hash that its digest names"}
	if err != nil {
		p.Kind, p.Text = "unreadable", err.Error()
	}
	if l.records != nil {
		p.locate(l.tags, l.records.Tags)
	}
	return p
}

// strict looks at what the text's hash does not cover, where Warder wrote the file.
func (l *logCheck) strict(data []byte) *Problem {
	if l.records == nil {
		return nil
	}
	if string(l.tags) != string(l.records.Tags) {
		return &Problem{Kind: "changed", Text: "its records are not those that its digest tells of"}
	}
	err := strictGzip(data, func(data []byte) bool {
		sum := newTextHash()
		return gunzip(sum, data, maxLogText) == nil && sum.String() == l.file.Hash
	})
	if err != nil {
		return &Problem{Kind: "changed", Text: err.Error()}
	}
	return nil
}

// locate says which record is the first wrong one, by the tags of the records that are there and of those that were
// delivered.
func (p *Problem) locate(is, was []byte) {
	tag := func(tags []byte, i int) string {
		if (i+1)*TagSize > len(tags) {
			return ""
		}
		return string(tags[i*TagSize:][:TagSize])
	}
	n, m := len(is)/TagSize, len(was)/TagSize
	i := 0
	for i < n && i < m && tag(is, i) == tag(was, i) {
		i++
	}
	p.Record = i + 1
	find := func(tags []byte, from int, what string) int {
		for j := from; what != "" && j*TagSize < len(tags); j++ {
			if tag(tags, j) == what {
				return j
			}
		}
		return -1
	}
	there, then := find(is, i+1, tag(was, i)), find(was, i+1, tag(is, i))
	switch {
	case i == n && i == m:
		p.Record = 0
		p.Text += "; each record is as it was delivered, what is around them is not"
	case i == n:
		p.Kind, p.Text = "cut off", fmt.Sprintf("it ends after %d of %d records", n, m)
	case i == m:
		p.Kind, p.Text = "added", fmt.Sprintf("it goes on after its %d records", m)
	case there >= 0 && then >= 0:
		p.Kind, p.Text = "reordered", fmt.Sprintf("in the place of record %d stands record %d, and it stands in the place of record %d", i+1, then+1, there+1)
	case there >= 0:
		p.Kind, p.Text = "added", fmt.Sprintf("something was added before record %d of %d", i+1, m)
	case then >= 0:
		p.Kind, p.Text = "missing", fmt.Sprintf("records %d to %d of %d are missing", i+1, then, m)
	default:
		p.Text += fmt.Sprintf("; record %d of %d is the first that was changed", i+1, m)
	}
}
