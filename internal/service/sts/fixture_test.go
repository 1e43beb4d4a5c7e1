package sts_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/warder-iam/warder/authz"
	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/internal/api/iam"
	"github.com/warder-iam/warder/internal/server"
	"github.com/warder-iam/warder/internal/server/servertest"
	"github.com/warder-iam/warder/internal/service/sts"
	"github.com/warder-iam/warder/internal/session"
)

// newWorld serves STS, and of IAM one operation: ListUsers, which finds none.
func newWorld(t *testing.T) *servertest.World {
	t.Helper()
	return newWorldWith(t, sts.Options{})
}

func newWorldWith(t *testing.T, o sts.Options) *servertest.World {
	t.Helper()
	return servertest.New(t, func(w *servertest.World) {
		sts.Register(w.Server, w.Keys, o)
		sts.RegisterSAML(w.Server, w.Keys, sts.SAML{})
		sts.RegisterPrivileged(w.Server)
		rule := server.Ask(func(c *server.Call, _ *iam.ListUsersInput) authz.Ask {
			return authz.Ask{Action: c.Action(), Resource: "*"}
		})
		server.Handle(w.Server, iam.ListUsers, rule, func(*server.Call, *iam.ListUsersInput) (*iam.ListUsersOutput, error) {
			return &iam.ListUsersOutput{}, nil
		})
	})
}

// fixture is an account with the user alice.
type fixture struct {
	*servertest.Account
	alice *servertest.Credentials
	user  *directory.User
}

// number makes ids of accounts of one world.
func number(i int) string { return fmt.Sprintf("%012d", 100000000000+i) }

func newFixture(t *testing.T, w *servertest.World, id string, policies ...string) *fixture {
	t.Helper()
	f := &fixture{Account: w.Account(t, id)}
	f.alice = f.User(t, "alice", policies...)
	f.user = f.Now().User("alice")
	return f
}

// fill puts ids in the place of {account} and {alice}.
func (f *fixture) fill(text string) string {
	return strings.NewReplacer("{account}", f.ID, "{alice}", f.user.ID).Replace(text)
}

// role makes a role, trust filled in.
func (f *fixture) role(t *testing.T, name, trust string, policies ...string) *directory.Role {
	t.Helper()
	return f.Role(t, name, f.fill(trust), policies...)
}

// policyOf is a document of statements, "Effect Action Resource [Condition]" each.
func policyOf(statements ...string) string {
	var list []string
	for _, s := range statements {
		part := strings.SplitN(s, " ", 4)
		text := `{"Effect":"` + part[0] + `","Action":"` + part[1] + `","Resource":"` + part[2] + `"`
		if len(part) == 4 {
			text += `,"Condition":` + part[3]
		}
		list = append(list, text+"}")
	}
	return `{"Version":"2012-10-17","Statement":[` + strings.Join(list, ",") + `]}`
}

// trust is a trust policy of statements, "Principal Action[,Action] [Condition]" each; the principal is of kind AWS.
func trust(statements ...string) string {
	var list []string
	for _, s := range statements {
		part := strings.SplitN(s, " ", 3)
		text := `{"Effect":"Allow","Principal":{"AWS":"` + part[0] + `"},"Action":["` + strings.ReplaceAll(part[1], ",", `","`) + `"]`
		if len(part) == 3 {
			text += `,"Condition":` + part[2]
		}
		list = append(list, text+"}")
	}
	return `{"Version":"2012-10-17","Statement":[` + strings.Join(list, ",") + `]}`
}

const trustsAlice = "{alice} sts:AssumeRole"

// assume calls AssumeRole for a role of an account.
func assume(t *testing.T, c *servertest.Credentials, role string, more ...string) servertest.Answer {
	t.Helper()
	return c.Call(t, "AssumeRole", append([]string{"RoleArn", role, "RoleSessionName", "s1"}, more...)...)
}

// expect compares an answer with a code ("" for success) and a part of its message.
func expect(t *testing.T, a servertest.Answer, code, message string) {
	t.Helper()
	if a.Code != code || !strings.Contains(a.Message, message) || (code == "") != (a.Status == 200) {
		t.Errorf("got %d %s %q, want %q with %q", a.Status, a.Code, a.Message, code, message)
	}
}

// someKey is the id of a key to ask about; asking needs sts:GetAccessKeyInfo.
func someKey(t *testing.T, account string) string {
	t.Helper()
	id, err := session.NewKeyID(session.PrefixAccessKey, account)
	servertest.Check(t, err)
	return id
}
