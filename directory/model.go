package directory

import (
	"slices"
	"strings"
	"time"
)

// Entity is one stored record: AccountInfo, User, Group, Role, Policy, InstanceProfile, AccessKey, Trail, or one of
// the credentials and what goes with them. Entities in a Snapshot are shared and never modified; a change puts a modified Clone.
type Entity interface {
	// Key is the record's key inside its account: "user/AIDA…". It never changes during the record's life.
	Key() string
	entity()
}

// AccountInfo is what an account holds about itself.
type AccountInfo struct {
	ID      string    `json:"id"` // 12 digits
	Alias   string    `json:"alias,omitempty"`
	Created time.Time `json:"created"`
	// Email is the root user's address, by which it signs in; "" for none. No two accounts have the same, without regard to case.
	Email string `json:"email,omitempty"`
	// Partition that the account is in, of one that lives on AWS; "" is "aws", as Warder's own are.
	Partition string `json:"partition,omitempty"`
	// TokenVersion is what SetSecurityTokenServicePreferences chose for the global endpoint: 1 or 2; 0 stands for 1.
	TokenVersion int `json:"tokenVersion,omitempty"`
}

// Tag is a key and its value.
type Tag struct {
	Key   string `json:"key"`
	Value string `json:"value"`
}

// HasTag reports whether one of the tags has that key, in any case.
func HasTag(tags []Tag, key string) bool {
	return slices.ContainsFunc(tags, func(t Tag) bool { return strings.EqualFold(t.Key, key) })
}

// InlinePolicy is a policy embedded in its user, group or role.
type InlinePolicy struct {
	Name     string   `json:"name"`
	Document Document `json:"document"`
}

// User is an IAM user. Names are unique in the account without case, and kept with case.
type User struct {
	ID       string         `json:"id"` // AIDA…
	Name     string         `json:"name"`
	Path     string         `json:"path"`
	Created  time.Time      `json:"created"`
	Boundary string         `json:"boundary,omitempty"` // policy ARN
	Tags     []Tag          `json:"tags,omitempty"`
	Groups   []string       `json:"groups,omitempty"`   // group ids, in order of joining
	Attached []string       `json:"attached,omitempty"` // policy ARNs, in order of attachment
	Inline   []InlinePolicy `json:"inline,omitempty"`   // by name
}

// Group is a set of users that share policies. Its members are found through User.Groups.
type Group struct {
	ID       string         `json:"id"` // AGPA…
	Name     string         `json:"name"`
	Path     string         `json:"path"`
	Created  time.Time      `json:"created"`
	Attached []string       `json:"attached,omitempty"`
	Inline   []InlinePolicy `json:"inline,omitempty"`
}

// Role is an IAM role.
type Role struct {
	ID          string         `json:"id"` // AROA…
	Name        string         `json:"name"`
	Path        string         `json:"path"`
	Created     time.Time      `json:"created"`
	Description string         `json:"description,omitempty"`
	MaxSession  int            `json:"maxSession"` // seconds, 3600 to 43200
	Trust       Document       `json:"trust"`
	Boundary    string         `json:"boundary,omitempty"`
	Tags        []Tag          `json:"tags,omitempty"`
	Attached    []string       `json:"attached,omitempty"`
	Inline      []InlinePolicy `json:"inline,omitempty"`
}

// Policy is a customer-managed policy with its versions.
type Policy struct {
	ID          string          `json:"id"` // ANPA…
	Name        string          `json:"name"`
	Path        string          `json:"path"`
	Created     time.Time       `json:"created"`
	Updated     time.Time       `json:"updated"`
	Description string          `json:"description,omitempty"`
	Tags        []Tag           `json:"tags,omitempty"`
	Default     int             `json:"default"`  // number of the default version
	Latest      int             `json:"latest"`   // number of the newest version ever made; numbers are never used twice
	Versions    []PolicyVersion `json:"versions"` // by number
}

// PolicyVersion is one version of a managed policy, "v3".
type PolicyVersion struct {
	Number   int       `json:"number"`
	Created  time.Time `json:"created"`
	Document Document  `json:"document"`
}

// InstanceProfile carries at most one role to a machine.
type InstanceProfile struct {
	ID      string    `json:"id"` // AIPA…
	Name    string    `json:"name"`
	Path    string    `json:"path"`
	Created time.Time `json:"created"`
	Role    string    `json:"role,omitempty"` // role id
	Tags    []Tag     `json:"tags,omitempty"`
}

// AccessKey is a user's long-term key.
type AccessKey struct {
	ID      string    `json:"id"`   // AKIA…
	User    string    `json:"user"` // user id
	Created time.Time `json:"created"`
	Active  bool      `json:"active"`
	// Sealed is the secret, sealed by internal/session with the key id as additional data; the clear secret is in no
	// record and in no snapshot.
	Sealed []byte `json:"sealed"`
}

func (*AccountInfo) entity()     {}
func (*User) entity()            {}
func (*Group) entity()           {}
func (*Role) entity()            {}
func (*Policy) entity()          {}
func (*InstanceProfile) entity() {}
func (*AccessKey) entity()       {}

// Key gives "account".
func (*AccountInfo) Key() string { return "account" }

// Key gives "user/AIDA…".
func (u *User) Key() string { return "user/" + u.ID }

// Key gives "group/AGPA…".
func (g *Group) Key() string { return "group/" + g.ID }

// Key gives "role/AROA…".
func (r *Role) Key() string { return "role/" + r.ID }

// Key gives "policy/ANPA…".
func (p *Policy) Key() string { return "policy/" + p.ID }

// Key gives "profile/AIPA…".
func (p *InstanceProfile) Key() string { return "profile/" + p.ID }

// Key gives "key/AKIA…".
func (k *AccessKey) Key() string { return "key/" + k.ID }
