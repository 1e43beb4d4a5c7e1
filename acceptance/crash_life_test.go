package acceptance

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
)

const crashGroup = "crew"

// life is one user from its making to its end, as its writer knows it. The steps of every life are the same, so that
// what is there tells how far it got.
type life struct {
	name string
	// done steps are acknowledged, or were seen after a restart.
	done int
	// pending: the answer to the next step never came. It may have been made or not.
	pending bool
	key     string
	ids     []string // request ids of the acknowledged steps, where the writer knows them
}

// step is one change. Everything it changes must be there, or nothing of it.
type step struct {
	event string
	call  func(context.Context, *iam.Client, *life) error
}

var steps = []step{
	{"CreateUser", func(ctx context.Context, c *iam.Client, l *life) error {
		_, err := c.CreateUser(ctx, &iam.CreateUserInput{UserName: &l.name, Path: new("/crash/"), Tags: []types.Tag{
			{Key: new("name"), Value: &l.name}, {Key: new("kind"), Value: new("crash")},
		}, PermissionsBoundary: new("arn:aws:iam::aws:policy/ReadOnlyAccess")})
		return err
	}},
	{"AddUserToGroup", func(ctx context.Context, c *iam.Client, l *life) error {
		_, err := c.AddUserToGroup(ctx, &iam.AddUserToGroupInput{UserName: &l.name, GroupName: new(crashGroup)})
		return err
	}},
	{"PutUserPolicy", func(ctx context.Context, c *iam.Client, l *life) error {
		_, err := c.PutUserPolicy(ctx, &iam.PutUserPolicyInput{UserName: &l.name, PolicyName: new("own"), PolicyDocument: new(listUsers)})
		return err
	}},
	{"CreateAccessKey", func(ctx context.Context, c *iam.Client, l *life) error {
		out, err := c.CreateAccessKey(ctx, &iam.CreateAccessKeyInput{UserName: &l.name})
		if err == nil {
			l.key = aws.ToString(out.AccessKey.AccessKeyId)
		}
		return err
	}},
	{"DeleteAccessKey", func(ctx context.Context, c *iam.Client, l *life) error {
		_, err := c.DeleteAccessKey(ctx, &iam.DeleteAccessKeyInput{UserName: &l.name, AccessKeyId: &l.key})
		return err
	}},
	{"DeleteUserPolicy", func(ctx context.Context, c *iam.Client, l *life) error {
		_, err := c.DeleteUserPolicy(ctx, &iam.DeleteUserPolicyInput{UserName: &l.name, PolicyName: new("own")})
		return err
	}},
	{"RemoveUserFromGroup", func(ctx context.Context, c *iam.Client, l *life) error {
		_, err := c.RemoveUserFromGroup(ctx, &iam.RemoveUserFromGroupInput{UserName: &l.name, GroupName: new(crashGroup)})
		return err
	}},
	{"DeleteUser", func(ctx context.Context, c *iam.Client, l *life) error {
		_, err := c.DeleteUser(ctx, &iam.DeleteUserInput{UserName: &l.name})
		return err
	}},
}

// facts are what can be seen of a user.
type facts struct {
	there, member, policy bool
	key                   string
}

// after is what must be seen once n steps were made. Which key it is, only the acknowledged answer or the server knows.
func (l *life) after(n int, seen facts) facts {
	f := facts{there: n >= 1 && n < 8, member: n >= 2 && n < 7, policy: n >= 3 && n < 6}
	if n == 4 {
		if f.key = l.key; f.key == "" {
			f.key = seen.key
		}
		if f.key == "" {
			f.key = "some"
		}
	}
	return f
}

// settle checks what is there and learns what became of a pending step.
func (l *life) settle(t *testing.T, seen facts) {
	t.Helper()
	switch {
	case seen == l.after(l.done, seen):
		l.pending = false
	case l.pending && seen == l.after(l.done+1, seen):
		l.pending = false
		l.done++
	default:
		t.Errorf("%s: after %d steps (the next one pending: %t) the server has %+v", l.name, l.done, l.pending, seen)
	}
	if l.key == "" {
		l.key = seen.key
	}
}

