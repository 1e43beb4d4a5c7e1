package guardrail

import (
	"fmt"
	"time"

	"github.com/warder-iam/warder/audit"
	"github.com/warder-iam/warder/audit/repair"
	"github.com/warder-iam/warder/directory"
)

// user plans for the credentials of one user.
func (p *planner) user(u *directory.User) {
	resource, spare := p.Account.ARN(u), spared(u.Tags, Rotated)
	rotating := p.rotation(u, resource, spare)
	for _, k := range p.Account.Keys(u.ID) {
		if !rotating {
			p.key(u, k, resource, spare)
		} else if n := p.note(k.ID); !n.Empty() {
			p.seen[k.ID] = n
		}
	}
	p.password(u, resource, spare)
}

// key plans for one access key that no rotation is about: unused ones first, since there is no use in replacing them.
func (p *planner) key(u *directory.User, k *directory.AccessKey, resource, spare string) {
	n := p.note(k.ID)
	if !k.Active {
		n.Noticed, n.Inactive = time.Time{}, p.Now
		p.remember(k.ID, n, p.Settings.UnusedCredentials > 0 || p.Settings.KeyAge > 0)
		return
	}
	c := Change{Action: Call, Resource: resource, User: u, Key: k, Steps: []repair.Step{repair.DeactivateKey(u, k)}}
	switch {
	case p.Settings.UnusedCredentials == 0 && p.Settings.KeyAge == 0:
		return
	case k.Created.IsZero():
		p.skip(UnusedCredentials, resource, "it is not known when access key "+k.ID+" was made")
	case p.unusedKey(&c, n):
		p.due(c, spare)
	case p.agedKey(&c, &n):
		if spare != "" {
			n.Noticed = time.Time{} // the notice comes when the tag goes
		}
		p.due(c, spare)
	case p.Runs.Counted(k.Created, p.Now) < p.Settings.KeyAge-p.Settings.KeyNotice || p.Settings.KeyAge == 0:
		n.Noticed = time.Time{}
	}
	p.remember(k.ID, n, true)
}

// remember keeps a note for the next run.
func (p *planner) remember(id string, n Note, wanted bool) {
	if wanted && !n.Empty() {
		p.seen[id] = n
	}
}

// due plans a change, unless a tag keeps it off.
func (p *planner) due(c Change, spare string) {
	if spare != "" {
		p.skip(c.Guardrail, c.Resource, spare+"; else: "+c.Why)
		return
	}
	p.change(c)
}

func (p *planner) unusedKey(c *Change, n Note) bool {
	k, used := c.Key, p.KeyUse(c.Key.ID)
	c.Guardrail, c.Since = UnusedCredentials, latest(k.Created, used, n.Inactive)
	d, due := p.counted(c.Since, p.Settings.UnusedCredentials)
	what := "access key " + k.ID + " of user " + c.User.Name
	switch {
	case !used.IsZero():
		c.Why = fmt.Sprintf("%s was last used on %s; %s count since %s", what, day(used), days(d), day(c.Since))
	default:
		c.Why = fmt.Sprintf("%s, made on %s, was never used; %s count since %s", what, day(k.Created), days(d), day(c.Since))
	}
	return due
}

// agedKey tells of a key near the end of its time, and deactivates it at the end.
func (p *planner) agedKey(c *Change, n *Note) bool {
	age, old := p.counted(c.Key.Created, p.Settings.KeyAge)
	c.Guardrail, c.Since = KeyAge, c.Key.Created
	what := fmt.Sprintf("access key %s of user %s was made on %s, and %s count since then", c.Key.ID, c.User.Name, day(c.Key.Created), days(age))
	switch {
	case p.Settings.KeyAge == 0 || age < p.Settings.KeyAge-p.Settings.KeyNotice:
		return false
	case n.Noticed.IsZero():
		c.Action, c.Steps, c.Due = Notice, nil, p.Now.Add(max(p.Settings.KeyAge-age, p.Settings.KeyNotice))
		c.Why = what + "; it is made inactive on " + day(c.Due)
		n.Noticed = p.Now
		return true
	}
	noticed, over := p.counted(n.Noticed, p.Settings.KeyNotice)
	c.Why = fmt.Sprintf("%s; notice was given on %s, %s ago", what, day(n.Noticed), days(noticed))
	return old && over
}

func (p *planner) password(u *directory.User, resource, spare string) {
	l := p.Account.LoginProfile(u.ID)
	if l == nil || p.Settings.UnusedCredentials == 0 {
		return
	}
	used := p.PasswordUse(u.ID)
	c := Change{
		Guardrail: UnusedCredentials, Action: Call, Resource: resource, User: u, Since: latest(l.Created, l.Changed, used),
		Steps: []repair.Step{repair.DeletePassword(u)},
	}
	if c.Since.IsZero() {
		p.skip(UnusedCredentials, resource, "it is not known when the password was set")
		return
	}
	d, due := p.counted(c.Since, p.Settings.UnusedCredentials)
	c.Why = fmt.Sprintf("the password of user %s, set on %s, was never used; %s count since then", u.Name, day(c.Since), days(d))
	if !used.IsZero() {
		c.Why = fmt.Sprintf("the password of user %s was last used on %s; %s count since %s", u.Name, day(used), days(d), day(c.Since))
	}
	if due {
		p.due(c, spare)
	}
}

// day is a date in a sentence.
func day(t time.Time) string { return t.UTC().Format("2006-01-02") }

func days(d time.Duration) string {
	if n := audit.Days(time.Time{}, time.Time{}.Add(d)); n != 1 {
		return fmt.Sprintf("%d days", n)
	}
	return "1 day"
}
