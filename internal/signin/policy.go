package signin

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/warder-iam/warder/directory"
)

// PolicyError: a password is refused by the account's password policy, or for its weakness. Its text is for people and
// does not hold the password.
type PolicyError struct{ Message string }

func (e *PolicyError) Error() string { return e.Message }

// symbols are the characters that count as such. Source: IAM API Reference, UpdateAccountPasswordPolicy.
const symbols = `!@#$%^&*()_+-=[]{}|'`

// The rules of an account without a policy of its own. Source: IAM User Guide, "Set an account password policy".
const (
	defaultLength = 8
	defaultKinds  = 3 // of uppercase, lowercase, numbers and symbols
)

// Describe says, for whoever is to choose one, which passwords the policy allows, nil for AWS's default rules.
func Describe(p *directory.PasswordPolicy) string {
	if p == nil {
		return fmt.Sprintf("At least %d characters of at least three of these kinds: uppercase letters, lowercase letters, numbers, symbols.", defaultLength)
	}
	text := fmt.Sprintf("At least %d characters", p.MinLength)
	var kinds []string
	for _, k := range []struct {
		required bool
		name     string
	}{
		{p.RequireUppercase, "uppercase letter"}, {p.RequireLowercase, "lowercase letter"}, {p.RequireNumbers, "number"}, {p.RequireSymbols, "symbol"},
	} {
		if k.required {
			kinds = append(kinds, "one "+k.name)
		}
	}
	if len(kinds) > 0 {
		text += ", with at least " + strings.Join(kinds, ", ")
	}
	if p.Reuse > 0 {
		text += fmt.Sprintf("; none of your last %d passwords", p.Reuse)
	}
	return text + "."
}

// allows checks a password against the policy, nil for AWS's default rules.
func allows(p *directory.PasswordPolicy, a *directory.Account, password string) error {
	has := struct{ upper, lower, number, symbol bool }{
		strings.ContainsFunc(password, func(r rune) bool { return 'A' <= r && r <= 'Z' }),
		strings.ContainsFunc(password, func(r rune) bool { return 'a' <= r && r <= 'z' }),
		strings.ContainsFunc(password, func(r rune) bool { return '0' <= r && r <= '9' }),
		strings.ContainsAny(password, symbols),
	}
	length := defaultLength
	if p != nil {
		length = p.MinLength
	}
	switch {
	case utf8.RuneCountInString(password) < length:
		return &PolicyError{fmt.Sprintf("Password should have a minimum length of %d", length)}
	case p == nil:
		return allowsByDefault(a, password, has.upper, has.lower, has.number, has.symbol)
	case p.RequireUppercase && !has.upper:
		return &PolicyError{"Password should have at least one uppercase letter"}
	case p.RequireLowercase && !has.lower:
		return &PolicyError{"Password should have at least one lowercase letter"}
	case p.RequireNumbers && !has.number:
		return &PolicyError{"Password should have at least one number"}
	case p.RequireSymbols && !has.symbol:
		return &PolicyError{"Password should have at least one symbol"}
	}
	return nil
}

func allowsByDefault(a *directory.Account, password string, has ...bool) error {
	kinds := 0
	for _, kind := range has {
		if kind {
			kinds++
		}
	}
	info := a.Info()
	switch {
	case kinds < defaultKinds:
		return &PolicyError{"Password should have characters of at least three of these kinds: uppercase letters, lowercase letters, numbers, symbols"}
	case strings.EqualFold(password, info.ID) || info.Alias != "" && strings.EqualFold(password, info.Alias):
		return &PolicyError{"Password should not be the account's name"}
	}
	return nil
}
