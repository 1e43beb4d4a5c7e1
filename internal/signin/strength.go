package signin

import (
	"strings"
	"sync"

	"github.com/ccojocar/zxcvbn-go"
	"github.com/ccojocar/zxcvbn-go/frequency"
)

const (
	// judgedLength is how much of a password is judged for its strength, in characters: the time for it grows faster than
	// the length.
	judgedLength = 40
	// weakestScore is the lowest score that is taken, of 0 to 4: those below are found within the first few thousand guesses.
	weakestScore = 1
	// decoration is how many digits and signs around a common password leave it common: "Password2024!" is no better.
	decoration = 6
)

// strength knows weak passwords. It needs no network and no file.
type strength struct {
	common func() map[string]bool
}

func newStrength() *strength {
	return &strength{common: sync.OnceValue(func() map[string]bool {
		list := frequency.Lists["Passwords"].List
		common := make(map[string]bool, len(list))
		for _, password := range list {
			common[password] = true
			common[plain(password)] = true
		}
		return common
	})}
}

// judge refuses a weak password with a *PolicyError. about are names that are easily guessed: the user's, the account's.
func (s *strength) judge(password string, about ...string) error {
	if s.isCommon(password) {
		return &PolicyError{"Password is one of the most common ones, or nearly so. Choose another one."}
	}
	if zxcvbn.PasswordStrength(firstRunes(password, judgedLength), about).Score < weakestScore {
		return &PolicyError{"Password is too easy to guess. Choose a longer one, such as several words that do not belong together."}
	}
	return nil
}

// isCommon looks a password up as it is, and without what people add to please a policy.
func (s *strength) isCommon(password string) bool {
	folded := strings.ToLower(password)
	bare := strings.TrimFunc(folded, func(r rune) bool { return r < 'a' || r > 'z' && r < 0x80 })
	common := s.common()
	if common[folded] || common[plain(folded)] {
		return true
	}
	return len(folded)-len(bare) <= decoration && len(bare) > 2 && (common[bare] || common[plain(bare)])
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
