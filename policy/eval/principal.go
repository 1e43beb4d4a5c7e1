package eval

import (
	"strings"

	"github.com/warder-iam/warder/policy"
)

// Match says how a resource policy's principals met the caller, as a set: one list can name a caller in several ways.
type Match uint8

// The ways to be named. evaluation.md calls them by the letters in brackets.
const (
	// MatchDirect (Rd): by the ARN or unique id of the user, by the ARN of the session, or by "*".
	MatchDirect Match = 1 << iota
	// MatchRole (Rr): by the ARN or unique id of the role whose session asks.
	MatchRole
	// MatchUser (Ru): by the ARN or unique id of the user who asked for the federation token.
	MatchUser
	// MatchAccount (Ra): by the account, which only delegates to the account's own policies.
	MatchAccount
	// MatchService (Rs): as a service principal.
	MatchService
	// MatchProvider: by the identity provider, for AssumeRoleWithWebIdentity and AssumeRoleWithSAML.
	MatchProvider
)

// who is the part of a request that principals are compared with.
type who struct {
	*Principal
	partition string
}

func whoIs(p *Principal) who {
	w := who{Principal: p}
	if rest, ok := strings.CutPrefix(p.ARN, "arn:"); ok {
		w.partition, _, _ = strings.Cut(rest, ":")
	}
	return w
}

// hasAccount reports whether the caller belongs to an account: its policies and its organization's bind it.
func (p *Principal) hasAccount() bool {
	switch p.Kind {
	case Root, User, RoleSession, FederatedUser:
		return true
	default:
		return false
	}
}

// principalSet is a Principal or NotPrincipal element.
type principalSet struct {
	everyone  bool
	accounts  []accountEntry
	names     []string // ARNs and unique ids
	services  []string
	providers []string
	canonical []string
	// open entries hold a wildcard beside other text: nobody can say whom they mean.
	openAWS, openService, openProvider bool
}

// accountEntry names an account; partition is "" for the bare twelve digits.
type accountEntry struct{ id, partition string }

func newPrincipals(source *policy.Principals) *principalSet {
	if source == nil {
		return nil
	}
	s := &principalSet{everyone: source.Any}
	for _, v := range source.AWS {
		s.addAWS(v.Text)
	}
	s.services, s.openService = closedNames(source.Service)
	s.providers, s.openProvider = closedNames(source.Federated)
	for _, v := range source.CanonicalUser {
		s.canonical = append(s.canonical, v.Text)
	}
	return s
}

func (s *principalSet) addAWS(text string) {
	account, isAccount := parseAccount(text)
	switch {
	case text == "*":
		s.everyone = true
	case isAccount:
		s.accounts = append(s.accounts, account)
	case strings.ContainsAny(text, "*?"):
		s.openAWS = true
	case text != "":
		s.names = append(s.names, text)
	}
}

// closedNames are the names without a wildcard; open is true if there are others.
func closedNames(values []policy.Value) (names []string, open bool) {
	for _, v := range values {
		switch {
		case strings.ContainsAny(v.Text, "*?"):
			open = true
		case v.Text != "":
			names = append(names, v.Text)
		}
	}
	return names, open
}

const accountDigits = 12

func parseAccount(text string) (accountEntry, bool) {
	if len(text) == accountDigits && isDigits(text) {
		return accountEntry{id: text}, true
	}
	rest, isARN := strings.CutPrefix(text, "arn:")
	partition, rest, _ := strings.Cut(rest, ":")
	rest, isIAM := strings.CutPrefix(rest, "iam::")
	id, isRoot := strings.CutSuffix(rest, ":root")
	ok := isARN && isIAM && isRoot && len(id) == accountDigits && isDigits(id)
	return accountEntry{id: id, partition: partition}, ok
}

// match gives every way in which the list names the caller. The fit is unknown if only an entry that cannot be understood
// might.
func (s *principalSet) match(w who) (Match, fit) {
	var m Match
	if s.everyone {
		m |= MatchDirect
	}
	if s.hasAccount(w) {
		m |= MatchAccount
	}
	for _, name := range s.names {
		m |= w.named(name)
	}
	if w.Kind == Service && intersect(s.services, w.Services) {
		m |= MatchService
	}
	if w.Kind == WebIdentity && contains(s.providers, w.Provider) {
		m |= MatchProvider
	}
	switch {
	case m != 0:
		return m, yes
	case s.mayMatch(w):
		return 0, unknown
	default:
		return 0, no
	}
}

func (s *principalSet) hasAccount(w who) bool {
	if !w.hasAccount() {
		return false
	}
	for _, a := range s.accounts {
		if a.id == w.Account && (a.partition == "" || w.partition == "" || a.partition == w.partition) {
			return true
		}
	}
	return w.CanonicalUser != "" && contains(s.canonical, w.CanonicalUser)
}

// mayMatch reports whether an entry that cannot be understood might mean the caller.
func (s *principalSet) mayMatch(w who) bool {
	switch w.Kind {
	case Service:
		return s.openService
	case WebIdentity:
		return s.openProvider
	case Anonymous:
		return false
	default:
		return s.openAWS || len(s.canonical) > 0 && w.CanonicalUser == ""
	}
}

// named says how one ARN or unique id names the caller.
func (w who) named(name string) Match {
	switch w.Kind {
	case User:
		if name == w.ARN || name == w.UniqueID {
			return MatchDirect
		}
	case RoleSession:
		if name == w.RoleARN || name == w.UniqueID { // first: a simulated role may stand for its own session
			return MatchRole
		}
		if name == w.ARN {
			return MatchDirect
		}
	case FederatedUser:
		if name == w.ARN {
			return MatchDirect
		}
		if name == w.UserARN || name == w.UniqueID {
			return MatchUser
		}
	default: // root is named by its account, the others in lists of their own
	}
	return 0
}

// exempts reports whether a Deny with this list as its NotPrincipal spares the caller. Naming a user spares it only if
// its account is named too; a session needs account, role (or the user who asked for it) and session.
func (s *principalSet) exempts(w who) bool {
	if s.everyone {
		return true
	}
	var m Match
	for _, name := range s.names {
		m |= w.named(name)
	}
	switch w.Kind {
	case Root:
		return s.hasAccount(w)
	case User:
		return s.hasAccount(w) && m == MatchDirect
	case RoleSession:
		return s.hasAccount(w) && m == MatchDirect|MatchRole
	case FederatedUser:
		return s.hasAccount(w) && m == MatchDirect|MatchUser
	case Service:
		return intersect(s.services, w.Services)
	case WebIdentity:
		return contains(s.providers, w.Provider)
	default:
		return false
	}
}

func contains(list []string, text string) bool {
	for _, s := range list {
		if s == text {
			return true
		}
	}
	return false
}

func intersect(a, b []string) bool {
	for _, s := range b {
		if contains(a, s) {
			return true
		}
	}
	return false
}
