package keyscan

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/warder-iam/warder/internal/session"
)

// Found is one access key, or one secret without a key id, with all the places where it stands. It is what an audit's
// finding access-key-leaked is made of: KeyID, State and User say whose key it is, Places are the evidence, and
// NeedsAttention whether it is a finding at all.
type Found struct {
	KeyID   string // AKIA… or ASIA…; "" for a secret that stands alone, beside a name such as aws_secret_access_key
	Account string // 12 digits that the id holds; "" where it holds none, as ids from before 2019 do, and for a secret alone
	Example bool   // a placeholder: in documentation (…EXAMPLE), or of a few letters again and again
	Hint    string // the first 4 characters of the secret, and …; "" if only the id was found
	Places  []Place

	// What a Warder said; see Server.Ask. Unknown, false and "" before it is asked; State may be Expired before that.
	State State
	Own   bool   // it is a key of the account that was asked
	User  string // whose key it is, where State is Active or Inactive
	Why   string // why State is Unknown, Deleted or Expired, in words
}

// Place is where a key stands.
type Place struct {
	File   string // path of a file; in git history its path in the repository, "" for a message and what no commit has
	Member string // in an archive: which of its files, "" otherwise
	Line   int    // from 1, the line of the key id, or of the secret where that stands alone; 0 in a message
	Offset int64  // the same in bytes from 0
	Secret bool   // a secret stands there: beside the id, or alone

	Modified time.Time // of a file: when it was last written; in history: the later of the commit's two dates; or zero

	// Only in git history and in what is staged:
	Repository string // the git directory
	Object     string // the id of the blob, commit or tag that holds the key
	Commit     string // the first commit that has it; "" where no branch or tag reaches one, and for what is staged
	Author     string // of that commit, NAME <E-MAIL>
	Date       time.Time
	Message    bool // it stands in the message of a commit or tag
}

// State is what is known of a key.
type State int

// The states.
const (
	Unknown  State = iota
	Active         // it works
	Inactive       // it exists, and does not work
	Deleted        // its account has no such key (any more)
	Expired        // temporary, and older than temporary credentials get
)

var stateNames = [...]string{Unknown: "unknown", Active: "active", Inactive: "inactive", Deleted: "deleted", Expired: "expired"}

func (s State) String() string { return stateNames[s] }

// MarshalText gives the state's name.
func (s State) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// Temporary tells whether the key belongs to a session.
func (f *Found) Temporary() bool { return strings.HasPrefix(f.KeyID, session.PrefixTemporaryKey) }

// HasSecret tells whether a secret was found, beside the id or alone. An id without one opens nothing.
func (f *Found) HasSecret() bool { return f.Hint != "" }

// NeedsAttention tells whether somebody has to look at it: everything that is not known to be harmless. Harmless are
// examples, keys that do not work any more, and ids of sessions alone, which stand in every log.
func (f *Found) NeedsAttention() bool {
	switch {
	case f.Example, f.State == Inactive, f.State == Deleted, f.State == Expired:
		return false
	case f.Temporary():
		return f.HasSecret()
	}
	return true
}

// maxSession is how long temporary credentials last at most. Source: AWS STS API Reference, GetSessionToken.
const maxSession = 36 * time.Hour

// expire marks temporary keys one of whose places was written longer ago than any session lasts.
func expire(found []Found, now time.Time) {
	for i := range found {
		f := &found[i]
		if f.Temporary() && slices.ContainsFunc(f.Places, func(p Place) bool { return !p.Modified.IsZero() && now.Sub(p.Modified) > maxSession }) {
			f.State, f.Why = Expired, "temporary credentials last 36 hours at most, and it was written before that"
		}
	}
}

// key is what hits are joined by: the id, or the secret's hash where it stands alone.
type key struct {
	id  string
	sum [32]byte
}

// join makes one Found of all hits of a key, the most urgent first. A secret that stands alone in one place and beside its id
// in another is that key's.
func join(hits []placed) []Found {
	owners := map[[32]byte]string{} // of secrets, by their hash
	for _, h := range hits {
		if h.id != "" && h.hint != "" {
			owners[h.sum] = max(owners[h.sum], h.id) // of several any, but always the same
		}
	}
	byKey := map[key]*Found{}
	for _, h := range hits {
		k := key{id: h.id}
		if h.id == "" {
			if k.id = owners[h.sum]; k.id == "" {
				k.sum = h.sum
			}
		}
		f := byKey[k]
		if f == nil {
			f = &Found{KeyID: k.id, Example: h.example}
			f.Account, _ = session.AccountOf(k.id)
			byKey[k] = f
		}
		f.Hint = cmp.Or(f.Hint, h.hint)
		f.Places = append(f.Places, h.place)
	}
	found := make([]Found, 0, len(byKey))
	for _, f := range byKey {
		slices.SortFunc(f.Places, comparePlaces)
		f.Places = slices.Compact(f.Places)
		found = append(found, *f)
	}
	sortFound(found)
	return found
}

func sortFound(found []Found) {
	slices.SortFunc(found, func(a, b Found) int {
		return cmp.Or(cmp.Compare(rank(&a), rank(&b)), strings.Compare(a.KeyID, b.KeyID), comparePlaces(a.Places[0], b.Places[0]))
	})
}

// rank is smaller the more urgent a key is.
func rank(f *Found) int {
	r := 0
	for i, harmless := range []bool{!f.HasSecret(), f.State != Active, !f.NeedsAttention()} {
		if harmless {
			r |= 1 << i
		}
	}
	return r
}

// comparePlaces puts files before history, and in history the oldest first.
func comparePlaces(a, b Place) int {
	return cmp.Or(
		strings.Compare(a.Repository, b.Repository), a.Date.Compare(b.Date), strings.Compare(a.File, b.File),
		strings.Compare(a.Commit, b.Commit), strings.Compare(a.Object, b.Object), strings.Compare(a.Member, b.Member),
		cmp.Compare(a.Offset, b.Offset))
}
