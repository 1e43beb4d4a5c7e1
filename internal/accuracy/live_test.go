package accuracy

import (
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsiam "github.com/aws/aws-sdk-go-v2/service/iam"
	awssts "github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/warder-iam/warder/audit/access"
	"github.com/warder-iam/warder/audit/escalation"
	"github.com/warder-iam/warder/authz"
	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/internal/seal"
	"github.com/warder-iam/warder/internal/server/servertest"
	"github.com/warder-iam/warder/internal/service/iam"
	"github.com/warder-iam/warder/internal/service/sts"
	"github.com/warder-iam/warder/internal/service/warder"
	"github.com/warder-iam/warder/internal/session"
	"github.com/warder-iam/warder/internal/sigv4"
	"github.com/warder-iam/warder/internal/store"
)

// live is a server on which an account is loaded as it was exported. The server has no organization yet: SCPs do not bind
// there, so that a replay shows what policies of the account itself allow.
type live struct {
	*servertest.Account
	judge *servertest.Credentials // may ask about everybody
}

func newLive(t testing.TB) *live {
	t.Helper()
	world := servertest.New(t, func(w *servertest.World) {
		w.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")} // requests tell where they come from
		iam.Register(w.Server, w.Store, w.Keys, "")
		sts.Register(w.Server, w.Keys, sts.Options{})
		warder.Register(w.Server, w.Keys)
	})
	return &live{Account: world.Account(t, home)}
}

