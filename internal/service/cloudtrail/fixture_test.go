package cloudtrail_test

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/service/cloudtrail"

	"github.com/warder-iam/warder/arn"
	"github.com/warder-iam/warder/directory"
	"github.com/warder-iam/warder/internal/delivery"
	"github.com/warder-iam/warder/internal/objectstore"
	"github.com/warder-iam/warder/internal/seal"
	"github.com/warder-iam/warder/internal/server/servertest"
	"github.com/warder-iam/warder/internal/service/cloudtrail"
	"github.com/warder-iam/warder/internal/trailstore"
	"github.com/warder-iam/warder/trail"
)

const (
	account = "111122223333"
	other   = "444455556666"
	region  = "us-east-1"
)

func arnOf(name string) string {
	return arn.In(account).Of("cloudtrail", region, "trail/"+name).String()
}

// buckets are a storage that has these, some of them with an error.
type buckets map[string]error

func (b buckets) CheckDelivery(_ context.Context, bucket, prefix string) error {
	err, ok := b[bucket]
	switch {
	case !ok:
		return objectstore.ErrNoBucket
	case prefix == "reserved":
		return objectstore.ErrName
	}
	return err
}

// deliveries are the states of deliveries by the names of trails.
type deliveries map[string]cloudtrail.Delivery

func (d deliveries) Delivery(_ context.Context, id string, t *directory.Trail) (cloudtrail.Delivery, error) {
	if id != account {
		return cloudtrail.Delivery{}, fmt.Errorf("asked for account %s", id)
	}
	return d[t.Name], nil
}

// fixture is an account with an administrator and a user without rights, and a log of its own.
type fixture struct {
	*servertest.Account
	admin, bob *servertest.Credentials
	log        *trailstore.Store
	deliveries deliveries
}

func newFixture(t *testing.T, change ...func(*cloudtrail.Options)) *fixture {
	t.Helper()
	keyring, _, err := seal.NewKeyring(seal.NewMaster())
	servertest.Check(t, err)
	log, err := trailstore.Open(t.TempDir(), trailstore.Options{Keyring: keyring})
	servertest.Check(t, err)
	index := trailstore.NewIndex(log)
	t.Cleanup(func() {
		servertest.Check(t, index.Close())
		servertest.Check(t, log.Close())
	})
	f := &fixture{log: log, deliveries: deliveries{}}
	world := servertest.New(t, func(w *servertest.World) {
		o := cloudtrail.Options{
			Region: region, Events: index, Keys: w.Store, Status: f.deliveries,
			Storage: buckets{"logs": nil, "other-logs": nil, "locked": objectstore.ErrDenied, "loose": delivery.ErrOverwrites, "slow": context.DeadlineExceeded},
		}
		for _, c := range change {
			c(&o)
		}
		cloudtrail.Register(w.Server, o)
	})
	world.Account(t, other)
	f.Account = world.Account(t, account)
	f.admin, f.bob = f.Admin(t, "alice"), f.User(t, "bob")
	return f
}

func client(c *servertest.Credentials) *sdk.Client { return sdk.NewFromConfig(c.AWS()) }

// call sends an operation of CloudTrail with this input.
func call(t *testing.T, c *servertest.Credentials, operation string, in any) servertest.Answer {
	t.Helper()
	body, err := json.Marshal(in)
	servertest.Check(t, err)
	return c.JSON11(t, "cloudtrail", "CloudTrail_20131101."+operation, string(body), nil)
}

// makeTrail puts a trail into the account that no operation made.
func (f *fixture) makeTrail(t *testing.T, name string, tags ...directory.Tag) *directory.Trail {
	t.Helper()
	made := &directory.Trail{ID: "T-" + name, Name: name, Region: region, Bucket: "logs", GlobalEvents: true, Tags: tags}
	f.Put(t, made)
	return made
}

var noon = time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC)

// record puts events on the log, a minute apart from noon on.
func (f *fixture) record(t *testing.T, names ...string) {
	t.Helper()
	for i, name := range names {
		servertest.Check(t, f.log.Append(t.Context(), &trail.Event{
			EventVersion: trail.EventVersion, EventID: "event-" + name, EventName: name, EventSource: "iam.amazonaws.com", AWSRegion: region,
			EventTime: noon.Add(time.Duration(i) * time.Minute), RecipientAccountID: account, EventCategory: "Management", ManagementEvent: true,
			ReadOnly:     name == "ListUsers",
			UserIdentity: trail.UserIdentity{Type: "IAMUser", UserName: "carol", AccessKeyID: "AKIACAROL"},
			Resources:    []trail.Resource{{ARN: "arn:aws:iam::111122223333:user/dave", AccountID: account}},
		}))
	}
}
