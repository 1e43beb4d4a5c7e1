package signin

import (
	"context"
	"net/mail"
	"strings"

	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/internal/seal"
)

// RootUser stands for the account's root user where a user is asked for: its unique id is the account's, its name its address.
func RootUser(a *directory.Account) *directory.User {
	return &directory.User{ID: a.ID(), Name: a.Info().Email, Created: a.Info().Created}
}

// RootPassword is Password for the root user who has that address: a is the account that directory.Snapshot.AccountByEmail
// gives, nil where no account's root user has it, which takes as long and gives the same error. A root user's password does
// not expire.
func (c *Checker) RootPassword(ctx context.Context, a *directory.Account, email string, password seal.Secret, try Attempt) (*Login, error) {
	var profile *directory.LoginProfile
	counts, key := c.strangers, ofStranger("root", email)
	if a != nil {
		profile = a.LoginProfile(a.ID())
		counts, key = c.passwords, try.of(a.ID())
	}
	if err := c.judge(ctx, counts, key, profile, password, try); err != nil {
		return nil, err
	}
	if c.used != nil {
		c.used(a.ID(), a.ID(), try.Time)
	}
	return loginOf(a, RootUser(a), profile, try.Time), nil
}

// NewRootPassword is NewPassword for the root user with that address. The account's password policy is for its users alone; AWS's rules
// for accounts without one hold. Source: IAM User Guide, "Set an account password policy for IAM users".
func (c *Checker) NewRootPassword(ctx context.Context, a *directory.Account, email string, old *directory.LoginProfile, password seal.Secret) ([]byte, error) {
	if strings.EqualFold(string(password.Reveal()), email) {
		return nil, &PolicyError{"Password should not be the root user's e-mail address"}
	}
	u := RootUser(a)
	u.Name = email
	return c.newPassword(ctx, a, nil, u, old, password)
}

// maxEmail is the longest address. Source: AWS Account Management API Reference, PrimaryEmail.
const maxEmail = 64

// IsEmail reports whether a root user can have that address: one bare address, as people type it, of ASCII.
func IsEmail(text string) bool {
	a, err := mail.ParseAddress(text)
	name, host, _ := strings.Cut(text, "@")
	return err == nil && a.Address == text && len(text) <= maxEmail && name != "" && host != "" &&
		strings.IndexFunc(text, func(r rune) bool { return r <= ' ' || r > '~' }) < 0
}
