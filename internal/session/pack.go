package session

import (
	"bytes"
	"compress/flate"
	"io"
)

const (
	// maxPacked is the room that policies and tags have in a token, compressed: 100 percent of PackedPolicySize. A token
	// with nothing else of unusual length stays below 6 KiB, which every HTTP proxy takes as a header.
	maxPacked = 4 << 10
	// maxUnpacked bounds what a token unfolds to. 50 tags and 2,048 characters of policy are 90 KiB at most.
	maxUnpacked = 128 << 10
	// minFlate is the size below which compressing is not worth its time.
	minFlate = 256
)

// zipper is a compressor and decompressor with their buffers: a megabyte, so they are used again.
type zipper struct {
	writer *flate.Writer
	reader io.ReadCloser
	plain  []byte
}

func (k *Keys) borrow() *zipper {
	if z, ok := k.zips.Get().(*zipper); ok {
		return z
	}
	return new(zipper)
}

func (k *Keys) giveBack(z *zipper) {
	clear(z.plain)
	k.zips.Put(z)
}

// PackedPolicySize is how much of the room for session policies and tags these claims use, in percent, rounded up: 0 if
// they have none, above 100 if Mint would refuse them.
func (k *Keys) PackedPolicySize(c *Claims) int {
	z := k.borrow()
	defer k.giveBack(z)
	return percent(z.pack(c))
}

// pack gives the packing byte and the packed fields.
func (k *Keys) pack(c *Claims) ([]byte, error) {
	z := k.borrow()
	defer k.giveBack(z)
	packed := z.pack(c)
	if percent(packed) > 100 || len(z.plain) > maxUnpacked {
		return nil, ErrPackedPolicySize
	}
	return packed, nil
}

func percent(packed []byte) int { return ((len(packed)-1)*100 + maxPacked - 1) / maxPacked }

func (z *zipper) pack(c *Claims) []byte {
	z.plain = c.appendPacked(z.plain[:0])
	plain := append([]byte{packedPlain}, z.plain...)
	if len(z.plain) < minFlate {
		return plain
	}
	out := bytes.NewBuffer([]byte{packedFlate})
	if z.writer == nil {
		z.writer, _ = flate.NewWriter(out, flate.BestCompression) // fails only for a level that does not exist
	} else {
		z.writer.Reset(out)
	}
	// Writing to a bytes.Buffer does not fail.
	_, _ = z.writer.Write(z.plain)
	_ = z.writer.Close()
	if out.Len() >= len(plain) {
		return plain
	}
	return out.Bytes()
}

// unpack reads what pack gave into the claims.
func (k *Keys) unpack(c *Claims, packed []byte) error {
	if len(packed) == 0 {
		return errForm
	}
	switch packed[0] {
	case packedPlain:
		return c.parsePacked(packed[1:])
	case packedFlate:
		z := k.borrow()
		defer k.giveBack(z)
		if err := z.inflate(packed[1:]); err != nil {
			return err
		}
		return c.parsePacked(z.plain)
	}
	return errForm
}

// inflate decompresses the whole of b, up to maxUnpacked bytes.
func (z *zipper) inflate(b []byte) error {
	source := bytes.NewReader(b)
	if z.reader == nil {
		z.reader = flate.NewReader(source)
	} else if err := z.reader.(flate.Resetter).Reset(source, nil); err != nil {
		return err
	}
	out := bytes.NewBuffer(z.plain[:0])
	n, err := io.Copy(out, io.LimitReader(z.reader, maxUnpacked+1))
	z.plain = out.Bytes()
	switch {
	case err != nil:
		return err
	case n > maxUnpacked, source.Len() > 0:
		return errForm
	}
	return nil
}
