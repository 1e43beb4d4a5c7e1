package passkey

import (
	"slices"
	"sync"
	"time"

	"github.com/go-webauthn/webauthn/webauthn"
)

const (
	// challengeLife is how long a person may take to answer.
	challengeLife = 5 * time.Minute
	// maxOpen is how many challenges of one kind are open at once: some kilobytes of memory each at most. Anybody may ask
	// for one to sign in; those of people who are known already are counted apart, so that nobody keeps them out.
	maxOpen = 10_000
	// maxOpenOf is how many are open of one binding; a further one takes the place of the oldest.
	maxOpenOf = 4
)

// use is what a challenge is for. An answer to one is no answer to another.
type use int

const (
	toRegister use = iota
	toSignIn
	toConfirm // as the second factor
	uses
)

// challenge is one that is open.
type challenge struct {
	use     use
	binding string
	party   Party
	person  Person // nobody of toSignIn
	expires time.Time
	session webauthn.SessionData
}

// Passkeys are the open challenges of a process: bounded, each good once, for 5 minutes. All methods may be called at the
// same time.
type Passkeys struct {
	most int // open ones of one kind

	mu   sync.Mutex
	open map[string]*challenge // by the challenge's text
	of   map[string][]string   // the texts of a binding's, the oldest first
	used [uses]int             // how many are open of each
}

// New makes a Passkeys without any challenge.
func New() *Passkeys {
	return &Passkeys{most: maxOpen, open: make(map[string]*challenge), of: make(map[string][]string)}
}

// keep opens a challenge.
func (p *Passkeys) keep(c *challenge, now time.Time) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if mine := p.of[c.binding]; len(mine) >= maxOpenOf {
		p.forget(mine[0])
	}
	if p.used[c.use] >= p.most {
		p.sweep(now)
	}
	if p.used[c.use] >= p.most {
		return ErrBusy
	}
	c.expires = now.Add(challengeLife)
	text := c.session.Challenge
	p.open[text] = c
	p.of[c.binding] = append(p.of[c.binding], text)
	p.used[c.use]++
	return nil
}

// take closes the challenge with that text and gives it, if it was open for this. It is gone in any case: whoever has seen
// it has had the one try.
func (p *Passkeys) take(text, binding string, party Party, now time.Time, of ...use) *challenge {
	p.mu.Lock()
	defer p.mu.Unlock()
	c := p.open[text]
	if c == nil {
		return nil
	}
	p.forget(text)
	if !slices.Contains(of, c.use) || c.binding != binding || c.party != party || !now.Before(c.expires) {
		return nil
	}
	return c
}

func (p *Passkeys) sweep(now time.Time) {
	for text, c := range p.open {
		if !now.Before(c.expires) {
			p.forget(text)
		}
	}
}

func (p *Passkeys) forget(text string) {
	c := p.open[text]
	delete(p.open, text)
	p.used[c.use]--
	mine := slices.DeleteFunc(p.of[c.binding], func(t string) bool { return t == text })
	if p.of[c.binding] = mine; len(mine) == 0 {
		delete(p.of, c.binding)
	}
}