const judgePolicy = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"warder:Evaluate","Resource":"*"}]}`

// load makes the server's account that of the snapshot, whatever it was before.
func (l *live) load(t *testing.T, snap *directory.Snapshot) {
	t.Helper()
	want := map[string]directory.Entity{}
	var passwords []string // of users; an export has that there is one, and the server needs one that it can read
	for e := range snap.Account(home).Entities() {
		if p, is := e.(*directory.LoginProfile); is {
			passwords = append(passwords, snap.Account(home).UserByID(p.User).Name)
		} else {
			want[e.Key()] = e
		}
	}
	var gone, put []directory.Entity
	for e := range l.Now().Entities() {
		if _, stays := want[e.Key()]; !stays && e.Key() != (&directory.AccountInfo{}).Key() {
			gone = append(gone, e)
		}
	}
	for _, e := range want {
		put = append(put, e)
	}
	const atOnce = 10 // a transaction has 64 keys, and entities have several
	for len(gone)+len(put) > 0 {
		l.Change(t, func(tx *store.Tx) error {
			for range atOnce {
				switch {
				case len(gone) > 0:
					tx.Delete(gone[0])
					gone = gone[1:]
				case len(put) > 0:
					if err := tx.Put(put[0]); err != nil {
						return err
					}
					put = put[1:]
				}
			}
			return nil
		})
	}
	l.judge = l.User(t, "judge", judgePolicy)
	if len(passwords) > 0 {
		l.setPasswords(t, passwords)
	}
}

// setPasswords has somebody give the users passwords who is not there afterwards.
func (l *live) setPasswords(t *testing.T, users []string) {
	t.Helper()
	loader := &holder{Credentials: l.Admin(t, "loader")}
	for _, user := range users {
		_, err := loader.iam().CreateLoginProfile(t.Context(), &awsiam.CreateLoginProfileInput{UserName: &user, Password: aws.String(password)})
		servertest.Check(t, err)
	}
	l.Change(t, func(tx *store.Tx) error {
		u := l.Now().User("loader")
		for _, key := range l.Now().Keys(u.ID) {
			tx.Delete(key)
		}
		tx.Delete(u)
		return nil
	})
}

const password = "a-Passphrase.of-the-audit.2026"

// signing are credentials that an operation gave.
func (l *live) signing(id, secret, token string) *servertest.Credentials {
	return &servertest.Credentials{World: l.World, Plain: secret, Signer: sigv4.Signer{
		AccessKeyID: id, Secret: seal.NewSecret([]byte(secret)), SessionToken: token, Region: servertest.Region,
	}}
}

// holder is whom somebody has: credentials of a user, or of a role's session.
type holder struct {
	*servertest.Credentials
	arn     string
	address string // that requests come from, "" for the real one
}

// forwarded sends requests as if they came from an address.
type forwarded struct {
	aws.HTTPClient
	address string
}

// Do sends the request.
func (f forwarded) Do(r *http.Request) (*http.Response, error) {
	if f.address != "" {
		r.Header.Set("X-Forwarded-For", f.address)
	}
	return f.HTTPClient.Do(r)
}

func (h *holder) config() aws.Config {
	c := h.AWS()
	c.HTTPClient = forwarded{c.HTTPClient, h.address}
	return c
}

func (h *holder) iam() *awsiam.Client { return awsiam.NewFromConfig(h.config()) }

func (h *holder) sts() *awssts.Client { return awssts.NewFromConfig(h.config()) }

// replay is one path, played on a live server.
type replay struct {
	*live
	t    *testing.T
	path *escalation.Escalation
	have map[string]*servertest.Credentials
	at   int // the step that is taken
}

// who gives credentials of a principal that one has, in the circumstances of a request: with a second factor where its
// session has one. A device's seed is in no export, so that such a session is minted as GetSessionToken would.
func (r *replay) who(arn string, w *access.Witness) *holder {
	h := &holder{Credentials: r.have[arn], arn: arn}
	if w == nil {
		return h
	}
	if w.Environment != nil && !strings.HasPrefix(w.Environment.SourceIP, "127.") {
		h.address = w.Environment.SourceIP
	}
	switch s := w.Caller.Session; {
	case !w.Ask.MFA.IsZero(): // given with the request itself
		h.Credentials = r.mint(arn, &authz.Session{MFA: w.Ask.MFA})
	case s != nil && (!s.MFA.IsZero() || w.Caller.ARN != arn && s.Type != authz.SessionToken):
		h.Credentials = r.mint(arn, s)
	}
	return h
}

// mint makes credentials of a principal as a sign-in, a service or an identity provider would get them.
func (r *replay) mint(arn string, s *authz.Session) *servertest.Credentials {
	r.t.Helper()
	begin := time.Now().Add(-time.Minute)
	claims := session.Claims{Type: session.SessionToken, Account: home, Issued: begin, Expires: begin.Add(time.Hour)}
	if s != nil && !s.MFA.IsZero() {
		claims.MFA = begin
	}
	caller, ok := authz.Principal(r.Store.Snapshot(), arn, time.Now())
	if !ok {
		r.t.Fatalf("there is no %s", arn)
	}
	claims.PrincipalID = caller.PrincipalID
	if r.Now().RoleByID(caller.PrincipalID) != nil {
		claims.Type, claims.SessionName = session.AssumedRole, r.sessionName(arn)
		if s != nil && s.Name != "" {
			claims.SessionName, claims.SourceIdentity = s.Name, s.SourceIdentity
		}
	}
	return r.Mint(r.t, claims)
}

// sessionName is the one that later steps of the role need.
func (r *replay) sessionName(role string) string {
	for _, e := range r.path.Steps[min(r.at, len(r.path.Steps)):] {
		for _, a := range e.Asks {
			if w := a.Answer.Witness; e.From == role && w != nil && w.Caller.Session != nil && w.Caller.Session.Name != "" {
				return w.Caller.Session.Name
			}
		}
	}
	return "warder-audit"
}

// run takes all steps. Each must be allowed; in the end one is who can make an administrator.
func (r *replay) run() error {
	r.t.Helper()
	from, ok := authz.Principal(r.Store.Snapshot(), r.path.From, time.Now())
	if !ok {
		return fmt.Errorf("there is no %s", r.path.From)
	}
	r.have = map[string]*servertest.Credentials{}
	if u := r.Now().UserByID(from.PrincipalID); u != nil {
		r.have[r.path.From] = r.Key(r.t, u)
	} else {
		r.have[r.path.From] = r.mint(r.path.From, nil)
	}
	for i := range r.path.Steps {
		r.at = i
		e := &r.path.Steps[i]
		if r.have[e.From] == nil {
			return fmt.Errorf("step %d is taken by %s, whom nobody has", i+1, e.From)
		}
		if err := r.take(e); err != nil {
			return fmt.Errorf("step %d of %s, %s on %s %s: %w", i+1, r.path.From, e.Step, e.To, e.Object, err)
		}
	}
	r.at = len(r.path.Steps)
	var err error
	for _, w := range r.ruling() {
		crownErr := r.crown(r.who(r.path.To, w))
		if crownErr == nil {
			return nil
		}
		err = errors.Join(err, crownErr)
	}
	return fmt.Errorf("%s ends as %s, which can make no administrator: %w", r.path.From, r.path.To, err)
}

// ruling are requests that only administrators can make, as whom one is in the end can make them: some are administrators
// from some network only, or with a second factor.
func (r *replay) ruling() []*access.Witness {
	f := access.New(r.Store.Snapshot(), access.Options{Now: time.Now()})
	p, _ := f.Principal(r.path.To)
	all := []*access.Witness{nil}
	for _, action := range []string{"iam:CreateUser", "iam:AttachUserPolicy", "iam:PutUserPolicy", "iam:AttachRolePolicy", "iam:PutRolePolicy"} {
		kind := "user"
		if strings.Contains(action, "Role") {
			kind = "role"
		}
		ask := f.Ask(action, "arn:aws:iam::"+home+":"+kind+"/crowned")
		if strings.Contains(action, "Attach") {
			ask.Context.Set("iam:PolicyARN", adminARN)
		}
		if a := f.Can(p, ask); a.Witness != nil {
			all = append(all, a.Witness)
		}
	}
	return all
}
