package keyscan

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
)

// texts are in testdata/texts.json: what stands in a text, in the order of its places, as ID+SECRET:LINE.
func TestTexts(t *testing.T) {
	data, err := os.ReadFile("testdata/texts.json")
	if err != nil {
		t.Fatal(err)
	}
	var texts []struct{ Name, Text, Want string }
	if err := json.Unmarshal(data, &texts); err != nil {
		t.Fatal(err)
	}
	for _, c := range texts {
		t.Run(c.Name, func(t *testing.T) {
			m := makeKeys(t)
			text := m.fill(c.Text)
			for _, size := range []int{0, 1000, window} {
				hits, n, err := newSearcher(size).search(strings.NewReader(text))
				if got := m.show(hits); got != c.Want || n != int64(len(text)) || err != nil {
					t.Errorf("window %d: %q, want %q; %d bytes, %v", size, got, c.Want, n, err)
				}
			}
		})
	}
}

// show names what was found.
func (m made) show(hits []hit) string {
	slices.SortFunc(hits, func(a, b hit) int { return cmp.Compare(a.offset, b.offset) })
	var all []string
	for _, h := range hits {
		text := m.name(h.id)
		if h.hint != "" {
			text += "+" + m.nameOfSecret(h.hint)
		}
		text += fmt.Sprint(":", h.line)
		if h.example {
			text += " example"
		}
		all = append(all, text)
	}
	return strings.Join(all, " ")
}

// Every secret that Warder or AWS could make is found.
func TestRandomSecrets(t *testing.T) {
	for range 10_000 {
		if secret := newSecret(); !looksRandom([]byte(secret)) {
			t.Errorf("%s is not taken for a secret", secret)
		}
	}
}

func TestReadError(t *testing.T) {
	m := makeKeys(t)
	broken := errors.New("broken")
	hits, n, err := newSearcher(0).search(io.MultiReader(strings.NewReader(m.fill("{A} {a}\n")), iotest.ErrReader(broken)))
	if m.show(hits) != "A+a:1" || n != 62 || !errors.Is(err, broken) {
		t.Errorf("%v, %d bytes, %v", hits, n, err)
	}
	if _, _, err := newSearcher(0).search(iotest.ErrReader(io.ErrUnexpectedEOF)); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("a reader that was cut off: %v", err)
	}
}

func TestManyHits(t *testing.T) {
	m := makeKeys(t)
	text := strings.Repeat(m.fill("{A} "), maxHits+10)
	if hits, _, err := newSearcher(window).search(strings.NewReader(text)); len(hits) != maxHits || err != nil {
		t.Errorf("%d hits, %v", len(hits), err)
	}
}

// FuzzSearch: windows of any size find what regular expressions find in the whole. Some bytes of the input stand for tokens,
// which the fuzzer would not hit upon.
func FuzzSearch(f *testing.F) {
	for _, seed := range []string{"\x01 \x02", "secret_key=\x02\n\x01", "\x05\x05\x05\x01\x05\x02", "\x03\x04", "x\x03\x00\x00\x04", "\x05\x05\x01\x03", "\x01\x01", "\x06\x02", "\x07\x04\n"} {
		for size := range uint16(3) {
			f.Add([]byte(seed), size*700)
		}
	}
	m := makeKeys(f)
	expand := strings.NewReplacer("\x01", m["A"], "\x02", m["a"], "\x03", wide(m["B"], false), "\x04", wide(m["b"], true),
		"\x05", strings.Repeat("filling\n", 40), "\x06", "aws_secret_access_key", "\x07", wide("SecretKey: ", false))
	f.Fuzz(func(t *testing.T, in []byte, size uint16) {
		text := []byte(expand.Replace(string(in)))
		hits, n, err := newSearcher(int(size)).search(bytes.NewReader(text))
		if err != nil || n != int64(len(text)) {
			t.Fatalf("%d of %d bytes, %v", n, len(text), err)
		}
		var pairs pairing
		for _, c := range reference(text) {
			pairs.add(c)
		}
		if want := pairs.end(); !slices.Equal(hits, want) {
			t.Errorf("%q:\ngot  %+v\nwant %+v", text, hits, want)
		}
	})
}

var (
	refID     = regexp.MustCompile(`\b(AKIA|ASIA)[A-Z2-7]{16}\b`)
	refSecret = regexp.MustCompile(`[A-Za-z0-9/+]+`)
	refName   = regexp.MustCompile(`(?i)[a-z_. -]{0,48}$`)
	refJoin   = regexp.MustCompile(`[_. -]+`)
	refEnd    = regexp.MustCompile(`[^A-Za-z0-9_]{0,24}$`)
)

// reference finds the candidates of a text as a whole.
func reference(text []byte) []candidate {
	all := refView(text, func(at int) int { return at })
	for start := range 2 {
		view := make([]byte, 0, len(text)/2)
		for i := start; i < len(text); i += 2 {
			if i > 0 && text[i-1] == 0 || i+1 < len(text) && text[i+1] == 0 {
				view = append(view, text[i])
			} else {
				view = append(view, 0xff)
			}
		}
		all = append(all, refView(view, func(at int) int { return 2*at + start })...)
	}
	slices.SortFunc(all, func(a, b candidate) int { return cmp.Compare(a.offset, b.offset) })
	for i := range all {
		all[i].line = 1 + bytes.Count(text[:all[i].offset], []byte("\n"))
	}
	return all
}

func refView(view []byte, offset func(int) int) (all []candidate) {
	for _, at := range refID.FindAllIndex(view, -1) {
		all = append(all, candidate{offset: int64(offset(at[0])), text: string(view[at[0]:at[1]])})
	}
	for _, at := range refSecret.FindAllIndex(view, -1) {
		text := string(view[at[0]:at[1]])
		different := map[rune]bool{}
		for _, c := range text {
			different[c] = true
		}
		if len(text) != 40 || at[1] < len(view) && view[at[1]] == '=' || len(different) < 16 || strings.ToLower(text) == text || strings.ToUpper(text) == text {
			continue
		}
		before := latin(view[max(0, at[0]-100):at[0]])
		before = before[:len(before)-len(refEnd.FindString(before))]
		name := strings.ToLower(refJoin.ReplaceAllString(refName.FindString(before), ""))
		named := strings.HasSuffix(name, "secretkey") || strings.HasSuffix(name, "secretaccesskey") || strings.HasSuffix(name, "awssecret")
		all = append(all, candidate{offset: int64(offset(at[0])), text: text, named: named})
	}
	return all
}

// latin makes each byte that is not ASCII one character, as the search sees it.
func latin(b []byte) string {
	out := slices.Clone(b)
	for i, c := range out {
		if c >= 0x80 {
			out[i] = '\x7f'
		}
	}
	return string(out)
}
