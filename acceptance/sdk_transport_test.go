package acceptance

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"
)

// countingTransport counts requests.
type countingTransport struct{ n atomic.Int32 }

func (c *countingTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	c.n.Add(1)
	return http.DefaultTransport.RoundTrip(r)
}

// forgetfulTransport loses the first answer on its way back: the server has done its work, the client cannot know.
type forgetfulTransport struct {
	countingTransport
	lost atomic.Bool
}

func (f *forgetfulTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := f.countingTransport.RoundTrip(r)
	if err != nil || f.lost.Swap(true) {
		return resp, err
	}
	_, _ = io.Copy(io.Discard, resp.Body)
	_ = resp.Body.Close()
	return nil, errors.New("connection reset by test")
}

// TestSDKRetry: a change whose answer was lost happens once, and its retry has the answer of the first try.
func TestSDKRetry(t *testing.T) {
	t.Parallel()
	w := start(t)
	ctx := background(t)
	admin := w.iam(w.Key)
	forgetful := func() (*iam.Client, *forgetfulTransport) {
		f := &forgetfulTransport{}
		return iam.NewFromConfig(w.sdk(w.Key), func(o *iam.Options) { o.HTTPClient = &http.Client{Transport: f} }), f
	}

	client, transport := forgetful()
	_, err := client.CreateUser(ctx, &iam.CreateUserInput{UserName: new("rita")})
	check(t, err) // not EntityAlreadyExists
	if n := transport.n.Load(); n != 2 {
		t.Errorf("CreateUser took %d requests, want 2", n)
	}

	client, _ = forgetful()
	key := newKey(t, client, "rita")
	list, err := admin.ListAccessKeys(ctx, &iam.ListAccessKeysInput{UserName: new("rita")})
	check(t, err)
	if len(list.AccessKeyMetadata) != 1 || *list.AccessKeyMetadata[0].AccessKeyId != key.ID {
		t.Errorf("the keys are %v, want only %s", list.AccessKeyMetadata, key.ID)
	}
	_, err = w.sts(key).GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
	check(t, err)

	client, _ = forgetful()
	_, err = client.DeleteAccessKey(ctx, &iam.DeleteAccessKeyInput{UserName: new("rita"), AccessKeyId: &key.ID})
	check(t, err) // not NoSuchEntity
}

// TestSDKClockSkew: a client whose clock is an hour off learns the server's from the Date header.
func TestSDKClockSkew(t *testing.T) {
	t.Parallel()
	w := start(t)
	for _, skew := range []time.Duration{time.Hour, -time.Hour} {
		t.Run(skew.String(), func(t *testing.T) {
			clock := &wrongClock{skew: skew}
			client := sts.NewFromConfig(w.sdk(w.Key), func(o *sts.Options) {
				o.HTTPSignerV4 = clock
				o.HTTPClient = &http.Client{Transport: clock}
			})
			for range 2 {
				_, err := client.GetCallerIdentity(background(t), &sts.GetCallerIdentityInput{})
				check(t, err)
			}
			if n := clock.n.Load(); n != 3 {
				t.Errorf("%d requests, want 3: one refused, one corrected, one right at once", n)
			}
		})
	}
}

// wrongClock makes an SDK's clock wrong by skew without a wrong clock: what the SDK signs carries its clock's time, and
// the dates of the answers lie the other way as far off as they would from such a clock.
type wrongClock struct {
	countingTransport
	skew time.Duration
}

func (c *wrongClock) SignHTTP(ctx context.Context, key aws.Credentials, r *http.Request, hash, service, region string, at time.Time,
	options ...func(*v4.SignerOptions),
) error {
	return v4.NewSigner().SignHTTP(ctx, key, r, hash, service, region, at.Add(c.skew), options...)
}

func (c *wrongClock) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := c.countingTransport.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	date, err := http.ParseTime(resp.Header.Get("Date"))
	if err != nil {
		_ = resp.Body.Close()
		return nil, fmt.Errorf("the answer's Date: %w", err)
	}
	resp.Header.Set("Date", date.Add(-c.skew).UTC().Format(http.TimeFormat))
	return resp, nil
}

