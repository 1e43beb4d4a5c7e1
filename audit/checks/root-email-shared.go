package checks

import (
	"fmt"
	"slices"
	"strings"

	"github.com/warder-iam/warder/audit"
)

var rootEmailShared = audit.Check{
	ID:    "root-email-shared",
	Title: "The root user's e-mail address is one of a group",
	Why: "Who reads the mail of the root user's address can reset its password: when the one person who does leaves, the account is lost, " +
		"or goes with them.",
	Severity:   audit.Informational,
	Area:       audit.AreaRoot,
	References: practice("protect the root user"),
	Run: func(a *audit.Account, r *audit.Reporter) {
		email := rootEmail(a)
		if email == "" {
			r.NotAssessed("the root user's e-mail address, which the organization's list of accounts has", getOrganization)
			return
		}
		if why := personal(email); why != "" {
			r.Found("", audit.Finding{
				Title:    fmt.Sprintf("The root user's e-mail address %s looks personal", email),
				Evidence: []audit.Evidence{fact("%s", why)},
				Remedy: audit.Remedy{Text: "Make a distribution list that at least two people read and nobody outside can join, and change the root user's " +
					"address to it; if it is one already, suppress this finding."},
			})
		}
	},
}

// rootEmail is the address that the account is registered with, "" if unknown.
func rootEmail(a *audit.Account) string {
	if o := a.Bundle.Organization; o != nil && o.Accounts[a.ID] != nil {
		return o.Accounts[a.ID].Email
	}
	return ""
}

// mailboxes are domains that give mailboxes to private people.
var mailboxes = []string{
	"126.com", "163.com", "aol.com", "fastmail.com", "gmail.com", "gmx.at", "gmx.ch", "gmx.com", "gmx.de", "gmx.net", "googlemail.com", "hotmail.com",
	"icloud.com", "live.com", "mac.com", "mail.ru", "me.com", "msn.com", "naver.com", "outlook.com", "pm.me", "proton.me", "protonmail.com", "qq.com",
	"t-online.de", "web.de", "yahoo.co.jp", "yahoo.co.uk", "yahoo.com", "yahoo.de", "yahoo.fr", "yandex.com", "yandex.ru", "zoho.com",
}

// groupWords are words of which addresses of groups are made.
var groupWords = []string{
	"account", "accounts", "admin", "administrator", "administrators", "admins", "audit", "aws", "backup", "billing", "cloud", "cloudops", "contact", "core", "data",
	"dev", "develop", "developers", "development", "devops", "devsecops", "engineering", "finance", "group", "help", "hostmaster", "infra", "infrastructure", "info",
	"invoices", "it", "itsec", "landingzone", "log", "logging", "logs", "management", "master", "mgmt", "monitoring", "network", "noc", "notifications", "office",
	"ops", "operations", "organization", "owner", "owners", "payer", "platform", "postmaster", "prod", "production", "qa", "root", "sandbox", "sec", "secops",
	"security", "service", "services", "shared", "soc", "sre", "staging", "stage", "support", "sysadmin", "sysops", "team", "tech", "test", "testing", "webmaster",
}

// personal says why an address looks like that of one person: "" if it does not. It is a guess: first.last or f.last without a
// word for a duty or the organization's own name, or a provider of private mailboxes.
func personal(email string) string {
	local, domain, ok := strings.Cut(strings.ToLower(email), "@")
	if !ok {
		return ""
	}
	if slices.Contains(mailboxes, domain) {
		return domain + " gives mailboxes to private people"
	}
	local, _, _ = strings.Cut(local, "+")
	words := strings.FieldsFunc(local, func(c rune) bool { return c == '.' || c == '_' })
	if len(words) < 2 || len(words) > 3 {
		return ""
	}
	for _, w := range words {
		if slices.Contains(groupWords, w) || len(w) > 1 && strings.Contains(domain, w) || strings.ContainsFunc(w, func(c rune) bool { return '0' <= c && c <= '9' }) {
			return ""
		}
	}
	return local + " looks like the name of a person"
}
