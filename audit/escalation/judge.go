package escalation

import "github.com/warder-iam/warder/audit/access"

// Judge says who is an administrator, as a Graph does, of one principal at a time and without looking at any other: for
// those who watch an account and must answer at once. It is for one goroutine.
type Judge struct{ m *model }

// NewJudge makes a judge of the accounts of the finder's snapshot.
func NewJudge(f *access.Finder) *Judge { return &Judge{newUnsorted(f, Options{})} }

// Administrator gives what makes the user or role with that ARN an administrator; nil for everybody else.
func (j *Judge) Administrator(principal string) *Administrator {
	s := j.m.subject(j.m.root, principal)
	if s == nil || s.role != nil && serviceLinked(s.role) {
		return nil
	}
	return j.m.administrator(j.m.root, s, true)
}
