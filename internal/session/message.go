package session

import (
	"bytes"
	"compress/flate"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"strings"
	"time"
)

const (
	// MaxMessage bounds an encoded message: STS decodes no longer one.
	MaxMessage = 10240
	// messageLife is how long a message can be decoded.
	messageLife = 24 * time.Hour
	messageTime = 8 // bytes of the time of issue, before the text
)

// EncodeMessage seals what an account's administrators may read and whoever carries it may not: why a request was denied.
// ok is false where the text is too long.
func (k *Keys) EncodeMessage(account string, at time.Time, text []byte) (encoded string, ok bool, err error) {
	if len(text) > maxUnpacked {
		return "", false, nil
	}
	plain := binary.BigEndian.AppendUint64(nil, uint64(at.Unix()))
	z := k.borrow()
	plain = append(plain, z.deflate(text)...)
	k.giveBack(z)
	box, err := k.ring.Seal(plain, messageData(account))
	if err != nil {
		return "", false, fmt.Errorf("session: seal a message: %w", err)
	}
	if base64.RawURLEncoding.EncodedLen(len(box)) > MaxMessage {
		return "", false, nil
	}
	return base64.RawURLEncoding.EncodeToString(box), true, nil
}

// DecodeMessage opens a message of the same account; false for any other text, and for a message that is too old.
func (k *Keys) DecodeMessage(account, encoded string, now time.Time) ([]byte, bool) {
	// The decoder skips line breaks: a second spelling of the same message.
	if len(encoded) > MaxMessage || strings.ContainsAny(encoded, "\r\n") {
		return nil, false
	}
	box, err := base64.RawURLEncoding.Strict().DecodeString(encoded)
	if err != nil {
		return nil, false
	}
	plain, err := k.ring.Open(box, messageData(account))
	if err != nil || len(plain) < messageTime {
		return nil, false
	}
	if at := time.Unix(int64(binary.BigEndian.Uint64(plain)), 0); now.Sub(at) > messageLife {
		return nil, false
	}
	z := k.borrow()
	defer k.giveBack(z)
	if z.inflate(plain[messageTime:]) != nil {
		return nil, false
	}
	return bytes.Clone(z.plain), true
}

func messageData(account string) []byte { return []byte("authorization message " + account) }

// deflate compresses b.
func (z *zipper) deflate(b []byte) []byte {
	out := new(bytes.Buffer)
	if z.writer == nil {
		z.writer, _ = flate.NewWriter(out, flate.BestCompression) // fails only for a level that does not exist
	} else {
		z.writer.Reset(out)
	}
	// Writing to a bytes.Buffer does not fail.
	_, _ = z.writer.Write(b)
	_ = z.writer.Close()
	return out.Bytes()
}
