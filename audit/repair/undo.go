package repair

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/warder-iam/warder/arn"
)

// UndoVersion is that of the form of an Undo.
const UndoVersion = "1"

// Limits of an Undo.
const (
	MaxUndo      = 64 << 20 // bytes
	MaxUndoSteps = 10_000
)

// Undo is a plan that is carried out, with how far it is and the way back. Its JSON form is a file that whoever carries the
// plan out keeps before the first call and brings up to date around each. It holds policy documents and no secret.
type Undo struct {
	Version string `json:"version"`
	// ID is unique to the run; calls that are sent again carry the same id.
	ID string `json:"id"`
	// Account that the calls are for.
	Account string     `json:"account"`
	Made    time.Time  `json:"made"`
	Steps   []UndoStep `json:"steps"`
}

// UndoStep is one Step of the plan.
type UndoStep struct {
	Text  string `json:"text"`
	State State  `json:"state"`
	Call  Call   `json:"call"`
	Undo  []Call `json:"undo"`
}

// State is how far a step is.
type State string

// The states. A step is Begun from before its call until the answer is known: if it stays so, whether it was done is not
// known. All calls of a plan may be made again: what is done already stays done.
const (
	Planned State = "planned"
	Begun   State = "begun"
	Done    State = "done"
	Undone  State = "undone"
)

// undoable are the operations of plans. A file that names another one is none that a plan made: it would be carried out with
// the rights of whoever trusts it.
var undoable = []string{
	"AddUserToGroup", "AttachGroupPolicy", "AttachRolePolicy", "AttachUserPolicy", "CreateGroup", "CreatePolicy", "CreatePolicyVersion",
	"DeleteGroup", "DeleteGroupPolicy", "DeletePolicy", "DeletePolicyVersion", "DeleteUserPolicy", "DetachGroupPolicy",
	"DetachRolePolicy", "DetachUserPolicy", "PutGroupPolicy", "PutUserPolicy", "RemoveUserFromGroup", "UpdateAccessKey",
}

// NewUndo is the way back of a plan of which nothing is done yet.
func NewUndo(p *Plan, id, account string, made time.Time) *Undo {
	u := &Undo{Version: UndoVersion, ID: id, Account: account, Made: made.UTC()}
	for _, s := range p.Steps() {
		u.Steps = append(u.Steps, UndoStep{Text: s.Text, State: Planned, Call: s.Call, Undo: s.Undo})
	}
	return u
}

// Encode is the JSON form.
func (u *Undo) Encode() ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	err := e.Encode(u)
	return b.Bytes(), err
}

// ParseUndo reads the JSON form, and nothing that Encode does not write.
func ParseUndo(text []byte) (*Undo, error) {
	if len(text) > MaxUndo {
		return nil, fmt.Errorf("it is larger than %d MiB", MaxUndo>>20)
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	u := new(Undo)
	if err := d.Decode(u); err != nil {
		return nil, err
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, errors.New("something follows the object")
	}
	if err := u.check(); err != nil {
		return nil, err
	}
	return u, nil
}

func (u *Undo) check() error {
	switch {
	case u.Version != UndoVersion:
		return fmt.Errorf("it is of version %q; this program reads version %s", u.Version, UndoVersion)
	case u.ID == "":
		return errors.New("it has no id")
	case !arn.IsAccountID(u.Account):
		return fmt.Errorf("%q is no account", u.Account)
	case len(u.Steps) > MaxUndoSteps:
		return fmt.Errorf("it has more than %d steps", MaxUndoSteps)
	}
	for i := range u.Steps {
		s := &u.Steps[i]
		if !slices.Contains([]State{Planned, Begun, Done, Undone}, s.State) {
			return fmt.Errorf("step %d: there is no state %q", i+1, s.State)
		}
		for _, c := range append([]Call{s.Call}, s.Undo...) {
			if !slices.Contains(undoable, c.Action) {
				return fmt.Errorf("step %d: no plan calls %q", i+1, c.Action)
			}
		}
	}
	return nil
}

// Count is the number of steps in a state.
func (u *Undo) Count(state State) int {
	n := 0
	for i := range u.Steps {
		if u.Steps[i].State == state {
			n++
		}
	}
	return n
}
