package guardrail

import (
	"fmt"
	"time"

	"github.com/warder-iam/warder/audit/repair"
	"github.com/warder-iam/warder/directory"
)

// Rotation of a key that is under way. It is remembered before each step, so that whatever breaks off is known.
type Rotation struct {
	// Old and New are the ids of the keys; New is "" before it is made.
	Old   string    `json:"old"`
	New   string    `json:"new,omitempty"`
	Phase Phase     `json:"phase"`
	At    time.Time `json:"at"` // when the phase began
}

// Phase is how far a rotation is.
type Phase string

// The phases.
const (
	Making    Phase = "making"    // the new key is being made
	Handing   Phase = "handing"   // the hook is being given the new key
	Installed Phase = "installed" // the hook has taken it; the old key is to be made inactive
)

// MakingTime is how long the making of a key takes at most: a key of the user that is younger than the rotation by no more,
// and was never used, is the one that it made.
const MakingTime = 30 * time.Second

// rotation plans for a user whose key is, or is to be, replaced. It reports whether the user's keys are in its hands.
func (p *planner) rotation(u *directory.User, resource, spare string) bool {
	keys := p.Account.Keys(u.ID)
	if n := p.note(u.ID); n.Rotation != nil && p.underWay(u, keys, resource, spare, n) {
		return true
	}
	if p.Settings.RotateKeys == 0 || spare != "" || tagged(u.Tags) != Rotated {
		return false
	}
	old := oldest(keys)
	if old == nil || old.Created.IsZero() {
		return false
	}
	age, due := p.counted(old.Created, p.Settings.RotateKeys)
	if !due {
		return false
	}
	c := Change{Guardrail: RotateKeys, Action: Rotate, Resource: resource, User: u, Key: old, Since: old.Created}
	if p.unusedKey(&c, p.note(old.ID)) {
		return false // the other guardrail ends it
	}
	c.Guardrail, c.Since = RotateKeys, old.Created
	c.Why = fmt.Sprintf("access key %s of user %s was made on %s, and %s count since then", old.ID, u.Name, day(old.Created), days(age))
	if len(keys) > 1 {
		p.skip(RotateKeys, resource, c.Why+"; but the user has another key, and a rotation needs its place")
		return false
	}
	p.change(c)
	return true
}

// oldest is the active key that was made first, nil without one.
func oldest(keys []*directory.AccessKey) *directory.AccessKey {
	for _, k := range keys {
		if k.Active {
			return k
		}
	}
	return nil
}

// underWay goes on with a rotation that broke off, by what is known of it. Where it is not known whether the hook has the new
// key, its use tells; until then both keys work.
func (p *planner) underWay(u *directory.User, keys []*directory.AccessKey, resource, spare string, n Note) bool {
	r := n.Rotation
	old, made := find(keys, r.Old), find(keys, r.New)
	if r.Phase == Making {
		made = p.madeBy(r, keys)
	}
	c := Change{Guardrail: RotateKeys, Resource: resource, User: u, Since: r.At}
	switch {
	case made == nil, r.Phase != Making && (old == nil || !old.Active || !made.Active):
		return false // nothing is left to do, or somebody has done it
	case r.Phase == Making:
		c.Action, c.Key, c.Steps = Abandon, made, []repair.Step{repair.DeleteKey(u, made)}
		c.Why = fmt.Sprintf("the rotation of access key %s of user %s broke off before the hook was given %s, which was never used", r.Old, u.Name, made.ID)
	case r.Phase == Installed || p.KeyUse(made.ID).After(r.At):
		c.Action, c.Key, c.Steps = Finish, old, []repair.Step{repair.DeactivateKey(u, old)}
		c.Why = fmt.Sprintf("the rotation of access key %s of user %s broke off after the hook had taken %s", r.Old, u.Name, made.ID)
	default:
		p.skip(RotateKeys, resource, fmt.Sprintf("the rotation of access key %s of user %s broke off while the hook was given %s, and it was not used since then: "+
			"see which of the two keys is installed, and delete the other one", r.Old, u.Name, made.ID))
		p.remember(u.ID, n, true)
		return true
	}
	p.remember(u.ID, n, true)
	p.due(c, spare)
	return true
}

// madeBy is the key that a rotation made before it broke off; nil where there is none.
func (p *planner) madeBy(r *Rotation, keys []*directory.AccessKey) *directory.AccessKey {
	for _, k := range keys {
		age := k.Created.Sub(r.At.Truncate(time.Second))
		if k.ID != r.Old && age >= 0 && age <= MakingTime && p.KeyUse(k.ID).IsZero() {
			return k
		}
	}
	return nil
}

func find(keys []*directory.AccessKey, id string) *directory.AccessKey {
	for _, k := range keys {
		if k.ID == id {
			return k
		}
	}
	return nil
}
