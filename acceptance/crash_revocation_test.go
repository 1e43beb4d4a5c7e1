package acceptance

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
)

// TestCrashRevocation deletes, or switches off, a key that many clients are using for changes: once that is
// acknowledged none of them makes another one, and the trail has none behind it.
func TestCrashRevocation(t *testing.T) {
	t.Parallel()
	w := start(t)
	ctx := background(t)
	admin := w.iam(w.Key)
	_, err := admin.CreateUser(ctx, &iam.CreateUserInput{UserName: new("robot")})
	check(t, err)
	_, err = admin.AttachUserPolicy(ctx, &iam.AttachUserPolicyInput{UserName: new("robot"), PolicyArn: new("arn:aws:iam::aws:policy/AdministratorAccess")})
	check(t, err)
	revoked := map[string]string{} // key -> the event that ends it
	for round := range 20 {
		key := newKey(t, admin, "robot")
		changes := startChanges(ctx, w.iam(key), round)
		eventually(t, "the key changes something", changes.begun, w.out)
		if round%2 == 0 {
			_, err = admin.DeleteAccessKey(ctx, &iam.DeleteAccessKeyInput{UserName: new("robot"), AccessKeyId: &key.ID})
			revoked[key.ID] = "DeleteAccessKey"
		} else {
			_, err = admin.UpdateAccessKey(ctx, &iam.UpdateAccessKeyInput{UserName: new("robot"), AccessKeyId: &key.ID, Status: types.StatusTypeInactive})
			revoked[key.ID] = "UpdateAccessKey"
		}
		at := time.Now()
		check(t, err)
		for _, c := range changes.wait() {
			if c.err == nil && c.begun.After(at) {
				t.Errorf("round %d: a change was made %v after the key was revoked", round, c.begun.Sub(at))
			}
			if got := code(c.err); got != "" && got != "InvalidClientTokenId" {
				t.Errorf("round %d: %v", round, c.err)
			}
		}
		if round%2 == 1 {
			_, err = admin.DeleteAccessKey(ctx, &iam.DeleteAccessKeyInput{UserName: new("robot"), AccessKeyId: &key.ID})
			check(t, err)
		}
	}
	w.stop(t)
	checkRevoked(t, w.trail(t), revoked)
}

// change is one attempt to change something.
type change struct {
	begun time.Time
	err   error
}

// changes are those of several clients until they are refused.
type changes struct {
	wg   sync.WaitGroup
	mu   sync.Mutex
	list []change
}

func startChanges(ctx context.Context, client *iam.Client, round int) *changes {
	c := &changes{}
	for i := range 6 {
		c.wg.Go(func() {
			for n := 0; ; n++ {
				one := change{begun: time.Now()}
				_, one.err = client.CreatePolicy(ctx, &iam.CreatePolicyInput{
					PolicyName: new(fmt.Sprintf("p-%d-%d-%d", round, i, n)), PolicyDocument: new(listUsers),
				})
				c.mu.Lock()
				c.list = append(c.list, one)
				c.mu.Unlock()
				if one.err != nil {
					return
				}
			}
		})
	}
	return c
}

// begun reports whether a client has had an answer.
func (c *changes) begun() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.list) > 0
}

func (c *changes) wait() []change {
	c.wg.Wait()
	return c.list
}

// checkRevoked: in the trail, which is in the order of the changes, no change of a key stands behind its end.
func checkRevoked(t *testing.T, records []record, revoked map[string]string) {
	t.Helper()
	ended := map[string]bool{}
	made := 0
	for _, r := range records {
		if r.ErrorCode != "" {
			continue
		}
		if key := r.UserIdentity.AccessKeyID; r.EventName == "CreatePolicy" && revoked[key] != "" {
			made++
			if ended[key] {
				t.Errorf("the change %s of key %s stands behind its %s", r.EventID, key, revoked[key])
			}
		}
		if id := r.RequestParameters.AccessKeyID; revoked[id] == r.EventName && id != "" {
			ended[id] = true
		}
	}
	if made == 0 || len(ended) != len(revoked) {
		t.Errorf("%d changes and the ends of %d keys are on record, of %d", made, len(ended), len(revoked))
	}
}
