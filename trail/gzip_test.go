package trail

import (
	"bytes"
	"fmt"
	mrand "math/rand/v2"
	"testing"
)

// What the writer writes, the reader takes as Warder's, whatever the text and in whatever pieces it came; another form of
// the same text it does not.
func TestGzipRoundTrip(t *testing.T) {
	r := mrand.New(mrand.NewPCG(1, 2))
	random := make([]byte, 70_000) // more than a block that is only stored
	for i := range random {
		random[i] = byte(r.Uint32())
	}
	texts := map[string][]byte{"nothing": nil, "repeated": bytes.Repeat([]byte(`{"eventName":"ListUsers"},`), 9000), "random": random}
	for size := range 300 {
		texts[fmt.Sprint("random, bytes: ", size)] = random[:size]
	}
	for name, text := range texts {
		for _, piece := range []int{len(text) + 1, 1 + len(text)/7} {
			data := compressed(t, text, piece)
			same := func(data []byte) bool {
				var again bytes.Buffer
				return gunzip(&again, data, int64(len(text))) == nil && bytes.Equal(again.Bytes(), text)
			}
			if !same(data) {
				t.Fatalf("%s: the text is another", name)
			}
			if err := strictGzip(data, same); err != nil {
				t.Errorf("%s, %d bytes at a time: %v", name, piece, err)
			}
			for _, i := range []int{4, 8, 9} { // time, compression and system: no reader minds them
				data[i] ^= 1
				if !same(data) || strictGzip(data, same) == nil {
					t.Errorf("%s: byte %d of the header is not held to", name, i)
				}
				data[i] ^= 1
			}
		}
	}
}

func compressed(t testing.TB, text []byte, piece int) []byte {
	t.Helper()
	var b bytes.Buffer
	z := NewGzipWriter(&b)
	for len(text) > 0 {
		n := min(piece, len(text))
		if _, err := z.Write(text[:n]); err != nil {
			t.Fatal(err)
		}
		text = text[n:]
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}
