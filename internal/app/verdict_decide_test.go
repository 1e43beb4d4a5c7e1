package app_test

import (
	"cmp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/warder-iam/warder/authz"
	"github.com/warder-iam/warder/catalog"
	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/policy/eval"
)

// askDecide puts a case to the decision function of the server's own enforcement: caller and policies in a snapshot, the
// caller's, environment's and resource's keys where each of them comes from.
func askDecide(_ *testing.T, q *question) (eval.Verdict, error) {
	if len(q.layers.SCP)+len(q.layers.RCP) > 0 {
		return 0, cannot("there is no organization yet")
	}
	e := enforcement{question: q, ask: authz.Ask{
		Action: q.request.Action, Resource: q.request.Resource, ResourceAccount: q.request.ResourceAccount,
		ResourcePolicy: q.layers.Resource, ResourceKind: q.layers.ResourceKind,
	}}
	if err := e.setCaller(); err != nil {
		return 0, err
	}
	for key, v := range q.request.Context.All() {
		if err := e.set(key, v); err != nil {
			return 0, err
		}
	}
	known := e.known()
	if err := q.knows(&known); err != nil {
		return 0, err
	}
	snap := directory.New(directory.NewLibrary(catalog.Load()))
	if account := q.request.Principal.Account; account != "" {
		snap = snap.With(1, account, append(e.entities, &directory.AccountInfo{ID: account}), nil)
	}
	d := authz.Decide(snap, &e.caller, &e.env, &e.ask)
	return d.Verdict, nil
}

// enforcement is a case taken apart.
type enforcement struct {
	*question
	caller   authz.Caller
	env      authz.Environment
	ask      authz.Ask
	entities []directory.Entity
}

func (e *enforcement) setCaller() error {
	p := &e.request.Principal
	e.caller = authz.Caller{Kind: p.Kind, Account: p.Account, ARN: p.ARN, Services: p.Services, Provider: p.Provider}
	switch p.Kind {
	case eval.User:
		if len(e.layers.Session) > 0 {
			return cannot("credentials of a user have no session policies")
		}
		e.settle(e.question)
		e.caller.UserName = p.ARN[strings.LastIndexByte(p.ARN, '/')+1:]
	case eval.RoleSession:
		e.settle(e.question)
		e.caller.Session = &authz.Session{Type: authz.AssumedRole, RoleARN: p.RoleARN, Policies: e.layers.Session}
	case eval.FederatedUser:
		asker := *e.question
		asker.request = new(*e.request)
		asker.request.Principal = eval.Principal{Kind: eval.User, Account: p.Account, ARN: p.UserARN}
		if p.UserARN == "" {
			asker.request.Principal.ARN = "arn:aws:iam::" + p.Account + ":user/asker"
		}
		e.settle(&asker)
		e.caller.Session = &authz.Session{Type: authz.Federation, UserARN: asker.request.Principal.ARN, Policies: e.layers.Session}
	}
	return nil
}

// settle puts the user or role into the directory.
func (e *enforcement) settle(q *question) {
	e.entities, _ = residents(q)
	switch r := e.entities[len(e.entities)-1].(type) {
	case *directory.User:
		e.caller.PrincipalID = r.ID
	case *directory.Role:
		e.caller.PrincipalID = r.ID
	}
}

// session is the caller's. A user has one if some key of sessions is in the case: that of GetSessionToken.
func (e *enforcement) session() (*authz.Session, error) {
	if e.caller.Session == nil {
		a := strings.ToLower(e.request.Action)
		if e.caller.Kind != eval.User || strings.HasPrefix(a, "iam:") || strings.HasPrefix(a, "sts:") {
			return nil, cannot("this caller has no session with such keys that may make such a call")
		}
		e.caller.Session = &authz.Session{Type: authz.SessionToken}
	}
	return e.caller.Session, nil
}

// set gives a key of the case to whoever has it. What authz derives is not taken from the ask.
func (e *enforcement) set(key string, v eval.Value) error {
	folded := strings.ToLower(key)
	name, tag, isTag := strings.Cut(folded, "/")
	switch {
	case isTag && name == "aws:principaltag":
		if v.List() || len(e.entities) == 0 {
			return cannot("no principal has such tags")
		}
		return nil // residents gave it
	case isTag && name == "iam:resourcetag" || organization[folded]:
		return cannot("nothing there gives the key " + key)
	case isTag && name == "aws:resourcetag" && tag != "":
		for _, text := range v.Texts() {
			e.ask.ResourceTags = append(e.ask.ResourceTags, directory.Tag{Key: key[len(name)+1:], Value: text})
		}
		return nil
	}
	if put, ok := environment[folded]; ok {
		if v.List() {
			return cannot("a request there has one " + key)
		}
		return put(e, v.At(0))
	}
	keys := &e.ask.Context
	if provider, _, _ := strings.Cut(folded, ":"); provider == "saml" || strings.Contains(provider, ".") {
		if e.caller.Kind != eval.WebIdentity && e.caller.Kind != eval.RoleSession {
			return cannot("this caller comes from no identity provider")
		}
		keys = &e.caller.ProviderKeys
	}
	if v.List() {
		keys.SetList(key, v.Texts()...)
	} else {
		keys.Set(key, v.At(0))
	}
	return nil // where authz derives it all the same, known says so
}