// writer advances the lives of its own users, one step at a time.
type writer struct {
	name   string
	chance *rand.Rand
	made   int
	lives  []*life // not known to be over
	dead   []*life
	id     func() string // request id of the newest answer; may be nil
	acked  atomic.Int32  // steps that were acknowledged
}

// work goes on until the server no longer answers. An answer that refuses is an error.
func (w *writer) work(ctx context.Context, client *iam.Client) error {
	for ctx.Err() == nil {
		l := w.next()
		if w.chance.IntN(4) == 0 { // and look at it, whether it is there or not
			_, err := client.GetUser(ctx, &iam.GetUserInput{UserName: &l.name})
			switch code(err) {
			case "", "NoSuchEntity":
			case "?", "ServiceUnavailable":
				return nil
			default:
				return fmt.Errorf("GetUser of %s: %w", l.name, err)
			}
		}
		switch err := steps[l.done].call(ctx, client, l); {
		case err == nil:
			l.done++
			w.acked.Add(1)
			if w.id != nil {
				l.ids = append(l.ids, w.id())
			}
			w.bury()
		case code(err) == "?" || code(err) == "ServiceUnavailable":
			l.pending = true
			return nil
		default:
			return fmt.Errorf("step %s of %s: %w", steps[l.done].event, l.name, err)
		}
	}
	return nil
}

// next is a new life or one of a few that go on.
func (w *writer) next() *life {
	if len(w.lives) < 12 && w.chance.IntN(3) == 0 || len(w.lives) == 0 {
		w.made++
		w.lives = append(w.lives, &life{name: fmt.Sprintf("%s-%d", w.name, w.made)})
		return w.lives[len(w.lives)-1]
	}
	return w.lives[w.chance.IntN(len(w.lives))]
}

func (w *writer) bury() {
	w.lives = slices.DeleteFunc(w.lives, func(l *life) bool {
		over := l.done == len(steps)
		if over {
			w.dead = append(w.dead, l)
		}
		return over
	})
}

// observe reads every user in the path /crash/. A user of which only a part is there is an error.
func observe(ctx context.Context, client *iam.Client, fleet []*writer) (map[string]facts, error) {
	there := map[string]facts{}
	in := &iam.GetAccountAuthorizationDetailsInput{Filter: []types.EntityType{types.EntityTypeUser}, MaxItems: new(int32(1000))}
	for p := iam.NewGetAccountAuthorizationDetailsPaginator(client, in); p.HasMorePages(); {
		out, err := p.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		for _, u := range out.UserDetailList {
			if aws.ToString(u.Path) != "/crash/" {
				continue
			}
			f, err := factsOf(u)
			if err != nil {
				return nil, err
			}
			there[*u.UserName] = f
		}
	}
	for _, w := range fleet {
		for _, l := range w.lives {
			f, ok := there[l.name]
			if !ok || l.done < 3 || l.done > 5 {
				continue
			}
			keys, err := client.ListAccessKeys(ctx, &iam.ListAccessKeysInput{UserName: &l.name})
			if err != nil {
				return nil, err
			}
			for _, k := range keys.AccessKeyMetadata {
				f.key += aws.ToString(k.AccessKeyId)
			}
			there[l.name] = f
		}
	}
	return there, nil
}

func factsOf(u types.UserDetail) (facts, error) {
	name := aws.ToString(u.UserName)
	tags := map[string]string{}
	for _, tag := range u.Tags {
		tags[*tag.Key] = *tag.Value
	}
	if len(tags) != 2 || tags["name"] != name || u.PermissionsBoundary == nil || !strings.HasPrefix(aws.ToString(u.UserId), "AIDA") {
		return facts{}, fmt.Errorf("user %s is half made: tags %v, boundary %v", name, tags, u.PermissionsBoundary)
	}
	f := facts{there: true, member: slices.Contains(u.GroupList, crashGroup), policy: len(u.UserPolicyList) == 1}
	if f.policy {
		if text, err := url.QueryUnescape(aws.ToString(u.UserPolicyList[0].PolicyDocument)); err != nil || text != listUsers {
			return facts{}, fmt.Errorf("the policy of user %s is %q (%v)", name, text, err)
		}
	}
	return f, nil
}
