package directory

import (
	"slices"
	"time"
)

// Setup is the first run of an account's console: who may do it, and how far it is. What it sets stands in records of its
// own: the root user's address in AccountInfo, its password in the LoginProfile of the account's id, the administrator's likewise.
type Setup struct {
	// Administrator is the unique id of the user who is set up beside the root user; "" while there is none.
	Administrator string `json:"administrator,omitempty"`
	// Token is the SHA-256 of the secret in the link that begins, made at Made; nil where none was made.
	Token []byte    `json:"token,omitempty"`
	Made  time.Time `json:"made,omitzero"`
	// Browser is the SHA-256 of the secret in the cookie of the browser that opened the link last, which may go on until Until.
	Browser []byte    `json:"browser,omitempty"`
	Until   time.Time `json:"until,omitzero"`
	// RootFactor and AdministratorFactor: a second factor was enabled, or is left for later. AdministratorPassword: it was set.
	RootFactor            bool `json:"rootFactor,omitempty"`
	AdministratorPassword bool `json:"administratorPassword,omitempty"`
	AdministratorFactor   bool `json:"administratorFactor,omitempty"`
	// Device is the id of the virtual device that was made last and waits for its codes. Others of its name may be anybody's.
	Device string `json:"device,omitempty"`
	// Done is when all of it was; zero until then.
	Done time.Time `json:"done,omitzero"`
	// Again: it was done before, and goes on because the root user's password and devices were taken away.
	Again bool `json:"again,omitempty"`
}

// Wanted reports whether nobody has set the console up yet, so that a file may.
func (s *Setup) Wanted() bool { return s == nil || s.Done.IsZero() && !s.Again }

func (*Setup) entity() {}

// Key gives "setup".
func (*Setup) Key() string { return "setup" }

// Clone makes a copy that may be modified.
func (s *Setup) Clone() *Setup {
	c := *s
	c.Token, c.Browser = slices.Clone(s.Token), slices.Clone(s.Browser)
	return &c
}

// Setup is nil where the account's console never was set up, nor was to be.
func (a *Account) Setup() *Setup { return a.setup }
