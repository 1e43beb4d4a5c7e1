package signin

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"sync"

	"github.com/ccojocar/zxcvbn-go/data"
)

const (
	// judgedLength is how much of a password is judged for its strength, in characters; the rest cannot make it weaker.
	judgedLength = 64
	// weakestBits is the least that is taken: a password that takes fewer guesses than two to the power of this to find. It
	// is a floor below what every rule of kinds of characters lets through, not the strength that one should have.
	weakestBits = 20
	// decoration is how many digits and signs around a common password leave it common: "Password2024!" is no better.
	decoration = 6
)

// strength knows weak passwords. It needs no network and no file. Its lists of words are read with the first password: no
// other command of the program pays for them.
type strength struct {
	words func() words
}

// words are ranks of words, the most used first, by lower-case word; and the most common passwords.
type words struct {
	rank   map[string]int
	common map[string]bool
}

func newStrength() *strength { return &strength{words: sync.OnceValue(loadWords)} }

// loadWords reads the lists that come with zxcvbn-go: passwords, English words and names.
func loadWords() words {
	w := words{rank: make(map[string]int, 90_000), common: make(map[string]bool, 15_000)}
	for _, name := range []string{"Passwords", "English", "MaleNames", "FemaleNames", "Surnames"} {
		var list struct{ List []string }
		if err := json.Unmarshal(data.MustAsset("data/"+name+".json"), &list); err != nil {
			panic(fmt.Sprintf("signin: the embedded list of %s does not parse: %v", name, err)) // a test reads them all
		}
		for i, word := range list.List {
			if old, ok := w.rank[word]; !ok || i+1 < old {
				w.rank[word] = i + 1
			}
			if name == "Passwords" {
				w.common[word], w.common[plain(word)] = true, true
			}
		}
	}
	return w
}

// judge refuses a weak password with a *PolicyError. about are names that are easily guessed: the user's, the account's.
func (s *strength) judge(password string, about ...string) error {
	if s.isCommon(password) {
		return &PolicyError{"Password is one of the most common ones, or nearly so. Choose another one."}
	}
	if s.bits(password, about) < weakestBits {
		return &PolicyError{"Password is too easy to guess. Choose a longer one, such as several words that do not belong together."}
	}
	return nil
}

// isCommon looks a password up as it is, and without what people add to please a policy.
func (s *strength) isCommon(password string) bool {
	folded := strings.ToLower(password)
	bare := strings.TrimFunc(folded, func(r rune) bool { return r < 'a' || r > 'z' && r < 0x80 })
	common := s.words().common
	if common[folded] || common[plain(folded)] {
		return true
	}
	return len(folded)-len(bare) <= decoration && len(bare) > 2 && (common[bare] || common[plain(bare)])
}

// bits estimates, as a power of two, how many guesses find a password for somebody who tries words, names, runs and
// repetitions before everything else: the cheapest way to put it together of such parts.
func (s *strength) bits(password string, about []string) float64 {
	text := []rune(firstRunes(password, judgedLength))
	if n := period(text); n < len(text) {
		return s.cheapest(text[:n], about) + math.Log2(float64(len(text)/n))
	}
	return s.cheapest(text, about)
}

// cheapest is the least cost of the text as a chain of parts.
func (s *strength) cheapest(text []rune, about []string) float64 {
	best := make([]float64, len(text)+1) // of the first characters
	for end := 1; end <= len(text); end++ {
		best[end] = best[end-1] + charBits(text[end-1])
		for start := max(0, end-longestWord); start <= end-shortestPart; start++ {
			best[end] = min(best[end], best[start]+s.partBits(text[start:end], about))
		}
	}
	return best[len(text)]
}

const (
	shortestPart = 3
	longestWord  = 24
)

// partBits is the cost of a part that is one of the things people make passwords of, or infinite.
func (s *strength) partBits(part []rune, about []string) float64 {
	bits := math.Inf(1)
	if isRun(part) {
		bits = charBits(part[0]) + math.Log2(float64(len(part)))
	}
	text := string(part)
	lower := strings.ToLower(text)
	if isKeys(lower) {
		bits = min(bits, 5+math.Log2(float64(len(part))))
	}
	if isYear(lower) {
		bits = min(bits, 7)
	}
	for _, form := range []struct {
		word  string
		extra float64
	}{{lower, 0}, {plain(lower), 1}} {
		if lower != text {
			form.extra++ // for the capital letters
		}
		if rank, ok := s.words().rank[form.word]; ok {
			bits = min(bits, math.Log2(float64(rank))+1+form.extra)
		}
		for _, name := range about {
			if strings.EqualFold(name, form.word) {
				bits = min(bits, 1+form.extra)
			}
		}
	}
	return bits
}

// charBits is the cost of a character that is guessed for itself.
func charBits(r rune) float64 {
	switch {
	case '0' <= r && r <= '9':
		return math.Log2(10)
	case 'a' <= r && r <= 'z':
		return math.Log2(26)
	case 'A' <= r && r <= 'Z':
		return math.Log2(52)
	}
	return 6
}

// isRun: each character is the one before, or all follow each other upwards or downwards: "aaaa", "abcd", "4321".
func isRun(part []rune) bool {
	step := part[1] - part[0]
	if step < -1 || step > 1 {
		return false
	}
	for i := 2; i < len(part); i++ {
		if part[i]-part[i-1] != step {
			return false
		}
	}
	return true
}

// isKeys: neighbours in a row of the keyboard, in either direction.
func isKeys(lower string) bool {
	const rows = "1234567890 qwertyuiop asdfghjkl zxcvbnm 0987654321 poiuytrewq lkjhgfdsa mnbvcxz"
	return !strings.Contains(lower, " ") && strings.Contains(rows, lower)
}

func isYear(text string) bool {
	return len(text) == 4 && (text[:2] == "19" || text[:2] == "20") && isDigit(text[2]) && isDigit(text[3])
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// period is the length of the shortest block that the text is a repetition of; its own length if there is none.
func period(text []rune) int {
	for n := 1; n <= len(text)/2; n++ {
		if len(text)%n == 0 && string(text[n:]) == string(text[:len(text)-n]) {
			return n
		}
	}
	return len(text)
}

// plain undoes the usual replacements of letters by digits and signs.
func plain(password string) string {
	return strings.Map(func(r rune) rune {
		switch r {
		case '4', '@':
			return 'a'
		case '3':
			return 'e'
		case '1', '!':
			return 'i'
		case '0':
			return 'o'
		case '5', '$':
			return 's'
		case '7':
			return 't'
		}
		return r
	}, password)
}

func firstRunes(text string, n int) string {
	for i := range text {
		if n == 0 {
			return text[:i]
		}
		n--
	}
	return text
}
