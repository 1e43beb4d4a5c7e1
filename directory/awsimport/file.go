package awsimport

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"regexp"
)

// Limits of what is read.
const (
	// MaxFile is the most bytes of one file, after decompression.
	MaxFile = 512 << 20
	// MaxFiles is the most files of one bundle.
	MaxFiles = 1 << 20
	// MaxEntities is the most users, groups, roles, policies and instance profiles of one bundle.
	MaxEntities = 1 << 20
	// maxDepth is the most levels of one JSON value. AWS's answers have about twelve, with the policies in them.
	maxDepth = 64
	// headSize is how much of a file tells whether it is one of CloudTrail's, which are not read as a whole at first.
	headSize = 64 << 10
)

func tooLarge(limit int64) error { return fmt.Errorf("more than %d bytes", limit) }

// open gives the content of a file, decompressed where it is gzip.
func open(fsys fs.FS, name string) (io.ReadCloser, error) {
	f, err := fsys.Open(name)
	if err != nil {
		return nil, err
	}
	head := make([]byte, 2)
	n, err := io.ReadFull(f, head)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, errors.Join(err, f.Close())
	}
	whole := io.MultiReader(bytes.NewReader(head[:n]), f)
	if !bytes.Equal(head[:n], []byte{0x1f, 0x8b}) {
		return content{whole, f}, nil
	}
	z, err := gzip.NewReader(whole)
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return content{z, f}, nil
}

// content reads from one and closes the other.
type content struct {
	io.Reader
	io.Closer
}

// readHead reads the beginning of a file.
func readHead(fsys fs.FS, name string) (head []byte, err error) {
	r, err := open(fsys, name)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	head = make([]byte, headSize)
	n, err := io.ReadFull(r, head)
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		err = nil
	}
	return head[:n], err
}

// readFile reads all of a file of at most limit bytes. What could be read before an error is given too: a file may have been cut off.
func readFile(fsys fs.FS, name string, limit int64) (text []byte, err error) {
	r, err := open(fsys, name)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	var b bytes.Buffer
	if info, err := fs.Stat(fsys, name); err == nil && info.Size() <= limit {
		b.Grow(int(info.Size()) + bytes.MinRead) // so that it need not grow, unless the file is compressed
	}
	_, err = b.ReadFrom(io.LimitReader(r, limit+1))
	if int64(b.Len()) > limit {
		return nil, tooLarge(limit)
	}
	return bytes.TrimPrefix(b.Bytes(), byteOrderMark), err
}

var byteOrderMark = []byte("\xef\xbb\xbf")

// The beginnings of files that are CloudTrail's through and through, and whose they are.
var (
	trailHead  = regexp.MustCompile(`^\s*\{\s*"Records"\s*:\s*\[\s*(\]|\{\s*"(event|userIdentity|awsRegion|recipientAccountId))`)
	recordHead = regexp.MustCompile(`^\s*\{\s*"(eventVersion|eventTime|eventSource|eventName|eventID)"`)
	recipient  = regexp.MustCompile(`"recipientAccountId"\s*:\s*"([0-9]{12})"`)
)

// isTrail tells by a file's beginning whether it holds CloudTrail records, and whose.
func isTrail(head []byte) (account string, ok bool) {
	head = bytes.TrimPrefix(head, byteOrderMark)
	if !trailHead.Match(head) && !recordHead.Match(head) {
		return "", false
	}
	if found := recipient.FindSubmatch(head); found != nil {
		account = string(found[1])
	}
	return account, true
}
