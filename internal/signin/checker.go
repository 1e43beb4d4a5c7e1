package signin

import (
	"context"
	"errors"
	"net/netip"
	"strings"
	"time"

	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/internal/seal"
	"github.com/warder-iam/warder/internal/session"
)

// Options of a Checker.
type Options struct {
	// AllowWeak takes passwords that are common or easy to guess, as far as the account's policy lets them.
	AllowWeak bool
	// Used is told of every sign-in with a right password; may be nil.
	Used func(account, userID string, at time.Time)
}

// Checker judges passwords and one-time codes, and slows down who guesses them. There is one for all channels of a
// process. All methods may be called at the same time.
type Checker struct {
	keys     *session.Keys
	pool     *pool
	strength *strength // nil where weak passwords are allowed
	used     func(account, userID string, at time.Time)

	// Failures are counted apart: by user and factor, by name where there is no such user, and by address, so that no
	// number of addresses or invented names makes the counts of users be forgotten.
	passwords, codes, strangers, addresses *throttle
}

// New makes a Checker for records that are sealed with keys.
func New(keys *session.Keys, o Options) *Checker {
	c := &Checker{
		keys: keys, pool: newPool(), used: o.Used,
		passwords: newThrottle(freeFailures), codes: newThrottle(freeFailures),
		strangers: newThrottle(freeFailures), addresses: newThrottle(freeAtAddress),
	}
	c.addresses.drain = drainAtAddress
	if !o.AllowWeak {
		c.strength = newStrength()
	}
	return c
}

// ErrWrongPassword: the password is not that of the user, or there is no such user, or none with a password. Nobody is told
// which.
var ErrWrongPassword = errors.New("signin: the user name or the password is wrong")

// Attempt says where a password comes from.
type Attempt struct {
	// Address of the client, "" where it is not known or does not count.
	Address string
	// Device names a browser that this user has signed in from before, proven by the caller; "" for any other. It has a
	// count of its own, and none of its address, so that strangers who guess cannot keep the user out: nor those who
	// share the address.
	Device string
	// Account is the one that was named, in one spelling of each. Where there is none of that name, it is what tells the tries of
	// one from those of another, as they are told apart where there is.
	Account string
	// ID is the request's: one request counts once.
	ID   string
	Time time.Time
}

// of is the key of a count that is a user's, or the root user's, by unique id.
func (try *Attempt) of(userID string) string { return userID + "/" + try.Device }

// Login is whose password it was.
type Login struct {
	User *directory.User
	// MustChange: a new password is to be set before anything else, because it is required or the present one has expired.
	MustChange bool
	// Locked: it has expired, and the account's policy lets only an administrator set a new one.
	Locked bool
}

// Password verifies a user's password. The account is nil, and name any text, where there is no such account or user; that
// takes as long and gives the same error. Errors beside ErrWrongPassword: a *WaitError after too many failures, ErrBusy, and
// those of a damaged record.
func (c *Checker) Password(ctx context.Context, a *directory.Account, name string, password seal.Secret, try Attempt) (*Login, error) {
	var u *directory.User
	var profile *directory.LoginProfile
	account := try.Account
	if a != nil {
		account = a.ID()
		if u = a.User(name); u != nil {
			profile = a.LoginProfile(u.ID)
		}
	}
	counts, key := c.strangers, ofStranger(account, name)
	if u != nil {
		counts, key = c.passwords, try.of(u.ID)
	}
	if err := c.judge(ctx, counts, key, profile, password, try); err != nil {
		return nil, err
	}
	if c.used != nil {
		c.used(account, u.ID, try.Time)
	}
	return loginOf(a, u, profile, try.Time), nil
}

// ofStranger is the key of the count of a name that is nobody's. Spellings are one where they would be one of somebody's: of ASCII
// letters the case does not count, and of no others.
func ofStranger(account, name string) string {
	return strings.Map(func(r rune) rune {
		if 'A' <= r && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}, account+"\x00"+name)
}

// LoginOf is how a user of the account, by unique id, or the root user, by the account's, stands who has proven by now who they
// are; nil for who is not there or has no password.
func LoginOf(a *directory.Account, principal string, now time.Time) *Login {
	u := a.UserByID(principal)
	if principal == a.ID() {
		u = RootUser(a)
	}
	profile := a.LoginProfile(principal)
	if u == nil || profile == nil {
		return nil
	}
	return loginOf(a, u, profile, now)
}

// loginOf: a root user's password does not expire, since the account's policy is for its users alone.
func loginOf(a *directory.Account, u *directory.User, profile *directory.LoginProfile, now time.Time) *Login {
	policy := a.PasswordPolicy()
	expired := u.ID != a.ID() && policy.Expired(profile.Changed, now)
	return &Login{User: u, MustChange: expired || profile.ResetRequired, Locked: expired && policy.HardExpiry}
}

