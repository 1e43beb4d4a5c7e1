package keyscan

import (
	"encoding/binary"
	"strings"
)

const (
	idLen     = 20 // AKIA or ASIA and 16 characters
	secretLen = 40
	// lookBehind and lookAhead are how many characters around a token decide what it is: the name before a secret, and what
	// bounds it.
	lookBehind, lookAhead = 128, 64
)

// Classes of characters. A key id is \b(AKIA|ASIA)[A-Z2-7]{16}\b, a secret 40 characters of base64 that no other follows.
const (
	inID = 1 << iota
	inWord
	inSecret
)

var classes = func() (t [256]byte) {
	for c := range t {
		switch c := byte(c); {
		case 'A' <= c && c <= 'Z', '2' <= c && c <= '7':
			t[c] = inID | inWord | inSecret
		case 'a' <= c && c <= 'z', '0' <= c && c <= '9':
			t[c] = inWord | inSecret
		case c == '_':
			t[c] = inWord
		case c == '/', c == '+':
			t[c] = inSecret
		}
	}
	return t
}()

// candidate is a key id or what looks like a secret.
type candidate struct {
	offset int64
	line   int
	text   string // of 20 or 40 characters
	named  bool   // a secret that a name such as aws_secret_access_key stands before
}

// findTokens calls yield for the tokens of text that begin in [from,to), with their place in text. Unless text ends where
// the stream does, lookAhead characters follow after to.
//
// It looks at each 20th character only: a key id covers one of these. Where that one could belong to an id it walks to both
// ends. The same for secrets, at each 40th.
func findTokens(text []byte, from, to int, yield func(at int, c candidate)) {
	for p := from + idLen - 1; p < to+idLen-1 && p < len(text); p += idLen {
		if classes[text[p]]&inID == 0 {
			continue
		}
		if at, ok := run(text, p, idLen, inWord); ok && from <= at && at < to && isID(text[at:at+idLen]) {
			yield(at, candidate{text: string(text[at : at+idLen])})
		}
	}
	for p := from + secretLen - 1; p < to+secretLen-1 && p < len(text); p += secretLen {
		if !solid(text, p) {
			continue
		}
		at, ok := run(text, p, secretLen, inSecret)
		if !ok || at < from || at >= to || at+secretLen < len(text) && text[at+secretLen] == '=' || !looksRandom(text[at:at+secretLen]) {
			continue
		}
		yield(at, candidate{text: string(text[at : at+secretLen]), named: namesSecret(text[:at])})
	}
}

// solid tells whether a secret may cover p: then eight characters on one side of p are in its class. It saves most walks
// through text, and branches that no processor can foresee.
func solid(text []byte, p int) bool {
	if p < 8 || p+8 > len(text) {
		return classes[text[p]]&inSecret != 0
	}
	b, a := text[p-7:p+1], text[p:p+8]
	before := classes[b[0]] & classes[b[1]] & classes[b[2]] & classes[b[3]] & classes[b[4]] & classes[b[5]] & classes[b[6]] & classes[b[7]]
	after := classes[a[0]] & classes[a[1]] & classes[a[2]] & classes[a[3]] & classes[a[4]] & classes[a[5]] & classes[a[6]] & classes[a[7]]
	return (before|after)&inSecret != 0
}

// run finds where the run of characters of a class begins that covers p; false if it has not exactly n.
func run(text []byte, p, n int, class byte) (at int, ok bool) {
	at = p
	for at > 0 && classes[text[at-1]]&class != 0 {
		if at--; p-at >= n {
			return 0, false
		}
	}
	end := p + 1
	for end < len(text) && classes[text[end]]&class != 0 {
		if end++; end-at > n {
			return 0, false
		}
	}
	return at, end-at == n
}

func isID(token []byte) bool {
	if token[0] != 'A' || token[1] != 'K' && token[1] != 'S' || token[2] != 'I' || token[3] != 'A' {
		return false
	}
	for _, c := range token {
		if classes[c]&inID == 0 {
			return false
		}
	}
	return true
}

// looksRandom keeps out hashes in hexadecimal, paths and words. A random secret has 30 different characters, and fewer than
// 16, no capital or no small letter once in a thousand million.
func looksRandom(token []byte) bool {
	upper, lower := false, false
	for _, c := range token {
		upper = upper || 'A' <= c && c <= 'Z'
		lower = lower || 'a' <= c && c <= 'z'
	}
	return upper && lower && distinct(string(token)) >= 16
}

func distinct(s string) int {
	n := 0
	for i := range len(s) {
		if strings.IndexByte(s[:i], s[i]) < 0 {
			n++
		}
	}
	return n
}

// secretNames are how configuration and code call the secret, without case and without what joins the words.
var secretNames = []string{"secretaccesskey", "secretkey", "awssecret"}

// Between a name and its value stand quotes, colons, tags; a name is not longer than that with what joins its words.
const (
	maxBetween = 24
	maxName    = 48
)

// namesSecret tells whether a name of a secret stands at the end of text, with at most 24 characters behind it that are no
// letters.
func namesSecret(text []byte) bool {
	end := len(text)
	for end > 0 && len(text)-end < maxBetween && classes[text[end-1]]&inWord == 0 {
		end--
	}
	var letters [maxName]byte // from the end
	n := 0
	for i := end - 1; i >= 0 && end-i <= maxName && (isLetter(text[i]) || joinsWords(text[i])); i-- {
		if isLetter(text[i]) {
			letters[n] = text[i] | 0x20
			n++
		}
	}
	for _, name := range secretNames {
		if n >= len(name) && reversed(letters[:len(name)], name) {
			return true
		}
	}
	return false
}

func isLetter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }

func joinsWords(c byte) bool { return c == '_' || c == '-' || c == '.' || c == ' ' }

func reversed(letters []byte, name string) bool {
	for i, c := range letters {
		if c != name[len(name)-1-i] {
			return false
		}
	}
	return true
}

// mayBeWide tells whether text has eight bytes of which every other one is zero, as UTF-16 has them: any key id in UTF-16
// covers eight such that begin at a multiple of 16.
func mayBeWide(text []byte) bool {
	const even = 0x00ff00ff00ff00ff
	for ; len(text) >= 16; text = text[16:] {
		if v := binary.LittleEndian.Uint64(text); (v&even == 0 || v&^even == 0) && v != 0 {
			return true
		}
	}
	return false
}

// narrow appends every other byte of text, from start on, which is 0 or 1, to dst: the characters of UTF-16 in either byte
// order. One without a zero beside it is no ASCII and becomes 0xff.
func narrow(dst, text []byte, start int) []byte {
	for i := start; i < len(text); i += 2 {
		c := byte(0xff)
		if i > 0 && text[i-1] == 0 || i+1 < len(text) && text[i+1] == 0 {
			c = text[i]
		}
		dst = append(dst, c)
	}
	return dst
}
