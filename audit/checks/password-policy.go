package checks

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/warder-iam/warder/audit"
	"github.com/warder-iam/warder/directory"
)

var passwordPolicy = audit.Check{
	ID:       "password-policy",
	Title:    "The password policy asks for strong passwords",
	Why:      "What a password policy does not ask for, somebody will not do, and one weak password is enough.",
	Severity: audit.Low,
	Area:     audit.AreaSignIn,
	References: slices.Concat(cis("1.7", "2.8"), cis("1.8", "2.9"), fsbp("IAM.7"),
		hub("IAM.10", "IAM.11", "IAM.12", "IAM.13", "IAM.14", "IAM.15", "IAM.16", "IAM.17"), practice("strong passwords")),
	Run: func(a *audit.Account, r *audit.Reporter) {
		p := a.Evidence.PasswordPolicy
		switch {
		case p == nil && !a.Evidence.NoPasswordPolicy:
			r.NotAssessed("the password policy", getPasswordPolicy)
		case p == nil:
			r.FoundAs(audit.Medium, "missing", audit.Finding{
				Title:    "The account has no password policy of its own",
				Evidence: []audit.Evidence{fact("get-account-password-policy answers NoSuchEntity: AWS's default asks for 8 characters of three classes, and forbids no reuse")},
				Remedy:   betterPolicy(&directory.PasswordPolicy{UsersMayChange: true}, &a.Settings),
			})
		default:
			for _, w := range passwordWeaknesses(p, &a.Settings) {
				r.FoundAs(w.severity, w.aspect, audit.Finding{
					Title: w.title, Evidence: []audit.Evidence{fact("get-account-password-policy says %s", w.evidence)},
					Remedy: betterPolicy(p, &a.Settings), References: slices.Concat(w.references, fsbp("IAM.7"), hub("IAM.10"), practice("strong passwords")),
				})
			}
		}
	},
}

// passwordWeakness is one thing that a policy does not ask for.
type passwordWeakness struct {
	aspect, title, evidence string
	severity                audit.Severity
	references              []audit.Reference
}

func passwordWeaknesses(p *directory.PasswordPolicy, s *audit.Settings) []passwordWeakness {
	var all []passwordWeakness
	if p.MinLength < s.PasswordLength {
		all = append(all, passwordWeakness{
			"length", fmt.Sprintf("Passwords may be as short as %d characters", p.MinLength), fmt.Sprintf("MinimumPasswordLength %d", p.MinLength),
			audit.Medium, slices.Concat(cis("1.7", "2.8"), hub("IAM.15")),
		})
	}
	for _, class := range []struct {
		required             bool
		aspect, name, member string
		control              string
	}{
		{p.RequireUppercase, "uppercase", "an upper-case letter", "RequireUppercaseCharacters", "IAM.11"},
		{p.RequireLowercase, "lowercase", "a lower-case letter", "RequireLowercaseCharacters", "IAM.12"},
		{p.RequireSymbols, "symbols", "a symbol", "RequireSymbols", "IAM.13"},
		{p.RequireNumbers, "numbers", "a digit", "RequireNumbers", "IAM.14"},
	} {
		if !class.required {
			all = append(all, passwordWeakness{class.aspect, "Passwords need not have " + class.name, class.member + " false", audit.Low, hub(class.control)})
		}
	}
	if p.Reuse < s.PasswordReuse {
		w := passwordWeakness{
			"reuse", "A password may be used again after " + count(p.Reuse, "other", "others"), fmt.Sprintf("PasswordReusePrevention %d", p.Reuse),
			audit.Low, slices.Concat(cis("1.8", "2.9"), hub("IAM.16")),
		}
		if p.Reuse == 0 {
			w.title, w.evidence = "Old passwords may be used again", "nothing of PasswordReusePrevention"
		}
		all = append(all, w)
	}
	if p.MaxAge == 0 || p.MaxAge > s.PasswordAgeDays {
		w := passwordWeakness{"expiry", "Passwords never expire", "nothing of MaxPasswordAge", audit.Low, hub("IAM.17")}
		if p.MaxAge > 0 {
			w.title, w.evidence = fmt.Sprintf("Passwords expire only after %d days", p.MaxAge), fmt.Sprintf("MaxPasswordAge %d", p.MaxAge)
		}
		all = append(all, w)
	}
	return all
}

// betterPolicy mends all weaknesses at once: the operation forgets whatever it is not told.
func betterPolicy(p *directory.PasswordPolicy, s *audit.Settings) audit.Remedy {
	length, reuse, age := max(p.MinLength, s.PasswordLength), max(p.Reuse, s.PasswordReuse), s.PasswordAgeDays
	if p.MaxAge > 0 {
		age = min(age, p.MaxAge)
	}
	args := []string{
		"aws", "iam", "update-account-password-policy", "--minimum-password-length", strconv.Itoa(length), "--require-uppercase-characters",
		"--require-lowercase-characters", "--require-symbols", "--require-numbers", "--password-reuse-prevention", strconv.Itoa(reuse),
		"--max-password-age", strconv.Itoa(age),
	}
	var more strings.Builder
	if p.UsersMayChange {
		args = append(args, "--allow-users-to-change-password")
		more.WriteString("  allow_users_to_change_password = true\n")
	}
	if p.HardExpiry {
		args = append(args, "--hard-expiry")
		more.WriteString("  hard_expiry                    = true\n")
	}
	return audit.Remedy{
		Text:    "Set a password policy that asks for all of it; what is not named in the call is set back to AWS's default.",
		Command: audit.Command(args...),
		Terraform: fmt.Sprintf("resource \"aws_iam_account_password_policy\" \"strict\" {\n  minimum_password_length        = %d\n"+
			"  require_uppercase_characters   = true\n  require_lowercase_characters   = true\n  require_symbols                = true\n"+
			"  require_numbers                = true\n  password_reuse_prevention      = %d\n  max_password_age               = %d\n%s}\n", length, reuse, age, more.String()),
	}
}

// passwordAge is how many days a password may live: as the policy says, or where it says nothing, as the settings do.
func passwordAge(a *audit.Account) (days int, source string) {
	if p := a.Evidence.PasswordPolicy; p != nil && p.MaxAge > 0 {
		return p.MaxAge, "the password policy"
	}
	return a.Settings.PasswordAgeDays, "the audit's settings"
}