// OldPassword verifies a known user's present password before it is changed. Its errors are Password's.
func (c *Checker) OldPassword(ctx context.Context, profile *directory.LoginProfile, password seal.Secret, try Attempt) error {
	return c.judge(ctx, c.passwords, try.of(profile.User), profile, password, try)
}

// judge is one try of a password, counted.
func (c *Checker) judge(ctx context.Context, counts *throttle, key string, profile *directory.LoginProfile, password seal.Secret, try Attempt) error {
	if err := c.begin(counts, key, try); err != nil {
		return err
	}
	if err := c.verify(ctx, profile, password); err != nil {
		return err
	}
	c.end(counts, key, try)
	return nil
}

func (c *Checker) begin(counts *throttle, key string, try Attempt) error {
	if try.Device == "" {
		if err := c.BeginAtAddress(try); err != nil {
			return err
		}
	}
	return counts.take(key, try.ID, try.Time)
}

// end forgets the failures of a user who has proven the password, and this one try of the address.
func (c *Checker) end(counts *throttle, key string, try Attempt) {
	counts.forgive(key)
	if try.Device == "" {
		c.RightAtAddress(try)
	}
}

// BeginAtAddress begins a try that is nobody's yet, before it is looked at: of the secret in a link, or of a passkey that will say
// whose it is. It counts with the passwords that this address tries until RightAtAddress. The error is a *WaitError.
func (c *Checker) BeginAtAddress(try Attempt) error {
	if network := networkOf(try.Address); network != "" {
		return c.addresses.take(network, try.ID, try.Time)
	}
	return nil
}

// RightAtAddress takes the address's last try back: it was right.
func (c *Checker) RightAtAddress(try Attempt) {
	if network := networkOf(try.Address); network != "" {
		c.addresses.giveBack(network)
	}
}

// networkOf is what counts as one address: of IPv6, whose users have many, the first half.
func networkOf(address string) string {
	ip, err := netip.ParseAddr(address)
	if err != nil {
		return ""
	}
	ip = ip.Unmap().WithZone("")
	if ip.Is4() {
		return ip.String()
	}
	network, err := ip.Prefix(64)
	if err != nil {
		return ""
	}
	return network.String()
}

// verify compares a password with the profile's present one. Without a profile it costs the same.
func (c *Checker) verify(ctx context.Context, profile *directory.LoginProfile, password seal.Secret) error {
	known := newHashes()
	if profile != nil {
		var err error
		if known, err = c.open(profile); err != nil {
			return err
		}
	}
	hash, err := c.pool.hash(ctx, password, known.salt)
	if err != nil {
		return err
	}
	if !known.matches(hash, 1) {
		return ErrWrongPassword
	}
	return nil
}

// open gives the hashes of a profile's passwords. One that came from an export has none: nobody has told its password, so no
// password is the right one, and a new one may be any.
func (c *Checker) open(profile *directory.LoginProfile) (hashes, error) {
	if len(profile.Sealed) == 0 {
		return newHashes(), nil
	}
	text, err := c.keys.OpenPasswords(profile.User, profile.Sealed)
	if err != nil {
		return hashes{}, err
	}
	return parseHashes(text)
}

// NewPassword checks a new password for a user against the account's policy, and gives what the login profile is to hold
// as Sealed. old is the profile that the user has, nil for none. A *PolicyError says what is wrong with the password.
func (c *Checker) NewPassword(ctx context.Context, a *directory.Account, u *directory.User, old *directory.LoginProfile, password seal.Secret) ([]byte, error) {
	return c.newPassword(ctx, a, a.PasswordPolicy(), u, old, password)
}

func (c *Checker) newPassword(ctx context.Context, a *directory.Account, policy *directory.PasswordPolicy, u *directory.User, old *directory.LoginProfile, password seal.Secret) ([]byte, error) {
	text := string(password.Reveal())
	if err := allows(policy, a, text); err != nil {
		return nil, err
	}
	if c.strength != nil {
		if err := c.strength.judge(text, u.Name, a.ID(), a.Info().Alias); err != nil {
			return nil, err
		}
	}
	known := newHashes()
	if old != nil {
		var err error
		if known, err = c.open(old); err != nil {
			return nil, err
		}
	}
	hash, err := c.pool.hash(ctx, password, known.salt)
	if err != nil {
		return nil, err
	}
	if policy != nil && known.matches(hash, policy.Reuse) {
		return nil, &PolicyError{"Policy constraint violation with password reuse prevention during password change."}
	}
	return c.keys.SealPasswords(u.ID, known.with(hash).encode())
}
