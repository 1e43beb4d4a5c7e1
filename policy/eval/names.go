package eval

import (
	"fmt"
	"slices"
	"strings"
)

var (
	verdictNames = []string{"ImplicitDeny", "ExplicitDeny", "Allow"}
	layerNames   = []string{"none", "identity", "boundary", "session", "resource", "scp", "rcp", "credential"}
	kindNames    = []string{"Anonymous", "Root", "User", "RoleSession", "FederatedUser", "Service", "WebIdentity"}
	matchNames   = []string{"Rd", "Rr", "Ru", "Ra", "Rs", "Rf"}
)

// layerTitles are what a person calls the policies of a layer.
var layerTitles = []string{
	"no policy", "identity-based policy", "permissions boundary", "session policy", "resource-based policy",
	"service control policy", "resource control policy", "rule for this kind of credential",
}

func name[T ~uint8](names []string, v T) string {
	if int(v) < len(names) {
		return names[v]
	}
	return fmt.Sprintf("unknown(%d)", v)
}

func parseName[T ~uint8](names []string, text []byte, v *T) error {
	i := slices.Index(names, string(text))
	if i < 0 {
		return fmt.Errorf("eval: %q is none of %s", text, strings.Join(names, ", "))
	}
	*v = T(i)
	return nil
}

// String is "Allow", "ExplicitDeny" or "ImplicitDeny".
func (v Verdict) String() string { return name(verdictNames, v) }

// MarshalText is String.
func (v Verdict) MarshalText() ([]byte, error) { return []byte(v.String()), nil }

// UnmarshalText reads what MarshalText writes.
func (v *Verdict) UnmarshalText(text []byte) error { return parseName(verdictNames, text, v) }

// String is the layer in one lower-case word, as in the policy test file.
func (l Layer) String() string { return name(layerNames, l) }

// Title is what people call the layer's policies, such as "identity-based policy".
func (l Layer) Title() string { return name(layerTitles, l) }

// MarshalText is String.
func (l Layer) MarshalText() ([]byte, error) { return []byte(l.String()), nil }

// UnmarshalText reads what MarshalText writes.
func (l *Layer) UnmarshalText(text []byte) error { return parseName(layerNames, text, l) }

// String is the kind's name in this package.
func (k PrincipalKind) String() string { return name(kindNames, k) }

// String gives the letters of evaluation.md, joined by "+": Rd directly, Rr by role, Ru by user, Ra by account, Rs as a
// service; and Rf by the identity provider.
func (m Match) String() string {
	var names []string
	for i, n := range matchNames {
		if m&(1<<i) != 0 {
			names = append(names, n)
		}
	}
	return strings.Join(names, "+")
}

// MarshalText is String.
func (m Match) MarshalText() ([]byte, error) { return []byte(m.String()), nil }

// UnmarshalText reads what MarshalText writes.
func (m *Match) UnmarshalText(text []byte) error {
	*m = 0
	if len(text) == 0 {
		return nil
	}
	for _, n := range strings.Split(string(text), "+") {
		i := slices.Index(matchNames, n)
		if i < 0 {
			return fmt.Errorf("eval: %q is no way to match a principal", n)
		}
		*m |= 1 << i
	}
	return nil
}