// organization are the keys that an organization would give.
var organization = map[string]bool{"aws:principalorgid": true, "aws:principalorgpaths": true, "aws:resourceorgid": true, "aws:resourceorgpaths": true}

// environment are the keys that come from caller, session and environment, with what puts them there.
var environment = map[string]func(e *enforcement, text string) error{
	"aws:userid":          func(e *enforcement, text string) error { e.caller.UserID = text; return nil },
	"aws:username":        func(e *enforcement, text string) error { e.caller.UserName = text; return nil },
	"aws:sourceip":        func(e *enforcement, text string) error { e.env.SourceIP = text; return nil },
	"aws:useragent":       func(e *enforcement, text string) error { e.env.UserAgent = text; return nil },
	"aws:referer":         func(e *enforcement, text string) error { e.env.Referer = text; return nil },
	"aws:requestedregion": func(e *enforcement, text string) error { e.env.Region = text; return nil },
	"aws:securetransport": func(e *enforcement, text string) error { e.env.Secure = text == "true"; return nil },
	"aws:currenttime":     setTime,
	"aws:epochtime":       setTime,
	"aws:tokenissuetime":  func(e *enforcement, text string) error { return e.setIssued(text) },
	"aws:sourceidentity": func(e *enforcement, text string) error {
		return e.setSession(func(s *authz.Session) { s.SourceIdentity = text })
	},
	"aws:federatedprovider": func(e *enforcement, text string) error {
		return e.setSession(func(s *authz.Session) { s.FederatedProvider = text })
	},
	"aws:multifactorauthage": func(e *enforcement, text string) error { return e.setMFA(text) },
	"aws:multifactorauthpresent": func(e *enforcement, text string) error {
		if text == "true" {
			return e.setMFA("0s")
		}
		return e.setSession(func(*authz.Session) {})
	},
}

func (e *enforcement) setSession(edit func(*authz.Session)) error {
	s, err := e.session()
	if err == nil {
		edit(s)
	}
	return err
}

func (e *enforcement) setIssued(text string) error {
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return cannot("no session is issued at " + text)
	}
	return e.setSession(func(s *authz.Session) { s.Issued = at })
}

// setMFA sets when a second factor was given, by its age in seconds. A case without a time has one of its own.
func (e *enforcement) setMFA(age string) error {
	d, err := time.ParseDuration(strings.TrimSuffix(age, "s") + "s")
	if err != nil {
		return cannot("no second factor is of the age " + age)
	}
	if e.env.Time.IsZero() {
		e.env.Time = time.Unix(1e9, 0)
	}
	return e.setSession(func(s *authz.Session) {
		if age != "0s" || s.MFA.IsZero() {
			s.MFA = e.env.Time.Add(-d)
		}
	})
}

func setTime(e *enforcement, text string) error {
	at, err := time.Parse(time.RFC3339, text)
	if seconds, bad := time.ParseDuration(text + "s"); bad == nil {
		at, err = time.Unix(int64(seconds/time.Second), 0).UTC(), nil
	}
	if err != nil {
		return cannot("no clock shows " + text)
	}
	e.env.Time = at
	return nil
}

// known are the keys that authz gives to every request of this caller, as evaluation.md lists them.
func (e *enforcement) known() eval.Context {
	var ctx eval.Context
	set := func(key, text string) {
		if text != "" {
			ctx.Set(key, text)
		}
	}
	set("aws:CurrentTime", e.env.Time.UTC().Format(time.RFC3339))
	set("aws:EpochTime", strconv.FormatInt(e.env.Time.Unix(), 10))
	set("aws:SecureTransport", strconv.FormatBool(e.env.Secure))
	set("aws:ViaAWSService", "false")
	p := &e.request.Principal
	set("aws:PrincipalType", map[eval.PrincipalKind]string{eval.Anonymous: "Anonymous", eval.Root: "Account", eval.User: "User",
		eval.RoleSession: "AssumedRole", eval.FederatedUser: "FederatedUser", eval.Service: "AWSService"}[p.Kind])
	set("aws:PrincipalIsAWSService", strconv.FormatBool(p.Kind == eval.Service))
	set("aws:PrincipalAccount", p.Account)
	set("aws:PrincipalArn", cmp.Or(p.RoleARN, p.ARN))
	set("aws:username", e.caller.UserName)
	set("aws:ResourceAccount", e.request.ResourceAccount)
	if len(p.Services) > 0 {
		ctx.Set("aws:PrincipalServiceName", p.Services[0])
		ctx.SetList("aws:PrincipalServiceNamesList", p.Services...)
	}
	if s := e.caller.Session; s != nil {
		set("aws:TokenIssueTime", s.Issued.UTC().Format(time.RFC3339))
		set("aws:MultiFactorAuthPresent", strconv.FormatBool(!s.MFA.IsZero()))
		if !s.MFA.IsZero() {
			set("aws:MultiFactorAuthAge", strconv.FormatInt(int64(e.env.Time.Sub(s.MFA)/time.Second), 10))
		}
	}
	return ctx
}
