package usage

import (
	"net/netip"
	"strings"
	"time"

	"github.com/warder-iam/warder/audit/access"
	"github.com/warder-iam/warder/authz"
	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/policy/eval"
	"github.com/warder-iam/warder/trail"
)

// circumstances are who called and how, as far as a record tells.
type circumstances struct {
	event  *trail.Event
	caller *authz.Caller
	env    authz.Environment
}

// circumstancesOf reads them; ok is false for a principal that the snapshot does not have.
func circumstancesOf(snap *directory.Snapshot, e *trail.Event, actor string) (*circumstances, bool) {
	caller, ok := authz.Principal(snap, actor, e.EventTime)
	if !ok {
		return nil, false
	}
	c := &circumstances{event: e, caller: caller, env: authz.Environment{Time: e.EventTime, Secure: true, UserAgent: e.UserAgent, Region: e.AWSRegion}}
	if _, err := netip.ParseAddr(e.SourceIPAddress); err == nil {
		c.env.SourceIP = e.SourceIPAddress
	}
	if by := e.UserIdentity.InvokedBy; by != "" {
		c.env.CalledVia, c.env.SourceIP = []string{by}, ""
	}
	c.session()
	return c, true
}

// session puts in what the record tells of temporary credentials.
func (c *circumstances) session() {
	u := &c.event.UserIdentity
	recorded := u.SessionContext
	own := c.caller.Session
	switch {
	case own != nil: // of a role
		if _, name, ok := strings.Cut(u.ARN, ":assumed-role/"); ok {
			_, own.Name, _ = strings.Cut(name, "/")
			c.caller.ARN, c.caller.UserID = u.ARN, c.caller.PrincipalID+":"+own.Name
		}
	case recorded == nil || recorded.Attributes.CreationDate == "" || c.caller.Kind != eval.User && c.caller.Kind != eval.Root:
		return
	default:
		own = &authz.Session{Type: authz.SessionToken, UserARN: c.caller.ARN, Issued: c.event.EventTime}
		if c.event.SessionCredentialFromConsole == "true" {
			own.Type = authz.Console // which may call IAM without a second factor
		}
		c.caller.Session = own
	}
	if recorded == nil {
		return
	}
	if begun, err := time.Parse(time.RFC3339, recorded.Attributes.CreationDate); err == nil {
		own.Issued = begun
	}
	if recorded.Attributes.MFAAuthenticated == "true" {
		own.MFA = own.Issued
	}
	own.SourceIdentity = recorded.SourceIdentity
}

// ask is the question for a need, with what the finder knows of the resource.
func (c *circumstances) ask(f *access.Finder, n *Need) *authz.Ask {
	ask := f.Ask(n.Action, n.Resource)
	for key, value := range n.Keys {
		ask.Context.Set(key, value)
	}
	ask.RequestTags = n.Tags
	return ask
}

// knows reports whether the record tells what a condition key was, by its folded name: its value, or that it was absent.
func (c *circumstances) knows(key string, n *Need, ask *authz.Ask) bool {
	long := c.caller.Session == nil
	name, _, tag := strings.Cut(key, "/")
	switch authz.KeyOrigin(key) {
	case authz.FromClock:
		return true
	case authz.FromEnvironment:
		switch key {
		case "aws:sourceip":
			return c.env.SourceIP != "" || len(c.env.CalledVia) > 0
		case "aws:useragent":
			return c.env.UserAgent != ""
		case "aws:securetransport":
			return c.event.TLSDetails != nil
		}
		return key == "aws:requestedregion"
	case authz.FromCaller:
		switch key {
		case "aws:multifactorauthage", "aws:federatedprovider":
			return long
		case "aws:viaawsservice":
			return true
		}
		if tag { // a role's session may have tags of its own
			return c.caller.Kind == eval.User && long
		}
		return strings.HasPrefix(key, "aws:") && key != "aws:chatbotsourcearn" && !strings.HasPrefix(key, "aws:ec2instancesource")
	case authz.FromResource:
		return !tag && name == key && !n.Partial() || len(ask.ResourceTags) > 0
	}
	if _, there := ask.Context.Lookup(key); there || strings.HasPrefix(key, "aws:calledvia") {
		return true
	}
	_, ofRequest := requestKeys[key]
	return n.told && (ofRequest || key == "aws:tagkeys" || name == "aws:requesttag")
}
