package policy

// Kind is what a document is written for; it decides which elements are needed and which are refused.
type Kind uint8

// The kinds of document.
const (
	Identity Kind = iota + 1 // inline and managed policies, permissions boundaries, session policies
	Trust                    // a role's trust policy
	Resource                 // a resource policy
	SCP                      // service control policy
	RCP                      // resource control policy
)
