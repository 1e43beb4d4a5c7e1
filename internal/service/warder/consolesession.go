package warder

import (
	"iter"
	"slices"
	"strings"

	"github.com/warder-iam/warder/authz"
	"github.com/warder-iam/warder/directory"
	api "github.com/warder-iam/warder/internal/api/warder"
	"github.com/warder-iam/warder/internal/passkey"
	"github.com/warder-iam/warder/internal/server"
	"github.com/warder-iam/warder/internal/store"
)

// Console is what the operations on signing in need beside the pipeline.
type Console struct {
	Store *store.Store
	// Passkeys are the challenges of registrations that are open.
	Passkeys *passkey.Passkeys
	// Party is the site of a request that was sent to that host, over TLS or not. Its errors are for people.
	Party func(host string, secure bool) (passkey.Party, error)
}

// ownSessions is why one's own sessions need no permission.
const ownSessions = "whoever fears a thief sees and ends the own sessions; a Deny binds"

// defaultSessions is the size of a page of sessions; the model says how large it may be.
const defaultSessions = 100

// RegisterConsole makes s answer the operations on sessions at the console and on passkeys.
func RegisterConsole(s *server.Server, console Console) {
	w := &consoleService{console}
	server.Handle(s, api.ListConsoleSessions, server.Own(ownSessions, func(c *server.Call, in *api.ListConsoleSessionsInput) bool {
		p := listed(c, in)
		return p.isCaller(c)
	}, server.Ask(func(c *server.Call, in *api.ListConsoleSessionsInput) authz.Ask {
		p := listed(c, in)
		return p.ask(c)
	})), w.list)
	server.Handle(s, api.RevokeConsoleSession, server.Own(ownSessions, func(c *server.Call, in *api.RevokeConsoleSessionInput) bool {
		p := holder(c, in.SessionId)
		return p.isCaller(c)
	}, server.Ask(func(c *server.Call, in *api.RevokeConsoleSessionInput) authz.Ask {
		p := holder(c, in.SessionId)
		return p.ask(c)
	})), w.revoke)
	server.Handle(s, api.RevokeConsoleSessions, server.Own(ownSessions, func(c *server.Call, in *api.RevokeConsoleSessionsInput) bool {
		p := personNamed(c, in.UserName)
		return p.isCaller(c)
	}, server.Ask(func(c *server.Call, in *api.RevokeConsoleSessionsInput) authz.Ask {
		p := personNamed(c, in.UserName)
		return p.ask(c)
	})), w.revokeAll)
	w.registerPasskeys(s)
	w.registerRoot(s)
}

type consoleService struct{ Console }

// listed is whose sessions are asked for; the zero person for everybody's.
func listed(c *server.Call, in *api.ListConsoleSessionsInput) person {
	if flag(in.All) {
		return person{}
	}
	return personNamed(c, in.UserName)
}

// holder is whose session that is; the zero person where there is none, so that nobody learns of others' which are there.
func holder(c *server.Call, id string) person {
	w := c.Account().WebSession(id, c.Time())
	if w == nil {
		return person{}
	}
	return personWith(c.Account(), w.Principal)
}

func noSession(id string) error {
	return api.ResourceNotFoundException.New("There is no session %s, or it has ended.", id)
}

// list gives pages in the order of the ids: a page is right also where sessions begin and end in between.
func (s *consoleService) list(c *server.Call, in *api.ListConsoleSessionsInput) (*api.ListConsoleSessionsOutput, error) {
	if flag(in.All) && in.UserName != nil {
		return nil, invalid("all and userName cannot both be given")
	}
	sessions := c.Account().WebSessionsAfter(text(in.NextToken))
	if !flag(in.All) {
		p := listed(c, in)
		if err := p.missing(); err != nil {
			return nil, err
		}
		sessions = sessionsOf(c, p, text(in.NextToken))
	}
	size := defaultSessions
	if in.MaxResults != nil {
		size = int(*in.MaxResults)
	}
	out := &api.ListConsoleSessionsOutput{Sessions: []api.ConsoleSession{}}
	for w := range sessions {
		if c.Account().WebSession(w.ID, c.Time()) == nil {
			continue
		}
		seen := s.Store.Seen(c.Caller.Account, w)
		if !c.Time().Before(seen.Ends) {
			continue
		}
		if len(out.Sessions) == size {
			out.NextToken = new(out.Sessions[size-1].SessionId)
			break
		}
		out.Sessions = append(out.Sessions, showSession(c, seen))
	}
	return out, nil
}

// sessionsOf are a person's whose ids come after id.
func sessionsOf(c *server.Call, p person, id string) iter.Seq[*directory.WebSession] {
	all := slices.DeleteFunc(c.Account().WebSessionsOf(p.id, c.Time()), func(w *directory.WebSession) bool { return w.ID <= id })
	slices.SortFunc(all, func(x, y *directory.WebSession) int { return strings.Compare(x.ID, y.ID) })
	return slices.Values(all)
}

// showSession is a session as clients see it.
func showSession(c *server.Call, w *store.WebSession) api.ConsoleSession {
	p := personWith(c.Account(), w.Principal)
	shown := api.ConsoleSession{
		SessionId: w.ID, PrincipalArn: p.arn, Stage: string(w.Stage), Method: string(w.Method),
		StartTime: w.Made, LastSeenTime: w.Seen, EndTime: w.Ends,
		SourceIPAddress: optional(w.Address), UserAgent: optional(w.Agent), Current: w.ID == c.WebSession(),
	}
	if !w.MFA.IsZero() {
		shown.MfaTime = new(w.MFA)
	}
	if d := c.Account().MFADeviceByID(w.Device); d != nil {
		shown.MfaSerialNumber = new(c.Account().ARN(d))
	}
	return shown
}

func (s *consoleService) revoke(c *server.Call, in *api.RevokeConsoleSessionInput) (*api.RevokeConsoleSessionOutput, error) {
	return server.Change(c, func(tx *store.Tx) (*api.RevokeConsoleSessionOutput, error) {
		if !tx.EndWebSession(in.SessionId) {
			return nil, noSession(in.SessionId)
		}
		return &api.RevokeConsoleSessionOutput{}, nil
	})
}

func (s *consoleService) revokeAll(c *server.Call, in *api.RevokeConsoleSessionsInput) (*api.RevokeConsoleSessionsOutput, error) {
	except := ""
	if p := personNamed(c, in.UserName); flag(in.ExceptCurrent) {
		if except = c.WebSession(); except == "" || !p.isCaller(c) {
			return nil, invalid("exceptCurrent is for one's own sessions, and from within one")
		}
	}
	return server.Change(c, func(tx *store.Tx) (*api.RevokeConsoleSessionsOutput, error) {
		p := personNamed(c, in.UserName)
		if err := p.missing(); err != nil {
			return nil, err
		}
		return &api.RevokeConsoleSessionsOutput{Revoked: int32(tx.EndWebSessions(p.id, except))}, nil
	})
}
