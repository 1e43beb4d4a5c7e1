package trail

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
)

const (
	// maxObject bounds a delivered file as it lies, in bytes.
	maxObject = 256 << 20
	// maxLogText bounds the text of a log file. It is never held as a whole.
	maxLogText = 4 << 30
)

// readObject reads a file whole, up to a size.
func readObject(fsys fs.FS, name string, most int64) (data []byte, err error) {
	f, err := fsys.Open(name)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	data, err = io.ReadAll(io.LimitReader(f, most+1))
	if err == nil && int64(len(data)) > most {
		err = fmt.Errorf("it has more than %d bytes", most)
	}
	return data, err
}

// gunzip writes the text of a delivered file to w: one gzip stream and nothing after it, up to a size.
func gunzip(w io.Writer, data []byte, most int64) error {
	below := bufio.NewReader(bytes.NewReader(data))
	z, err := gzip.NewReader(below)
	if err != nil {
		return err
	}
	z.Multistream(false)
	n, err := io.Copy(w, io.LimitReader(z, most+1))
	switch {
	case err != nil:
		return err
	case n > most:
		return fmt.Errorf("its text has more than %d bytes", most)
	}
	if _, err := below.ReadByte(); err != io.EOF {
		return errors.New("something follows its end")
	}
	return nil
}

// NewGzipWriter compresses a file as Warder delivers it: Verify refuses one whose bytes outside the text are others, even
// where its text is right. Close ends the stream and not w.
func NewGzipWriter(w io.Writer) io.WriteCloser { return gzip.NewWriter(w) }

// gzipHeader begins every file that NewGzipWriter writes.
var gzipHeader = []byte{0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff}

// gzipTrailer is the length of the checksum and size at a file's end.
const gzipTrailer = 8

// emptyBlock is what Go's compressor has at its end: a stored block of no bytes. The bits between its type and these bytes
// fill up a byte.
var emptyBlock = []byte{0, 0, 0xff, 0xff}

// strictGzip refuses a file of Warder's whose text is right and whose bytes outside the text are not as NewGzipWriter
// writes them: its header, and the bits that fill up the last byte, which no checksum covers. same tells whether other data
// have the right text.
func strictGzip(data []byte, same func(data []byte) bool) error {
	last := len(data) - gzipTrailer - 1
	if last < len(gzipHeader)+len(emptyBlock) || !bytes.HasPrefix(data, gzipHeader) {
		return &changedError{"changed", "its gzip header was changed; its text is as it was"}
	}
	if bytes.HasSuffix(data[:last+1], emptyBlock) {
		last -= len(emptyBlock)
	}
	b := data[last]
	if b == 0 {
		return nil
	}
	bit := byte(1 << 7)
	for b&bit == 0 {
		bit >>= 1
	}
	data[last] ^= bit // a bit of the text, unless it only fills up
	filling := same(data)
	data[last] ^= bit
	if filling {
		return &changedError{"changed", "the bits after the end of its text were changed; its text is as it was"}
	}
	return nil
}

// textHash is HashText of what is written to it.
type textHash struct{ hash.Hash }

func newTextHash() textHash { return textHash{sha256.New()} }

func (h textHash) String() string { return hex.EncodeToString(h.Sum(nil)) }