// TestSDKPresigned: a presigned GetCallerIdentity is a proof of identity that others can redeem, until it is altered.
func TestSDKPresigned(t *testing.T) {
	t.Parallel()
	w := start(t)
	ctx := background(t)
	presigned, err := sts.NewPresignClient(w.sts(w.Key)).PresignGetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
	check(t, err)
	tests := []struct {
		name, url string
		status    int
		says      string
	}{
		{"as it is", presigned.URL, 200, "<Arn>arn:aws:iam::" + accountID + ":user/admin</Arn>"},
		{"another action", strings.Replace(presigned.URL, "GetCallerIdentity", "GetSessionToken", 1), 403, "<Code>SignatureDoesNotMatch</Code>"},
		{"another time", strings.Replace(presigned.URL, "X-Amz-Date=2", "X-Amz-Date=1", 1), 403, "<Code>SignatureDoesNotMatch</Code>"},
		{"twice the same parameter", presigned.URL + "&Action=GetCallerIdentity", 404, "<Code>MalformedQueryString</Code>"},
		{"no signature", w.URL + "/?Action=GetCallerIdentity&Version=2011-06-15", 403, "<Code>MissingAuthenticationToken</Code>"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			req, err := http.NewRequestWithContext(ctx, http.MethodGet, test.url, nil)
			check(t, err)
			resp, err := http.DefaultClient.Do(req)
			check(t, err)
			body, err := io.ReadAll(resp.Body)
			check(t, errors.Join(err, resp.Body.Close()))
			if resp.StatusCode != test.status || !strings.Contains(string(body), test.says) {
				t.Errorf("%d %s, want %d and %q", resp.StatusCode, body, test.status, test.says)
			}
		})
	}
}

// TestSDKConcurrent: many clients at once, on things of their own and on one that they fight over.
func TestSDKConcurrent(t *testing.T) {
	t.Parallel()
	w := start(t)
	ctx := background(t)
	admin := w.iam(w.Key)
	_, err := admin.CreateGroup(ctx, &iam.CreateGroupInput{GroupName: new("all")})
	check(t, err)
	const clients = 16
	var wg sync.WaitGroup
	var won atomic.Int32
	for i := range clients {
		wg.Go(func() {
			client := w.iam(w.Key)
			name := fmt.Sprintf("user-%02d", i)
			if err := ownUser(ctx, client, name); err != nil {
				t.Errorf("%s: %v", name, err)
			}
			switch _, err := client.CreateUser(ctx, &iam.CreateUserInput{UserName: new("prize")}); code(err) {
			case "":
				won.Add(1)
			case "EntityAlreadyExists":
			default:
				t.Errorf("%s: %v", name, err)
			}
		})
	}
	wg.Wait()
	if n := won.Load(); n != 1 {
		t.Errorf("%d clients made the same user", n)
	}
	group, err := admin.GetGroup(ctx, &iam.GetGroupInput{GroupName: new("all")})
	check(t, err)
	if len(group.Users) != clients {
		t.Errorf("the group has %d members, want %d", len(group.Users), clients)
	}
}

// ownUser makes a user, and sees each step at once.
func ownUser(ctx context.Context, client *iam.Client, name string) error {
	_, err := client.CreateUser(ctx, &iam.CreateUserInput{UserName: &name})
	if err != nil {
		return err
	}
	if _, err := client.GetUser(ctx, &iam.GetUserInput{UserName: &name}); err != nil {
		return err
	}
	if _, err := client.AddUserToGroup(ctx, &iam.AddUserToGroupInput{GroupName: new("all"), UserName: &name}); err != nil {
		return err
	}
	if _, err := client.TagUser(ctx, &iam.TagUserInput{UserName: &name, Tags: []types.Tag{{Key: new("n"), Value: &name}}}); err != nil {
		return err
	}
	out, err := client.GetUser(ctx, &iam.GetUserInput{UserName: &name})
	if err == nil && (len(out.User.Tags) != 1 || *out.User.Tags[0].Value != name) {
		return fmt.Errorf("the tags are %v", out.User.Tags)
	}
	return err
}
