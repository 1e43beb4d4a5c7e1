package main

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
)

// writer builds a block in the forms that catalog's cursor reads.
type writer struct{ bytes.Buffer }

func (w *writer) uint(n int) { w.Write(binary.AppendUvarint(nil, uint64(n))) }

// int writes n in zigzag form: small numbers of either sign stay short.
func (w *writer) int(n int) { w.uint(n<<1 ^ n>>63) }

// texts writes a table of strings: their count, their lengths, then their bytes.
func (w *writer) texts(table []string) {
	w.uint(len(table))
	for _, s := range table {
		w.uint(len(s))
	}
	for _, s := range table {
		w.WriteString(s)
	}
}

// pack gives the archive of blocks that catalog opens; its format stands there.
func pack(blocks [][]byte) []byte {
	var head, body writer
	head.uint(len(blocks))
	for _, b := range blocks {
		packed := deflate(b)
		head.uint(len(b))
		head.uint(len(packed))
		body.Write(packed)
	}
	return append(head.Bytes(), body.Bytes()...)
}

func deflate(plain []byte) []byte {
	var b bytes.Buffer
	// Neither can fail: the level is a valid one and the buffer takes everything.
	w, _ := flate.NewWriter(&b, flate.BestCompression)
	_, _ = w.Write(plain)
	_ = w.Close()
	return b.Bytes()
}
